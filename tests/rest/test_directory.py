"""The working directory over HTTP, also when a workflow made strange things in it."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from werkzeug.test import Client

from taverna_server.config import Config


@pytest.fixture
def wd(config: Config, run: str) -> Path:
    return config.runs_directory / run.rpartition("/")[2] / "wd"


def names(client: Client, path: str, kind: str) -> list[str]:
    answer: Any = client.get(path, headers={"Accept": "application/json"})
    return [item["@name"] for item in answer.json["directoryContents"].get(kind, [])]


def test_initial_directories_are_there(alice: Client, run: str) -> None:
    assert {"conf", "plugins", "logs", "interactions"} <= set(names(alice, f"{run}/wd", "dir"))


def test_links_are_not_there(alice: Client, run: str, wd: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("eat me")
    (wd / "file").symlink_to(tmp_path / "secret")
    (wd / "place").symlink_to(tmp_path)
    os.mkfifo(wd / "pipe")
    assert names(alice, f"{run}/wd", "file") == []
    for path in ("file", "place", "place/secret", "pipe"):
        assert alice.get(f"{run}/wd/{path}").status_code == 404
        assert alice.delete(f"{run}/wd/{path}").status_code == 404
    assert alice.put(f"{run}/wd/place/secret", data=b"x").status_code == 404
    archive = alice.get(f"{run}/wd", headers={"Accept": "application/zip"}).data
    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == []
    assert (tmp_path / "secret").read_text() == "eat me"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_stream_exchanged_for_a_link_shows_nothing(
    alice: Client, run: str, wd: Path, stream: str
) -> None:
    (wd.parent / stream).symlink_to("/etc/passwd")
    for path in (stream, f"listeners/io/properties/{stream}"):
        answer = alice.get(f"{run}/{path}")
        assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["..", "../workflow", "%2e%2e/workflow", "..%2fworkflow", "conf/../../workflow",
     "%2fetc/passwd", "/etc/passwd", "conf%00", "./conf", "conf//x", "..\n", "%0a../x"],
)  # fmt: skip
def test_no_path_leads_out(alice: Client, run: str, path: str) -> None:
    for method in ("GET", "DELETE"):
        answer = alice.open(f"{run}/wd/{path}", method=method)
        assert answer.status_code == 404, answer.text
    assert alice.put(f"{run}/wd/{path}", data=b"x").status_code in (403, 404)


@pytest.mark.parametrize(
    "name", ["a b", "%", "ü", "a?b#c", "caf\udce9", "x\ny", "x\n", "&<\">'", "\x01"]
)
def test_name_the_workflow_chose_is_reachable_by_its_link(
    alice: Client, run: str, wd: Path, name: str
) -> None:
    (wd / name).write_bytes(b"here")
    listing: Any = alice.get(f"{run}/wd", headers={"Accept": "application/json"}).json
    (item,) = listing["directoryContents"]["file"]
    path = unquote_to_bytes(urlsplit(item["@href"]).path).decode("latin-1")
    here = {"path": "/", "environ_overrides": {"PATH_INFO": path}}
    assert alice.get(**here).data == b"here"
    assert alice.get(f"{run}/wd").status_code == 200
    archive = alice.get(f"{run}/wd", headers={"Accept": "application/zip"}).data
    assert zipfile.ZipFile(io.BytesIO(archive)).testzip() is None
    assert alice.put(**here, data=b"new").status_code == 204
    assert alice.delete(**here).status_code == 204
    assert not (wd / name).exists()


def test_directory_says_no_to_what_it_cannot_be(alice: Client, run: str) -> None:
    answer = alice.get(f"{run}/wd", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.text) == (
        406, "Do not know what type of response to produce."
    )  # fmt: skip


def test_file_is_had_as_what_it_is_as_text_or_as_bytes(alice: Client, run: str) -> None:
    alice.put(f"{run}/wd/data.xml", data=b"<a/>")

    def kind(accept: str) -> str | None:
        return alice.get(f"{run}/wd/data.xml", headers={"Accept": accept}).content_type

    assert [kind(a) for a in ("*/*", "text/plain", "application/octet-stream")] == [
        "application/xml", "text/plain", "application/octet-stream"
    ]  # fmt: skip
    assert alice.get(f"{run}/wd/data.xml", headers={"Accept": "image/png"}).status_code == 406


def test_empty_file_is_called_empty(alice: Client, run: str) -> None:
    alice.put(f"{run}/wd/nothing", data=b"")
    answer = alice.get(f"{run}/wd/nothing")
    assert (answer.status_code, answer.content_type) == (200, "application/x-empty")
    for accept in ("text/plain", "application/octet-stream"):
        assert alice.get(f"{run}/wd/nothing", headers={"Accept": accept}).status_code == 200


def test_unchanged_file_is_not_sent_again(alice: Client, run: str) -> None:
    alice.put(f"{run}/wd/x", data=b"one")
    tag = alice.get(f"{run}/wd/x").headers["ETag"]
    again = alice.get(f"{run}/wd/x", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    alice.put(f"{run}/wd/x", data=b"two")
    part = {"If-Range": tag, "Range": "bytes=0-0"}
    assert alice.get(f"{run}/wd/x", headers=part).data == b"two"


def test_zip_holds_files_by_their_path_from_there(alice: Client, run: str, wd: Path) -> None:
    (wd / "out" / "PAGES" / "2").mkdir(parents=True)
    (wd / "out" / "PAGES" / "2" / "1").write_bytes(b"x" * 100_000)
    (wd / "out" / "PAGES" / "3.error").write_text("why")
    (wd / "out" / "EMPTY").write_bytes(b"")
    archive = zipfile.ZipFile(io.BytesIO(
        alice.get(f"{run}/wd/out", headers={"Accept": "application/zip"}).data
    ))  # fmt: skip
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == ["EMPTY", "PAGES/2/1", "PAGES/3.error"]
    assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_part_of_a_file_does_not_replace_the_whole(alice: Client, run: str) -> None:
    alice.put(f"{run}/wd/x", data=b"0123456789")
    part = {"Content-Range": "bytes 2-3/10"}
    assert alice.put(f"{run}/wd/x", data=b"xx", headers=part).status_code == 400
    assert alice.get(f"{run}/wd/x").data == b"0123456789"


def test_uploaded_file_takes_the_place_of_the_old_one(alice: Client, run: str) -> None:
    for content, expected in (("b25l", b"one"), ("dHdv", b"two")):
        body = {"upload": {"@name": "x", "$": content}}
        answer = alice.post(f"{run}/wd/conf", json=body)
        assert (answer.status_code, answer.headers["Location"]) == (
            201, f"http://localhost{run}/wd/conf/x"
        )  # fmt: skip
        assert alice.get(f"{run}/wd/conf/x").data == expected


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("wd", {"mkdir": {}}, 403, "missing name attribute"),
        ("wd", {"upload": {"$": "b25l"}}, 403, "missing name attribute"),
        ("wd", {"mkdir": {"@name": "conf"}}, 403, "failed to make subdirectory"),
        ("wd", {"mkdir": {"@name": "a/b"}}, 403, "failed to make subdirectory"),
        ("wd", {"mkdir": {"@name": ".."}}, 403, "failed to make subdirectory"),
        ("wd", {"upload": {"@name": "a b", "$": ""}}, 403, "a name has no blanks"),
        ("wd", {"upload": {"@name": "conf", "$": ""}}, 403, "overwrite a directory"),
        ("wd/x", {"mkdir": {"@name": "y"}}, 403, "subdirectory of a file"),
        ("wd/x", {"upload": {"@name": "y", "$": ""}}, 403, "file in a file"),
        ("wd/no", {"mkdir": {"@name": "y"}}, 404, "no such directory entry"),
        ("wd", {"upload": {"@name": "y", "$": "?"}}, 400, "base64"),
        ("wd", {"other": {}}, 400, "mkdir"),
        ("wd", [], 400, ""),
    ],
)
def test_order_that_cannot_be_carried_out_says_why(
    alice: Client, run: str, path: str, body: object, status: int, words: str
) -> None:
    alice.put(f"{run}/wd/x", data=b"")
    answer = alice.post(f"{run}/{path}", json=body)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


def test_working_directory_itself_stays(alice: Client, run: str) -> None:
    assert alice.delete(f"{run}/wd").status_code == 403
    assert alice.put(f"{run}/wd", data=b"").status_code == 403
    assert alice.put(f"{run}/wd/conf/", data=b"").status_code == 403

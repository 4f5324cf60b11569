"""Files of a workspace over the REANA face."""

from __future__ import annotations

import io
import zipfile

import pytest

from taverna_server.config import Config
from tests.reana.conftest import SERIAL, User


@pytest.mark.parametrize(
    "name",
    ["/data/x.txt", "data//x.txt", "with%20blank/a%2Bb.txt", "%C5%BElu%C5%A5.txt", ".hidden"],
)
def test_uploaded_file_comes_back_under_its_name(alice: User, demo: str, name: str) -> None:
    alice.upload(demo, name, b"content")
    (listed,) = alice.files(demo)
    for path in (name, f"/{name}", listed.replace("/", "%2F")):
        answer = alice.ask("GET", f"/workflows/{demo}/workspace/{path}")
        assert (answer.data, answer.mimetype) == (b"content", "application/octet-stream")
        assert "attachment; filename" in answer.headers["Content-Disposition"]


def test_form_of_an_old_client_is_an_upload(alice: User, demo: str) -> None:
    old = User(alice.client, "alice", "/reana-0.4/api")
    content = bytes(range(256)) * 1500 + b"\r\n--"
    form = {"other": "x", "file_content": (io.BytesIO(content), "file_content")}
    old("POST", f"/workflows/{demo}/workspace?file_name=code/x.py", data=form)
    answer = old.ask("GET", f"/workflows/{demo}/workspace/code%2Fx.py")
    assert (answer.data, answer.mimetype) == (content, "multipart/form-data")
    (item,) = old("GET", f"/workflows/{demo}/workspace")
    assert (item["name"], item["size"]) == ("code/x.py", len(content))


def test_form_without_a_file_is_refused(alice: User, demo: str) -> None:
    path = f"/workflows/{demo}/workspace?file_name=x"
    alice.refused("POST", path, 400, data={"file_content": "x", "y": (io.BytesIO(b"x"), "x")})
    alice.refused("POST", path, 400, data=b"xx", content_type="multipart/form-data")
    alice.refused("POST", path, 400, data=b"x", content_type="multipart/form-data; boundary=b")
    assert alice.files(demo) == []


@pytest.mark.parametrize("name", ["", "../x", "a/../../x", "/", "a%00b", "x" * 300, "a/" * 300])
def test_name_that_cannot_be_is_refused(alice: User, demo: str, name: str) -> None:
    path = f"/workflows/{demo}/workspace?file_name={name}"
    alice.refused("POST", path, 400, data=b"x", content_type="application/octet-stream")


def test_links_lead_nowhere(alice: User, demo: str, config: Config) -> None:
    run_id = alice("GET", f"/workflows/{demo}/status")["id"]
    wd = config.runs_directory / run_id / "wd"
    (wd / "link").symlink_to("/etc")
    (wd / "file").symlink_to("/etc/passwd")
    assert alice.files(demo) == []
    for path in ("file", "link/passwd", "link", "../../run.json", "%2E%2E/x"):
        assert alice.ask("GET", f"/workflows/{demo}/workspace/{path}").status_code in (400, 404)
    path = f"/workflows/{demo}/workspace?file_name=link/x"
    alice.refused("POST", path, 400, data=b"x", content_type="application/octet-stream")


def test_missing_file_is_unknown(alice: User, demo: str) -> None:
    message = alice.refused("GET", f"/workflows/{demo}/workspace/no/such", 404)
    assert message == "no/such does not exist."
    assert alice("DELETE", f"/workflows/{demo}/workspace/no*") == {"deleted": {}, "failed": {}}


def test_part_of_a_file_is_given(alice: User, demo: str) -> None:
    alice.upload(demo, "x", b"0123456789")
    part = alice.ask("GET", f"/workflows/{demo}/workspace/x", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data) == (206, b"234")


def test_several_files_are_a_zip(alice: User, demo: str) -> None:
    for name in ("data/a.txt", "data/sub/b.txt", "c.txt"):
        alice.upload(demo, name, name.encode())
    for pattern, found in (("data", 2), ("data/", 2), ("**/*.txt", 3), ("data/*.txt", 1)):
        answer = alice.ask("GET", f"/workflows/{demo}/workspace/{pattern}")
        if found == 1:
            assert answer.data == b"data/a.txt"
            continue
        assert answer.headers["Content-Type"] == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(answer.data))
        assert len(archive.namelist()) == found
        assert all(archive.read(name).decode() == name for name in archive.namelist())


def test_preview_is_shown_in_a_sandbox(alice: User, demo: str) -> None:
    alice.upload(demo, "x.html", b"<script>")
    alice.upload(demo, "x.bin", b"\0")
    shown = alice.ask("GET", f"/workflows/{demo}/workspace/x.html?preview=true")
    assert shown.mimetype == "text/html"
    assert shown.headers["Content-Disposition"] == "inline"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    other = alice.ask("GET", f"/workflows/{demo}/workspace/x.bin?preview=true")
    assert other.headers["Content-Disposition"].startswith("attachment")


def test_listing_is_searched_and_paged(alice: User, demo: str) -> None:
    for number in range(5):
        alice.upload(demo, f"data/{number}.txt", b"x" * number)
    assert alice.files(demo, "&file_name=data/[1-3]*&size=2") == ["data/1.txt", "data/2.txt"]
    assert alice.files(demo, '&search={"name": ["TA/4"]}') == ["data/4.txt"]
    assert alice.files(demo, '&search={"size": ["3 bytes"]}') == ["data/3.txt"]
    page = alice("GET", f"/workflows/{demo}/workspace?size=2&page=3")
    assert (len(page["items"]), page["total"], page["has_next"]) == (1, 5, False)


def test_usage_is_told_as_du_has_it(alice: User, demo: str) -> None:
    alice.upload(demo, "data/sub/x", b"12345")
    alice.upload(demo, "y", b"1")
    path = f"/workflows/{demo}/disk_usage"
    found = alice("GET", path, json={"summarize": False})["disk_usage_info"]
    assert [(it["name"], it["size"]["raw"]) for it in found] == [
        ("", 6), ("/data", 5), ("/data/sub", 5), ("/data/sub/x", 5), ("/y", 1),
    ]  # fmt: skip
    found = alice("GET", path, json={"summarize": True})["disk_usage_info"]
    assert found == [{"name": "", "size": {"raw": 6, "human_readable": "6 Bytes"}}]
    found = alice("GET", path, json={"search": '{"name": ["sub/"]}'})["disk_usage_info"]
    assert [it["name"] for it in found] == ["/data/sub/x"]


def test_files_are_moved_and_removed(alice: User, demo: str) -> None:
    for name in ("data/a.txt", "data/b.txt", "c.txt"):
        alice.upload(demo, name)
    move = f"/workflows/move_files/{demo}"
    alice("PUT", f"{move}?source=c.txt&target=data")
    alice("PUT", f"{move}?source=data/a.txt&target=d.txt")
    assert alice.files(demo) == ["d.txt", "data/b.txt", "data/c.txt"]
    for source, target in (
        ("no", "x"),
        ("d.txt", "../x"),
        ("data", "data/inside"),
        ("d.txt", "no/x"),
    ):
        alice.refused("PUT", f"{move}?source={source}&target={target}", 409)
    found = alice("DELETE", f"/workflows/{demo}/workspace/data%2F%2A")
    assert found == {
        "deleted": {"data/b.txt": {"size": 1}, "data/c.txt": {"size": 1}},
        "failed": {},
    }
    assert alice("DELETE", f"/workflows/{demo}/workspace/data")["deleted"] == {"data": {"size": 0}}


def test_prune_keeps_inputs_and_outputs(alice: User) -> None:
    for query, left in (("", ["data/names.txt", "out"]), ("?include_inputs=true", ["out"])):
        name = alice.create("pruned", SERIAL)
        for path in ("data/names.txt", "out", "tmp/x"):
            alice.upload(name, path)
        assert "pruned" in alice("POST", f"/workflows/{name}/prune{query}")["message"]
        assert alice.files(name) == left


def test_size_is_known_without_measuring(alice: User, demo: str) -> None:
    alice.upload(demo, "x", b"12345")
    alice.upload(demo, "x", b"123")
    item = alice("GET", "/workflows?type=batch&include_workspace_size=true")["items"][0]
    assert item["size"] == {"raw": 3, "human_readable": "3 Bytes"}

"""What the client has is not sent again, and long text is packed for those who ask."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from werkzeug.test import Client

from taverna_server.config import Config
from taverna_server.serving.delivery import THRESHOLD

POLLED = ("", "/status", "/wd", "/input", "/stdout", "/workflow", "/listeners/io/properties/stdout")
GZIP = {"Accept-Encoding": "gzip;q=1.0,deflate;q=0.6,identity;q=0.3"}
LONG = b"a line of a log\n" * 500


@pytest.fixture
def logged(config: Config, run: str) -> Path:
    """A long standard output of the run."""
    path = config.runs_directory / run.rpartition("/")[2] / "stdout"
    path.write_bytes(LONG)
    return path


@pytest.mark.parametrize("place", POLLED)
def test_unchanged_resource_is_not_sent_again(alice: Client, run: str, place: str) -> None:
    first = alice.get(run + place)
    again = alice.get(run + place, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Content-Length" not in again.headers


def test_changed_resource_is_sent(alice: Client, run: str) -> None:
    tag = alice.get(f"{run}/name").headers["ETag"]
    alice.put(f"{run}/name", data="another", content_type="text/plain")
    again = alice.get(f"{run}/name", headers={"If-None-Match": tag})
    assert (again.status_code, again.text) == (200, "another")


def test_log_that_grew_is_sent(alice: Client, run: str, logged: Path) -> None:
    tag = alice.get(f"{run}/stdout").headers["ETag"]
    logged.write_bytes(LONG + b"more\n")
    assert alice.get(f"{run}/stdout", headers={"If-None-Match": tag}).data.endswith(b"more\n")


def test_tags_tell_representations_apart(alice: Client, run: str) -> None:
    kinds = ("application/xml", "application/json")
    tags = {alice.get(run, headers={"Accept": kind}).headers["ETag"] for kind in kinds}
    assert len(tags) == 2


@pytest.mark.parametrize("place", ["", "/stdout"])
def test_long_text_is_packed_for_those_who_ask(
    alice: Client, run: str, logged: Path, place: str
) -> None:
    plain, packed = alice.get(run + place), alice.get(run + place, headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize(
    "headers", [{}, {"Accept-Encoding": "gzip;q=0"}, {**GZIP, "Range": "bytes=0-9"}]
)
def test_nothing_is_packed_for_others(
    alice: Client, run: str, logged: Path, headers: dict[str, str]
) -> None:
    answer = alice.get(f"{run}/stdout", headers=headers)
    assert "Content-Encoding" not in answer.headers
    assert (answer.data, answer.content_length) == (LONG, len(LONG))


def test_short_text_is_never_packed(alice: Client, run: str) -> None:
    answer = alice.get(f"{run}/status", headers=GZIP)
    assert len(answer.data) < THRESHOLD
    assert "Content-Encoding" not in answer.headers


def test_files_of_a_run_are_never_packed(alice: Client, run: str) -> None:
    alice.put(f"{run}/wd/long.txt", data=LONG)
    answer = alice.get(f"{run}/wd/long.txt", headers=GZIP)
    assert (answer.data, answer.content_length) == (LONG, len(LONG))
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("place", ["", "/stdout"])
def test_head_says_what_get_would(alice: Client, run: str, logged: Path, place: str) -> None:
    got, head = alice.get(run + place, headers=GZIP), alice.head(run + place, headers=GZIP)
    assert head.data == b""
    for name in ("Content-Encoding", "Content-Length", "ETag", "Content-Type"):
        assert head.headers.get(name) == got.headers.get(name)

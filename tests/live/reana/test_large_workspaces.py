"""Workspaces with a file of two gibibytes, and with ten thousand files."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from tests.live.reana.conftest import token_of
from tests.live.server import Server, running
from tests.live.test_large_files import (
    ALLOWED_GROWTH,
    PIECE,
    SIZE,
    MemoryWatch,
    download,
    numbered_pieces,
)

STEPS = {"steps": [{"environment": "busybox", "commands": ["true"]}]}
FILES = 10_000

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("large")) as server:
        yield server


@pytest.fixture(scope="module")
def session(server: Server) -> Iterator[requests.Session]:
    with server.session(None) as session:
        session.params = {"access_token": token_of(server, "alice")}
        yield session


@pytest.fixture
def workflow(server: Server, session: requests.Session) -> Iterator[str]:
    """The address of a new one."""
    specification = {"workflow": {"type": "serial", "specification": STEPS}}
    place = f"{server.url}/api/workflows"
    name = session.post(f"{place}?workflow_name=large", json=specification).json()["workflow_name"]
    yield f"{place}/{name}"
    session.put(f"{place}/{name}/status?status=deleted", json={})


@pytest.mark.timeout(300)
def test_two_gibibytes_come_and_go_in_constant_memory(
    server: Server, session: requests.Session, workflow: str
) -> None:
    address = f"{workflow}/workspace?file_name=/data/big"
    kind = {"Content-Type": "application/octet-stream"}
    for _ in range(20):
        session.post(f"{workflow}/workspace?file_name=small", data=bytes(4 * PIECE), headers=kind)
        session.get(f"{workflow}/workspace/small")
    with MemoryWatch(server) as watch:
        answer = session.post(address, data=numbered_pieces(), headers=kind)
        assert answer.status_code == 200
        token = session.params["access_token"]  # type: ignore[index,call-overload]
        received = download(session, f"{workflow}/workspace/data/big?access_token={token}")
    assert received == SIZE
    assert watch.growth < ALLOWED_GROWTH
    part = session.get(f"{workflow}/workspace/data/big", headers={"Range": "bytes=1048576-1048583"})
    assert (part.status_code, int.from_bytes(part.content, "big")) == (206, 1)


@pytest.mark.timeout(300)
def test_form_of_an_old_client_comes_in_constant_memory(
    server: Server, session: requests.Session, workflow: str
) -> None:
    """As 0.3 to 0.5 upload."""
    head = b'--b\r\nContent-Disposition: form-data; name="file_content"; filename="x"\r\n\r\n'

    def form() -> Iterator[bytes]:
        yield head
        yield from numbered_pieces()
        yield b"\r\n--b--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    with MemoryWatch(server) as watch:
        answer = session.post(f"{workflow}/workspace?file_name=big", data=form(), headers=kind)
    assert answer.status_code == 200, answer.text
    assert watch.growth < ALLOWED_GROWTH
    (item,) = session.get(f"{workflow}/workspace?page=1").json()["items"]
    assert item["size"] == {"raw": SIZE, "human_readable": "2 GiB"}


def test_ten_thousand_files_are_listed_by_pages(
    server: Server, session: requests.Session, workflow: str
) -> None:
    run_id = session.get(f"{workflow}/status").json()["id"]
    place = server.data / "runs" / run_id / "wd"
    for number in range(FILES):
        directory = place / f"part{number % 10}"
        directory.mkdir(exist_ok=True)
        (directory / f"{number:05}.txt").touch()
    began = time.monotonic()
    page = session.get(f"{workflow}/workspace?page=7&size=100").json()
    took = time.monotonic() - began
    assert (page["total"], len(page["items"]), page["has_next"]) == (FILES, 100, True)
    assert page["items"][0]["name"] == "part0/06000.txt"
    assert took < 5
    everything = session.get(f"{workflow}/workspace?page=1").json()["items"]
    assert len({item["name"] for item in everything}) == FILES
    some = session.get(f"{workflow}/workspace?page=1&file_name=part3/*7.txt").json()
    assert some["total"] == 0
    some = session.get(f"{workflow}/workspace?page=1&file_name=part*/*77?.txt").json()
    assert some["total"] == FILES // 100

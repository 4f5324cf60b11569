"""Two gibibytes in and out while the server's memory stays what it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.live import runs
from tests.live.server import Server, running

SIZE = 2 * 2**30
PIECE = 2**20
ALLOWED_GROWTH = 50 * 2**20


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("large")) as server:
        yield server


class MemoryWatch:
    """The most memory the server had during the block, above what it had before."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._before = self._most = server.memory()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def growth(self) -> int:
        return self._most - self._before

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self._most = max(self._most, self._server.memory())


def numbered_pieces() -> Iterator[bytes]:
    """Each begins with its number, so that any part tells where it comes from."""
    for number in range(SIZE // PIECE):
        yield number.to_bytes(8, "big") + bytes(PIECE - 8)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of two gibibytes that takes no room on the disk."""
    path = tmp_path / "source"
    with path.open("wb") as stream:
        for number in range(SIZE // PIECE):
            stream.seek(number * PIECE)
            stream.write(number.to_bytes(8, "big"))
        stream.truncate(SIZE)
    return path


def warm_up(session: requests.Session, run: str) -> None:
    """Every worker has served files once: what is measured is growth with size."""
    for _ in range(20):
        with requests.Session() as other:
            other.auth = session.auth
            other.put(f"{run}/wd/small", data=bytes(4 * PIECE))
            other.get(f"{run}/wd/small")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_gibibytes_come_and_go_in_constant_memory(own_server: Server, source: Path) -> None:
    session = own_server.session()
    run = runs.create(session, own_server)
    warm_up(session, run)
    with MemoryWatch(own_server) as watch:
        with source.open("rb") as stream:
            assert session.put(f"{run}/wd/big", data=stream).status_code == 201
        assert session.put(f"{run}/wd/big", data=numbered_pieces()).status_code == 204
        received = download(session, f"{run}/wd/big")
    assert received == SIZE
    assert watch.growth < ALLOWED_GROWTH
    for place in (0, 5 * PIECE, SIZE // 2, SIZE - PIECE):
        part = session.get(f"{run}/wd/big", headers={"Range": f"bytes={place}-{place + 7}"})
        assert (part.status_code, int.from_bytes(part.content, "big")) == (206, place // PIECE)
    tail = session.get(f"{run}/wd/big", headers={"Range": f"bytes=-{PIECE}"})
    assert int.from_bytes(tail.content[:8], "big") == SIZE // PIECE - 1
    session.delete(run)


def download(session: requests.Session, url: str) -> int:
    with session.get(url, stream=True) as answer:
        assert answer.status_code == 200
        return sum(map(len, answer.iter_content(PIECE)))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_archive_of_a_large_file_is_made_in_constant_memory(
    own_server: Server, source: Path
) -> None:
    session = own_server.session()
    run = runs.create(session, own_server)
    warm_up(session, run)
    place = own_server.data / "runs" / run.rpartition("/")[2] / "wd" / "conf" / "big"
    source.rename(place)
    accept = {"Accept": "application/zip"}
    with (
        MemoryWatch(own_server) as watch,
        session.get(f"{run}/wd/conf", headers=accept, stream=True) as answer,
    ):
        assert sum(map(len, answer.iter_content(PIECE))) > SIZE // 2000
    assert watch.growth < ALLOWED_GROWTH
    session.delete(run)

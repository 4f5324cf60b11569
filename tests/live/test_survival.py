"""What is under way when the server is told to end."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.live import runs
from tests.live.server import running


def test_server_that_ends_politely_finishes_what_it_is_sending(tmp_path: Path) -> None:
    """A download that is under way when the server is told to end arrives whole."""
    with running(tmp_path) as server:
        session = server.session()
        run = runs.create(session, server)
        session.put(f"{run}/wd/file", data=bytes(50 * 2**20))
        with session.get(f"{run}/wd/file", stream=True) as answer:
            pieces = answer.iter_content(2**20)
            first = len(next(pieces))
            ending = threading.Thread(target=server.stop)
            ending.start()
            assert first + sum(map(len, pieces)) == 50 * 2**20
        ending.join()
        server.start()
        assert session.get(f"{run}/status").text == "Initialized"

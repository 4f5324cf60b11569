"""The application under the other web server, with a reconciler beside it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.live import runs
from tests.live.server import COMMAND, Server

GUNICORN = Path(sys.executable).with_name("gunicorn")


class UnderGunicorn(Server):
    """The same server, started in the two steps of docs/operations.md."""

    def start(self) -> None:
        web = ["--worker-class", "gthread", "--threads", "16", "--bind", f"127.0.0.1:{self.port}"]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [GUNICORN, *web, "taverna_server.app:wsgi()"],
                stdout=log, stderr=log, env=self._environment,
            )  # fmt: skip
            self.reconciler = subprocess.Popen(
                [COMMAND, "reconcile"], stdout=log, stderr=log, env=self._environment
            )
        self._wait(60)

    def stop(self) -> None:
        self.reconciler.terminate()
        assert self.reconciler.wait(20) == 0
        super().stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[UnderGunicorn]:
    server = UnderGunicorn(tmp_path)
    server.add_user("alice")
    server.start()
    yield server
    with contextlib.suppress(psutil.NoSuchProcess):
        server.stop()
    assert "Traceback" not in server.log()


def test_run_finishes_under_gunicorn(server: UnderGunicorn) -> None:
    with server.session("alice") as alice:
        run = runs.finished_echo(alice, server)
        assert alice.get(f"{run}/wd/out/OUT").text == "drink me"
        assert alice.delete(run).status_code == 204

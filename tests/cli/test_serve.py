"""``taverna-server serve`` as whoever runs it sees it: processes, ports, signals, accounts."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from taverna_server.cli.serve import let_local_users_in
from taverna_server.cli.web import LAST_WORDS
from taverna_server.config import Config
from taverna_server.errors import ConfigurationError
from tests.live.server import Server

EXAMPLES = Path(__file__).parents[2] / "examples"


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


def main_process(server: Server) -> psutil.Process:
    return server.processes()[0]


def reconciler(server: Server) -> psutil.Process:
    (found,) = reconcilers(server)
    return found


def reconcilers(server: Server) -> list[psutil.Process]:
    return [process for process in living(server) if "reconcile" in process.cmdline()]


def living(server: Server) -> list[psutil.Process]:
    return [process for process in server.processes() if not is_over(process)]


def is_over(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def answers(server: Server) -> bool:
    try:
        return requests.get(f"{server.rest}/", timeout=5).ok
    except requests.ConnectionError:  # the other worker is still on its way, too
        return False


def test_first_start_makes_an_administrator_and_says_so_once(server: Server) -> None:
    (password,) = re.findall(
        r"account 'admin' with the password (\S+)$", server.log(), re.MULTILINE
    )
    session = requests.Session()
    session.auth = ("admin", password)
    assert session.get(f"{server.rest}/runs").status_code == 200
    server.restart()
    assert server.log().count(password) == 1
    assert session.get(f"{server.rest}/runs").status_code == 200


def test_password_of_the_administrator_may_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAVERNA_SERVER_ADMIN_PASSWORD", "looking-glass")
    server = Server(tmp_path)
    server.start()
    try:
        answer = requests.get(f"{server.rest}/runs", auth=("admin", "looking-glass"), timeout=10)
        assert answer.status_code == 200
        assert "looking-glass" not in server.log()
        assert "TAVERNA_SERVER_ADMIN_PASSWORD" not in reconciler(server).environ()
    finally:
        server.stop()


def test_sigterm_ends_everything_with_exit_code_0(server: Server) -> None:
    processes = server.processes()
    assert len(processes) == 4
    assert server._process is not None
    server._process.send_signal(signal.SIGTERM)
    assert server._process.wait(10) == 0
    assert all(map(is_over, processes))
    assert "Traceback" not in server.log()


def test_ctrl_c_ends_everything_at_once(server: Server) -> None:
    """A terminal sends it to every process of the group."""
    processes = server.processes()
    began = time.monotonic()
    os.killpg(main_process(server).pid, signal.SIGINT)
    assert server._process is not None
    assert server._process.wait(20) == 0
    assert time.monotonic() - began < LAST_WORDS
    assert all(map(is_over, processes))
    assert "refused" not in server.log()


def test_killed_main_process_takes_the_others_with_it(server: Server) -> None:
    processes = server.processes()
    main_process(server).kill()
    eventually(lambda: all(map(is_over, processes)), 3)
    assert server._process is not None
    server._process.wait(5)
    server.start()
    assert requests.get(f"{server.rest}/", timeout=5).ok


def test_killed_reconciler_is_replaced(server: Server) -> None:
    first = reconciler(server)
    first.kill()
    eventually(lambda: is_over(first) and len(reconcilers(server)) == 1)
    assert reconciler(server).pid != first.pid


def test_killed_worker_is_replaced(server: Server) -> None:
    workers = [p for p in main_process(server).children() if p != reconciler(server)]
    assert len(workers) == 2
    workers[0].kill()
    eventually(lambda: is_over(workers[0]) and len(living(server)) == 4)
    eventually(lambda: answers(server))


def test_taken_port_is_said_in_one_line(server: Server) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "taverna_server.cli", "serve", "--port", str(server.port)],
        env=server._environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    expected = f"cannot listen on 127.0.0.1:{server.port}: Address already in use"
    assert (done.returncode, done.stderr) == (1, f"taverna-server: {expected}\n")


def test_port_0_takes_a_free_one_and_examples_are_published(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "taverna_server.cli", "serve", "--port", "0"]
    command += ["--data", str(tmp_path / "data"), "--examples", str(EXAMPLES)]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        eventually(lambda: "Serving " in (tmp_path / "log").read_text())
        text = (tmp_path / "log").read_text()
        assert re.search(r"Published \d+ workflows", text)
        assert not re.search(r"Serving http://127.0.0.1:0/", text)
    finally:
        process.terminate()
        process.wait(20)


def test_idle_and_half_sent_requests_hold_up_nobody(server: Server) -> None:
    """More of them than both workers have threads."""
    sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(300)]
    for number, half in enumerate(sockets):
        if number % 2:
            half.sendall(b"PUT /rest/runs/x HTTP/1.1\r\nHost: h\r\nContent-Le")
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: requests.get(f"{server.rest}/", timeout=10), range(20))
        assert {answer.status_code for answer in answers} == {200}
    assert time.monotonic() - began < 5
    for half in sockets:
        half.close()


def test_worker_ends_with_its_parent_also_when_it_was_gone_before() -> None:
    """A worker whose parent is somebody else by the time it looks."""
    code = (
        "import os, sys, time\n"
        "from taverna_server.cli.web import end_with\n"
        "end_with(1 if os.getppid() != 1 else 2)\n"
        "time.sleep(30)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=20, check=False)
    assert done.returncode == -signal.SIGKILL


def test_half_sent_request_does_not_keep_the_server_from_ending(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as half:
        half.sendall(b"GET /rest/ HTTP/1.1\r\nHo")
        time.sleep(0.2)
        assert server._process is not None
        server._process.terminate()
        assert server._process.wait(LAST_WORDS + 5) == 0


def test_files_may_be_many(server: Server) -> None:
    worker = next(p for p in main_process(server).children() if p != reconciler(server))
    soft, hard = worker.rlimit(psutil.RLIMIT_NOFILE)
    assert soft >= min(hard, 8192)


def test_local_users_need_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(data=tmp_path, local_users=True)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ConfigurationError, match="needs a server that runs as root"):
        let_local_users_in(config)
    let_local_users_in(Config(data=tmp_path))


@pytest.mark.parametrize("name", ["root", "no-such-user"])
def test_default_local_user_must_be_somebody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    config = Config(data=tmp_path, local_users=True, default_local_user=name)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ConfigurationError, match=name):
        let_local_users_in(config)


def test_closed_directories_on_the_way_to_runs_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    data = tmp_path / "closed" / "open" / "data"
    data.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o750)
    let_local_users_in(Config(data=data, local_users=True))
    warnings = capsys.readouterr().err
    assert f"Users may not get through {tmp_path / 'closed'} to" in warnings
    assert str(tmp_path / "closed" / "open") not in warnings
    assert data.stat().st_mode & 0o777 == 0o711

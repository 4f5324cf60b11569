import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from taverna_server.runner.processes import (
    Process,
    family,
    has_marker,
    look_at,
    signal_all,
    wait_readable,
)

RUN_ID = str(uuid.uuid4())


def spawn(*command: str, marked: bool = True, **how: bool) -> "subprocess.Popen[bytes]":
    marker = {"TAVERNA_RUN_ID": RUN_ID} if marked else {}
    return subprocess.Popen(command or ("sleep", "60"), env={"PATH": os.defpath, **marker}, **how)


@pytest.fixture
def child() -> "Iterator[subprocess.Popen[bytes]]":
    with spawn() as child:
        yield child
        child.kill()


def identity(child: "subprocess.Popen[bytes]") -> Process:
    seen = look_at(child.pid)
    assert seen is not None
    return seen.process


def test_process_is_known_by_pid_and_start(child: "subprocess.Popen[bytes]") -> None:
    process = identity(child)
    assert process.is_alive()
    assert not Process(process.pid, process.started - 1).is_alive()


def test_zombie_is_not_alive(child: "subprocess.Popen[bytes]") -> None:
    process = identity(child)
    handle = process.handle()
    assert handle is not None
    assert not wait_readable(handle, 0)
    process.signal(signal.SIGKILL)
    assert wait_readable(handle, 5)
    os.close(handle)
    assert look_at(child.pid).state == "Z"
    assert not process.is_alive()
    assert process.handle() is None


def test_signal_never_reaches_a_later_process_of_the_same_pid(
    child: "subprocess.Popen[bytes]",
) -> None:
    Process(child.pid, identity(child).started - 1).signal(signal.SIGKILL)
    assert child.poll() is None


def test_name_with_brackets_and_spaces_is_read_past() -> None:
    """The kernel puts the program's name, whatever it holds, in the middle of the line."""
    rename = "import ctypes, time; ctypes.CDLL(None).prctl(15, b') S 1 (x'); print(1, flush=True)"
    command = (sys.executable, "-S", "-c", f"{rename}; time.sleep(60)")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"1\n"
        seen = look_at(child.pid)
        child.kill()
    assert (seen.parent, seen.process.pid) == (os.getpid(), child.pid)


def test_marker_is_the_whole_name_and_value(child: "subprocess.Popen[bytes]") -> None:
    assert has_marker(child.pid, RUN_ID)
    assert not has_marker(child.pid, RUN_ID[:-1])
    assert not has_marker(os.getpid(), RUN_ID)


def test_family_is_found_by_marker_session_and_descent() -> None:
    """The grandchild wiped its environment; the shell leads the session it is in."""
    with (
        spawn("sh", "-c", "env -i sleep 60 & wait", start_new_session=True) as leader,
        spawn(start_new_session=True) as elsewhere,
        spawn(marked=False) as foreign,
    ):
        while len(found := family(RUN_ID, [identity(leader)])) < 3:
            assert leader.poll() is None
        assert {leader.pid, elsewhere.pid} < {process.pid for process in found}
        assert foreign.pid not in {process.pid for process in found}
        assert family(RUN_ID, [identity(leader)], since=sys.maxsize) < found
        signal_all(found, signal.SIGKILL)
        foreign.kill()


def test_dead_leader_leads_to_nobody(child: "subprocess.Popen[bytes]") -> None:
    """Its number may belong to somebody else's session by now."""
    process = identity(child)
    stale = Process(os.getsid(0), 1)
    assert family(RUN_ID, [stale]) == {process}

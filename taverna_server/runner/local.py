"""Runs as processes of this machine.

Theory of operation. The command is started through a two-line shell script
that first *claims* the run: it creates the file ``claim`` in the run directory
with its own pid in it, which the operating system lets only one process do, and
then becomes the engine (``exec`` keeps the pid). So it does not matter where
this program is killed between asking for a process and remembering it: a second
start makes a second shell, which finds the claim and ends without having done
anything, and the first one is adopted by the pid in the claim.

``stop`` claims a run that nobody has claimed, and by that keeps a shell that is
still on its way from ever becoming an engine.

Unlovely: between creating the claim and writing the pid into it the shell may
be killed. An empty claim is therefore looked at again for a moment and then
settled by searching the process table for the run's marker.

A stop is polite to the session for a while and then kills everything of the
run that the process table shows, again and again until it shows nothing: also
what left the session or lost its parent (``processes.py``). What escapes is a
process that wiped its environment *and* left its session *and* lost its parent
before the first look.

Where the server runs as root and is told so, a run executes as the user who owns
its directory.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from taverna_server.data.guarded import open_to_append, read_guarded
from taverna_server.data.local_users import LocalUser, owner_of
from taverna_server.data.rundir import RunDirectory
from taverna_server.errors import RunnerUnavailable, RunRefused
from taverna_server.runner.base import Observation, Runner, RunnerState
from taverna_server.runner.processes import (
    MARKER,
    Process,
    boot_id,
    family,
    has_marker,
    look_at,
    signal_all,
    wait_readable,
)

CLAIM = "claim"
NEVER = "0"
"""Stands in the claim of a run that was stopped before it had a process."""
CLAIM_AND_BECOME = 'set -C; echo $$ > "$0" || exit 125; exec "$@"'
"""``set -C`` makes ``>`` fail where the file exists."""
CLAIM_PATIENCE = 10.0
"""Seconds a shell may take, on a machine with far too much to do."""
HEAD_START = 0.2
"""Seconds for an engine to end what it started, before that is asked to end, too."""
KILL_PATIENCE = 10.0
NOT_FOR_ENGINES = frozenset({
    "SUDO_COMMAND", "SUDO_USER", "SUDO_GID", "SUDO_UID", "DISPLAY", "LS_COLORS",
    "XFILESEARCHPATH", "SSH_AGENT_PID", "SSH_AUTH_SOCK",
})  # fmt: skip
"""Protocol dossier 14.3."""
SERVER_PREFIX = "TAVERNA_SERVER_"
"""The server's own settings: passwords among them."""
SECRETIVE = re.compile(
    r"TOKEN|SECRET|PASSW|PWD$|CREDENTIAL|(API|ACCESS|PRIVATE)_?KEY", re.IGNORECASE
)
"""Names of variables that hold what is nobody's business in a workflow."""


class LocalRunner(Runner):
    """One process, in a session of its own, for each run."""

    can_suspend = True

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        java: str = "",
        local_users: bool = False,
    ) -> None:
        self.command = tuple(command)
        self.environment = dict(os.environ if environment is None else environment)
        self.java = java
        self.local_users = local_users
        """Whether a run executes as the user who owns its directory."""
        self._children: set[int] = set()
        self._lock = threading.Lock()

    def start(self, run_id: str, directory: Path, state: RunnerState) -> Iterator[RunnerState]:
        if "pid" in state:
            return
        program = shutil.which(self.command[0])
        if program is None:
            raise RunRefused(f"The engine command '{self.command[0]}' is not on this machine.")
        state = {"run_id": run_id, "directory": str(directory), "boot": boot_id()}
        yield state
        process = self._launch(run_id, RunDirectory(directory).ordered())
        if process is None:
            yield {**state, "pid": 0, "started": 0}
        else:
            yield {**state, "pid": process.pid, "started": process.started}

    def _launch(self, run_id: str, directory: RunDirectory) -> Process | None:
        """The process that claimed the run: a new one, or one of before a crash."""
        claim = directory.root / CLAIM
        if claim.exists():
            return _claimant(run_id, directory.root)
        try:
            child = self._spawn(run_id, directory, claim)
        except OSError as error:
            raise RunnerUnavailable(f"no process could be started: {error}") from error
        born = look_at(child.pid)
        _await_claim(child, claim)
        self._adopt(child)
        if _read_claim(claim) == str(child.pid):
            return born.process if born else None
        return _claimant(run_id, directory.root)

    def _spawn(self, run_id: str, directory: RunDirectory, claim: Path) -> subprocess.Popen[bytes]:
        shell = ["/bin/sh", "-c", CLAIM_AND_BECOME, str(claim)]
        user = owner_of(directory.root) if self.local_users else None
        environment = self.engine_environment(run_id, directory)
        with (
            open_to_append(directory.stdout) as stdout,
            open_to_append(directory.stderr) as stderr,
        ):
            return subprocess.Popen(
                [*shell, *self.command, str(directory.root)],
                cwd=directory.wd,
                env=environment | _identity(user),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=user.groups() if user else None,
            )

    def engine_environment(self, run_id: str, directory: RunDirectory) -> dict[str, str]:
        """What the engine inherits (protocol dossier 14.3), nothing of the server's own."""
        environment = {
            name: value for name, value in self.environment.items() if _may_be_inherited(name)
        }
        if "/" in self.java:
            path = environment.get("PATH", os.defpath)
            environment["PATH"] = f"{Path(self.java).parent}{os.pathsep}{path}"
        home = str(directory.wd)
        return {**environment, "RAVEN_APPHOME": home, "TAVERNA_APPHOME": home, MARKER: run_id}

    def poll(self, state: RunnerState) -> Observation:
        self._reap()
        if "directory" not in state:
            return Observation.GONE
        if "pid" not in state:
            return Observation.UNKNOWN
        process = _process(state)
        return Observation.ALIVE if process and process.is_alive() else Observation.GONE

    def wait_handle(self, state: RunnerState) -> int | None:
        process = _process(state)
        return process.handle() if process else None

    def stop(self, state: RunnerState, grace: float = 1.0) -> None:
        if "directory" not in state:
            return
        run_id, directory = str(state["run_id"]), Path(state["directory"])
        leader = _process(state) or _leader(run_id, directory)
        since = leader.started if leader else 0
        known = {leader} if leader else set()
        found = family(run_id, known, since)
        if leader and found and grace > 0:
            _ask_to_end(leader, found, grace)
        if found:
            _kill(run_id, known | found, since)
        self._reap()

    def suspend(self, state: RunnerState) -> None:
        run_id, known = str(state["run_id"]), {*filter(None, [_process(state)])}
        held: set[Process] = set()
        while fresh := family(run_id, known | held) - held:
            signal_all(fresh, signal.SIGSTOP)
            held |= fresh

    def resume(self, state: RunnerState) -> None:
        known = {*filter(None, [_process(state)])}
        signal_all(family(str(state["run_id"]), known), signal.SIGCONT)

    def _adopt(self, child: subprocess.Popen[bytes]) -> None:
        """Runs outlive this object, which ``Popen`` holds for a mistake: keep the pid instead."""
        if child.returncode is None:
            child.returncode = 0
            with self._lock:
                self._children.add(child.pid)

    def _reap(self) -> None:
        """Let children that ended leave the process table."""
        with self._lock:
            self._children = {pid for pid in self._children if not _reaped(pid)}


def _reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:  # somebody else waited for it
        return True


def _identity(user: LocalUser | None) -> dict[str, str]:
    """What programs ask the environment about who they are."""
    return {"HOME": user.home, "USER": user.name, "LOGNAME": user.name} if user else {}


def _may_be_inherited(name: str) -> bool:
    if name in NOT_FOR_ENGINES or name.startswith(SERVER_PREFIX):
        return False
    return name == "PWD" or not SECRETIVE.search(name)


def _process(state: RunnerState) -> Process | None:
    if not state.get("pid") or state["boot"] != boot_id():
        return None
    return Process(int(state["pid"]), int(state["started"]))


def _read_claim(claim: Path) -> str:
    """The pid; empty when nobody has claimed the run, or is just about to write it."""
    try:
        return read_guarded(claim, 20).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""


def _await_claim(child: subprocess.Popen[bytes], claim: Path) -> None:
    """Until somebody, not necessarily the child, has claimed the run."""
    deadline = time.monotonic() + CLAIM_PATIENCE
    while child.poll() is None and not _read_claim(claim):
        if time.monotonic() > deadline:
            child.kill()
            child.wait()
            break
        time.sleep(0.0005)
    if not claim.exists():
        raise RunnerUnavailable("the process that was to become the engine did not start")


def _claimant(run_id: str, directory: Path) -> Process | None:
    """The process that claimed the run, or None when it is already gone."""
    claim = directory / CLAIM
    while not (text := _read_claim(claim)):
        # About to write its pid, or killed before it could.
        if not family(run_id, ()) and not _read_claim(claim):
            return None
        time.sleep(0.002)
    seen = look_at(int(text)) if text.isdecimal() and text != NEVER else None
    return seen.process if seen and has_marker(seen.process.pid, run_id) else None


def _leader(run_id: str, directory: Path) -> Process | None:
    """The process of a run whose state was not kept; claims the run when there is none."""
    claim = directory / CLAIM
    try:
        handle = os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _claimant(run_id, directory)
    except FileNotFoundError:  # the directory is gone: no shell can claim it either
        return None
    os.write(handle, NEVER.encode())
    os.close(handle)
    return None


def _ask_to_end(leader: Process, known: set[Process], grace: float) -> None:
    """SIGTERM, and as long as ``grace`` for the engine to end.

    It hears of it first, and ends what it has started: a tool that ended before the
    engine knew why would be taken for one that failed.
    """
    handle = leader.handle()
    signal_all([leader], signal.SIGTERM)
    signal_all(known, signal.SIGCONT)
    if handle is not None:
        if not wait_readable(handle, min(grace, HEAD_START)):
            signal_all(known, signal.SIGTERM)
            wait_readable(handle, max(0.0, grace - HEAD_START))
        os.close(handle)


def _kill(run_id: str, known: set[Process], since: int) -> None:
    """Until nothing is left, or only what the kernel does not let go of (broken disks)."""
    pause, deadline = 0.001, time.monotonic() + KILL_PATIENCE
    while (found := family(run_id, known, since)) and time.monotonic() < deadline:
        known |= found
        signal_all(found, signal.SIGKILL)
        time.sleep(pause)
        pause = min(pause * 2, 0.05)

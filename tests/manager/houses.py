"""A manager with a reconciler behind it, in a thread or in a process that can be killed."""

import multiprocessing
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from taverna_server.data.rundir import RunDirectory
from taverna_server.manager import RunManager
from taverna_server.manager.reconcile import Reconciler, reconcile_forever
from taverna_server.manager.status import OPERATING
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunInput
from taverna_server.runner.local import LocalRunner
from tests.manager.conftest import WORKFLOW
from tests.processes import living_of

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["taverna_server.manager.reconcile"])


class House(ABC):
    """The short way to what tests do with runs."""

    def __init__(self, manager: RunManager, alice: User) -> None:
        self.manager = manager
        self.alice = alice
        self.made: list[str] = []

    @abstractmethod
    def open(self) -> None:
        """Start the reconciler."""

    @abstractmethod
    def close(self) -> None:
        """Tell it to end and wait for that."""

    def create(self, behaviour: str) -> str:
        run = self.manager.create_run(self.alice, WORKFLOW)
        self.manager.set_input(self.alice, run.id, RunInput("behaviour", value=behaviour))
        self.made.append(run.id)
        return run.id

    def start(self, behaviour: str) -> str:
        run_id = self.create(behaviour)
        self.manager.set_status(self.alice, run_id, OPERATING)
        return run_id

    def start_and_wait(self, behaviour: str) -> str:
        run_id = self.start(behaviour)
        until(lambda: (self.directory(run_id).wd / "working").exists())
        return run_id

    def run(self, run_id: str) -> Run:
        return self.manager.get_run(self.alice, run_id)

    def until_observed(self, run_id: str, status: int) -> Run:
        until(lambda: self.run(run_id).observed == status)
        return self.run(run_id)

    def directory(self, run_id: str) -> RunDirectory:
        return RunDirectory(self.manager.config.runs_directory / run_id)

    def starts(self, run_id: str) -> int:
        """How many engines ever worked on the run."""
        path = self.directory(run_id).root / "starts"
        return len(path.read_text().split()) if path.exists() else 0

    def clear_away(self) -> None:
        """Delete everything and see that nothing at all is left."""
        store, directory = self.manager.store, self.manager.config.runs_directory
        for run in list(self.manager.list_runs(self.alice)):
            self.manager.delete_run(self.alice, run.id)
        until(lambda: store.to_reconcile() == [], 30)
        assert [living_of(run_id) for run_id in self.made if living_of(run_id)] == []
        assert [path for path in directory.glob("*") if path.name != ".database"] == []
        assert (store.run_count(), store.operating_count()) == (0, 0)


class InThread(House):
    """The reconciler is a thread of the test."""

    def open(self) -> None:
        self.stop = threading.Event()
        runner = LocalRunner(self.manager.config.engine_command)
        reconciler = Reconciler(self.manager.store, self.manager.config, runner)
        self.thread = threading.Thread(target=reconciler.run, args=(self.stop,))
        self.thread.start()

    def close(self) -> None:
        self.stop.set()
        self.manager.wake_reconciler()
        self.thread.join()


class InProcess(House):
    """The reconciler is a process, as in a server."""

    def open(self) -> None:
        self.process = PROCESSES.Process(target=reconcile_forever, args=(self.manager.config,))
        self.process.start()

    def close(self) -> None:
        self.process.terminate()
        self.process.join(10)
        assert self.process.exitcode == 0

    def kill(self) -> None:
        """SIGKILL: no time to put anything in order."""
        self.process.kill()
        self.process.join()


def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.005)

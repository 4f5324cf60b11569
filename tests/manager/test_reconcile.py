"""The reconciler with real runs: fakes that behave as their input says."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from taverna_server.config import Config
from taverna_server.data.rundir import RunDirectory
from taverna_server.manager import RunManager
from taverna_server.manager.reconcile import Reconciler
from taverna_server.manager.status import FINISHED, INITIALIZED, OPERATING, STOPPED
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunInput
from taverna_server.runner.local import LocalRunner
from taverna_server.store import Store
from tests.manager.conftest import WORKFLOW
from tests.processes import living_of


class House:
    """A manager with a reconciler behind it, in a thread."""

    def __init__(self, manager: RunManager, alice: User) -> None:
        self.manager = manager
        self.alice = alice
        self.made: list[str] = []

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


def until(true: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.005)


@pytest.fixture
def house(manager: RunManager, store: Store, alice: User) -> Iterator[House]:
    house = House(manager, alice)
    house.open()
    yield house
    for run in list(manager.list_runs(alice)):
        manager.delete_run(alice, run.id)
    until(lambda: store.to_reconcile() == [])
    house.close()
    assert [living_of(run_id) for run_id in house.made if living_of(run_id)] == []
    assert [path.name for path in manager.config.runs_directory.iterdir()] == [".database"]
    assert (store.run_count(), store.operating_count()) == (0, 0)


def test_run_goes_to_its_end(house: House) -> None:
    run = house.until_observed(house.start("Ends"), FINISHED)
    assert (run.status, run.exit_code) == (FINISHED, 0)
    assert run.started is not None
    assert run.finished is not None
    assert run.started < run.finished
    ((_, output),) = house.manager.describe_outputs(house.alice, run.id)
    assert output.size == 2


def test_engine_is_told_everything_the_client_set(house: House) -> None:
    run_id = house.create("Ends")
    house.manager.set_input(house.alice, run_id, RunInput("words", value="a,b", delimiter=","))
    house.manager.set_generate_provenance(house.alice, run_id, True)
    house.manager.set_baclava_output(house.alice, run_id, "out.xml")
    house.manager.set_status(house.alice, run_id, OPERATING)
    house.until_observed(run_id, FINISHED)
    order = house.directory(run_id).read_order()
    assert order.inputs[1] == RunInput("words", value="a,b", delimiter=",")
    assert (order.baclava_output, order.generate_provenance) == ("out.xml", True)


def test_slow_start_is_waited_for(house: House) -> None:
    run_id = house.start("SlowToStart")
    house.until_observed(run_id, OPERATING)
    assert house.until_observed(run_id, FINISHED).exit_code == 0


def test_failure_of_the_engine_is_its_exit_code(house: House) -> None:
    assert house.until_observed(house.start("FailsAfterStart"), FINISHED).exit_code == 1


def test_run_that_was_never_started_can_be_finished(house: House) -> None:
    run_id = house.create("Ends")
    house.manager.set_status(house.alice, run_id, FINISHED)
    run = house.until_observed(run_id, FINISHED)
    assert (run.started, run.finished, run.exit_code) == (None, None, None)


def test_run_is_suspended_and_goes_on(house: House) -> None:
    run_id = house.start_and_wait("NeverEnds")
    house.manager.set_status(house.alice, run_id, STOPPED)
    house.until_observed(run_id, STOPPED)
    until(lambda: {state for _, state in living_of(run_id)} == {"T"})
    house.manager.set_status(house.alice, run_id, OPERATING)
    house.until_observed(run_id, OPERATING)
    until(lambda: {state for _, state in living_of(run_id)} == {"S"})


def test_run_stopped_before_it_was_started_starts_and_stands_still(house: House) -> None:
    house.close()
    run_id = house.start("NeverEnds")
    house.manager.set_status(house.alice, run_id, STOPPED)
    house.open()
    house.until_observed(run_id, STOPPED)
    until(lambda: {state for _, state in living_of(run_id)} == {"T"})


def test_run_cancelled_before_it_was_started_never_starts(house: House) -> None:
    house.close()
    run_id = house.start("NeverEnds")
    house.manager.set_status(house.alice, run_id, FINISHED)
    house.open()
    assert house.until_observed(run_id, FINISHED).exit_code is None
    assert not house.directory(run_id).run_json.exists()


def test_engine_that_is_missing_ends_the_run_with_a_reason(house: House) -> None:
    house.close()
    config = Config(data=house.manager.config.data, engine_command=("no-such-engine",))
    house.manager.config = config
    house.open()
    run = house.until_observed(house.start("Ends"), FINISHED)
    assert run.exit_code == 1
    assert "no-such-engine" in house.directory(run.id).stderr.read_text()


def test_security_directory_goes_when_the_run_ends(house: House) -> None:
    run_id = house.create("Ends")
    (house.directory(run_id).security / "key").write_text("secret")
    house.manager.set_status(house.alice, run_id, OPERATING)
    house.until_observed(run_id, FINISHED)
    assert not house.directory(run_id).security.exists()


def test_expired_run_is_removed_whatever_its_status(house: House, store: Store) -> None:
    runs = [house.create("Ends"), house.start_and_wait("NeverEnds"), house.start("Ends")]
    for run_id in runs:
        store.set_expiry(run_id, datetime.now(UTC) - timedelta(seconds=1))
    house.close()
    house.open()
    until(lambda: list(house.manager.list_runs(house.alice)) == [])
    until(lambda: not any(store.is_known(run_id) for run_id in runs))
    assert living_of(runs[1]) == []


def test_request_is_acted_on_within_milliseconds(house: House) -> None:
    """From the request until the reconciler has the engine's process: no polling in between."""
    house.until_observed(house.start("Ends"), FINISHED)
    taken = []
    for _ in range(5):
        run_id = house.create("0.2")
        before = time.monotonic()
        house.manager.set_status(house.alice, run_id, OPERATING)
        until(lambda run_id=run_id: house.run(run_id).observed >= OPERATING)
        taken.append(time.monotonic() - before)
    assert min(taken) < 0.05


def test_status_is_initialized_until_somebody_asks(house: House) -> None:
    run_id = house.create("Ends")
    time.sleep(0.05)
    assert house.run(run_id).observed == INITIALIZED

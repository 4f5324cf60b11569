"""The reconciler with real runs: fakes that behave as their input says."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from taverna_server.config import Config
from taverna_server.manager import RunManager
from taverna_server.manager.status import FINISHED, INITIALIZED, OPERATING, STOPPED
from taverna_server.model.identity import User
from taverna_server.model.run import RunInput
from taverna_server.store import Store
from tests.manager.houses import House, InThread, until
from tests.processes import living_of


@pytest.fixture
def house(manager: RunManager, alice: User) -> Iterator[House]:
    house = InThread(manager, alice)
    house.open()
    yield house
    house.clear_away()
    house.close()


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


def test_temporary_files_of_a_killed_engine_go(house: House) -> None:
    run_id = house.start_and_wait("NeverEnds")
    scratch = house.directory(run_id).scratch
    scratch.mkdir()
    (scratch / "large").write_text("what an engine would have removed")
    for pid, _ in living_of(run_id):
        os.kill(pid, signal.SIGKILL)
    house.until_observed(run_id, FINISHED)
    assert not scratch.exists()


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

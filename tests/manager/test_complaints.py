"""What users of such servers complain about most, each with a test of its name."""

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from taverna_server.errors import BadStateChange, UnknownRun
from taverna_server.manager import RunManager
from taverna_server.manager.status import FINISHED, OPERATING, STOPPED
from taverna_server.model.identity import User
from taverna_server.model.run import RunStatus
from tests.manager.houses import House, InProcess, until
from tests.processes import living_of


@pytest.fixture
def house(manager: RunManager, alice: User) -> Iterator[InProcess]:
    manager.config = replace(manager.config, operating_limit=50)
    house = InProcess(manager, alice)
    house.open()
    yield house
    house.clear_away()
    house.close()


@pytest.fixture
def load() -> Iterator[None]:
    """Both processors have something better to do."""
    context = multiprocessing.get_context("forkserver")
    burners = [context.Process(target=burn, daemon=True) for _ in range(4)]
    for burner in burners:
        burner.start()
    yield
    for burner in burners:
        burner.kill()
        burner.join()


def burn() -> None:
    while True:
        sum(range(10_000))


def test_runs_do_not_stay_running_after_a_restart(house: InProcess) -> None:
    """reanahub/reana#478, reana-client#360, reana#266."""
    ends, killed, lives = house.start("0.5"), house.start("NeverEnds"), house.start("NeverEnds")
    for run_id in (ends, killed, lives):
        house.until_observed(run_id, OPERATING)
    house.kill()
    (pid, _), *_ = living_of(killed)
    os.kill(pid, signal.SIGKILL)
    until(lambda: living_of(ends) == [])
    house.open()
    assert house.until_observed(ends, FINISHED).exit_code == 0
    assert house.until_observed(killed, FINISHED).exit_code == 137
    assert "without a word" in house.directory(killed).stderr.read_text()
    assert house.run(lives).status == OPERATING
    (pid, _), *_ = living_of(lives)
    os.kill(pid, signal.SIGKILL)
    assert house.until_observed(lives, FINISHED).exit_code == 137


def test_cancel_does_something_within_a_second(house: InProcess) -> None:
    """common-workflow-language/workflow-service#67: ... and reaches the worst of runs."""
    assert min(cancel_together(house, 1) for _ in range(3)) < 1


def test_cancel_of_many_under_load_takes_little_longer(house: InProcess, load: None) -> None:
    """phac-nml/irida-next PR 374; ten times the grace would be six seconds."""
    assert min(cancel_together(house, 10) for _ in range(2)) < 3


def cancel_together(house: House, count: int) -> float:
    """Seconds until nothing is left of so many deaf runs."""
    runs = [house.start("IgnoresEverything") for _ in range(count)]
    for run_id in runs:
        until(lambda run_id=run_id: (house.directory(run_id).wd / "working").exists(), 30)
    before = time.monotonic()
    for run_id in runs:
        assert house.manager.set_status(house.alice, run_id, FINISHED) == FINISHED
        assert house.manager.read_status(house.alice, run_id) == FINISHED
    until(lambda: all(house.run(run_id).observed == FINISHED for run_id in runs))
    taken = time.monotonic() - before
    assert [living_of(run_id) for run_id in runs] == [[]] * count
    return taken


def test_cancel_is_not_overtaken_by_the_end(house: InProcess, load: None) -> None:
    """DataBiosphere/toil#5448, galaxyproject/galaxy PR 16252: CANCELED followed by COMPLETE."""
    chance = random.Random(2)
    runs = [house.start(f"{chance.uniform(0, 0.15):.3f}") for _ in range(40)]
    seen: dict[str, list[RunStatus]] = {run_id: [] for run_id in runs}
    enough = threading.Event()

    def watch() -> None:
        while not enough.is_set():
            for run_id in runs:
                seen[run_id].append(house.run(run_id).status)

    def cancel(run_id: str) -> None:
        time.sleep(chance.uniform(0, 0.6))
        house.manager.set_status(house.alice, run_id, FINISHED)
        seen[run_id].append(FINISHED)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(8) as clients:
        list(clients.map(cancel, runs))
    ends = [house.until_observed(run_id, FINISHED) for run_id in runs]
    time.sleep(0.2)
    enough.set()
    watcher.join()
    for end in ends:
        assert seen[end.id] == sorted(seen[end.id]), "nothing comes after the end"
        assert house.run(end.id) == end
        assert end.exit_code in (None, 0, 137, 143)
        assert living_of(end.id) == []
        with pytest.raises(BadStateChange, match="already finished"):
            house.manager.set_status(house.alice, end.id, OPERATING)
    assert house.manager.store.operating_count() == 0


@pytest.mark.parametrize("end", ["Ends", "NeverEnds"])
def test_logs_are_still_there_afterwards(house: InProcess, end: str) -> None:
    """reanahub/reana-client#218, argoproj/argo-workflows#5362."""
    run_id = house.start(end)
    until(lambda: house.directory(run_id).stderr.exists())
    until(lambda: "trouble" in house.directory(run_id).stderr.read_text())
    house.kill()
    house.manager.set_status(house.alice, run_id, FINISHED)
    house.open()
    house.until_observed(run_id, FINISHED)
    assert house.manager.stdout(house.alice, run_id).read_text() == "an ordinary line\n"
    assert house.manager.stderr(house.alice, run_id).read_text() == "a line about trouble\n"


def never_started(house: House) -> str:
    return house.create("Ends")


def deaf(house: House) -> str:
    return house.start_and_wait("IgnoresEverything")


def suspended(house: House) -> str:
    run_id = house.start_and_wait("HasFamily")
    house.manager.set_status(house.alice, run_id, STOPPED)
    house.until_observed(run_id, STOPPED)
    return run_id


def ended(house: House) -> str:
    return house.until_observed(house.start("LeavesBehind"), FINISHED).id


def died(house: House) -> str:
    return house.until_observed(house.start("DiesAfterStart"), FINISHED).id


def without_directory(house: House) -> str:
    run_id = house.create("Ends")
    house.directory(run_id).root.rename(house.manager.config.data / "moved")
    return run_id


def with_odd_files(house: House) -> str:
    run_id = house.create("Ends")
    wd = house.directory(run_id).wd
    (wd / "out-of-here").symlink_to("/")
    os.mkfifo(wd / "pipe")
    place = wd
    for _ in range(300):
        place = place / "deeper"
        place.mkdir()
    place.chmod(0)
    wd.chmod(0)
    return run_id


def with_bad_outcome(house: House) -> str:
    run_id = house.start_and_wait("NeverEnds")
    house.directory(run_id).outcome_json.write_text("{nonsense")
    return run_id


@pytest.mark.parametrize(
    "make",
    [
        never_started,
        deaf,
        suspended,
        ended,
        died,
        without_directory,
        with_odd_files,
        with_bad_outcome,
    ],
)
def test_force_delete_always_works(house: InProcess, make: object) -> None:
    """reanahub/reana#478: runs that cannot be stopped or deleted."""
    run_id = make(house)
    house.manager.delete_run(house.alice, run_id)
    with pytest.raises(UnknownRun):
        house.run(run_id)
    until(lambda: not house.manager.store.is_known(run_id))
    assert living_of(run_id) == []
    assert not house.directory(run_id).root.exists()


def test_unreadable_outcome_does_not_keep_a_run_running(house: InProcess) -> None:
    run_id = with_bad_outcome(house)
    house.manager.set_status(house.alice, run_id, FINISHED)
    assert house.until_observed(run_id, FINISHED).exit_code in (137, 143)

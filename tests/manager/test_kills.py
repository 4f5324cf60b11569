"""SIGKILL of the reconciler at many moments of starts, cancels and removals."""

import random
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from taverna_server.manager import RunManager
from taverna_server.manager.status import FINISHED, OPERATING
from taverna_server.model.identity import User
from tests.manager.houses import InProcess, until
from tests.processes import living_of

ROUNDS = 40


@pytest.fixture
def house(manager: RunManager, alice: User) -> Iterator[InProcess]:
    manager.config = replace(manager.config, operating_limit=500, run_limit=500)
    house = InProcess(manager, alice)
    house.open()
    yield house
    house.clear_away()
    house.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_anywhere_the_next_one_brings_everything_to_the_right_state(
    house: InProcess, seed: int
) -> None:
    chance = random.Random(seed)
    ending, working, cancelled, deleted = [], [], [], []
    until(lambda: house.manager.store.lease("reconciler") is not None)
    for _ in range(ROUNDS):
        ending.append(house.start("Ends"))
        working.append(house.start("NeverEnds"))
        if chance.random() < 0.5:
            cancelled.append(working.pop(chance.randrange(len(working))))
            house.manager.set_status(house.alice, cancelled[-1], FINISHED)
        if chance.random() < 0.5:
            runs = chance.choice([r for r in (ending, working, cancelled) if r])
            deleted.append(runs.pop(chance.randrange(len(runs))))
            house.manager.delete_run(house.alice, deleted[-1])
        time.sleep(chance.uniform(0, 0.1))
        house.kill()
        house.open()
    until(lambda: all(house.run(run_id).observed == OPERATING for run_id in working), 30)
    until(lambda: all(house.run(run_id).observed == FINISHED for run_id in ending), 30)
    until(lambda: all(house.run(run_id).observed == FINISHED for run_id in cancelled), 30)
    until(lambda: not any(house.manager.store.is_known(run_id) for run_id in deleted), 30)
    assert [house.run(run_id).exit_code for run_id in ending] == [0] * len(ending)
    until(lambda: [house.starts(run_id) for run_id in working] == [1] * len(working))
    assert [house.starts(run_id) for run_id in ending] == [1] * len(ending)
    assert [len(living_of(run_id)) for run_id in working] == [1] * len(working)
    for run_id in cancelled + deleted:
        assert house.starts(run_id) <= 1
        assert living_of(run_id) == []
    assert house.manager.store.operating_count() == len(working)


def test_reconciler_ends_with_its_parent_and_runs_go_on(house: InProcess) -> None:
    run_id = house.start_and_wait("NeverEnds")
    house.close()
    assert len(living_of(run_id)) == 1
    house.open()
    house.manager.set_status(house.alice, run_id, FINISHED)
    assert house.until_observed(run_id, FINISHED).exit_code == 143

"""What every runner must do; ``kit`` is parametrized over the runners there are."""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.errors import RunRefused
from taverna_server.runner.base import Observation, Runner, RunnerState
from taverna_server.runner.local import LocalRunner
from tests import fakes
from tests.processes import living_of

RUNNERS: dict[str, Callable[[list[str]], Runner]] = {"local": LocalRunner}


class Kit:
    """A runner, a run directory, and the short way to use both."""

    def __init__(self, make: Callable[[list[str]], Runner], root: Path) -> None:
        self.make = make
        # Never the same twice: processes are found by it, also those of a suite beside this one.
        self.run_id = str(uuid.uuid4())
        self.directory = RunDirectory(root / self.run_id)
        self.directory.create(b"<workflow/>")
        self.directory.write_order(RunOrder(self.run_id))
        self.states: list[RunnerState] = []

    def start(self, behaviour: str) -> Runner:
        self.runner = self.make(fakes.command(behaviour))
        for state in self.runner.start(self.run_id, self.directory.root, {}):
            self.states.append(json.loads(json.dumps(state)))
        return self.runner

    @property
    def state(self) -> RunnerState:
        return self.states[-1]

    def wait_for(self, name: str) -> None:
        until(lambda: (self.directory.wd / name).exists())

    def wait_until_gone(self) -> None:
        until(lambda: self.runner.poll(self.state) is Observation.GONE)

    def starts(self) -> int:
        path = self.directory.root / "starts"
        return len(path.read_text().split()) if path.exists() else 0


def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.005)


@pytest.fixture(params=list(RUNNERS))
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kit]:
    kit = Kit(RUNNERS[request.param], tmp_path)
    yield kit
    for state in kit.states:
        kit.runner.stop(state, grace=0)
    assert living_of(kit.run_id) == []


def test_command_runs_to_its_end_in_the_run_directory(kit: Kit) -> None:
    kit.start("Ends")
    kit.wait_until_gone()
    outcome = kit.directory.read_outcome()
    assert outcome is not None
    assert outcome.exit_code == 0
    assert (kit.directory.out / "answer").read_text() == "42"


def test_both_streams_are_kept_in_the_run_directory(kit: Kit) -> None:
    kit.start("Ends")
    kit.wait_until_gone()
    assert kit.directory.stdout.read_text() == "an ordinary line\n"
    assert kit.directory.stderr.read_text() == "a line about trouble\n"


def test_run_that_shows_no_sign_of_life_yet_is_alive(kit: Kit) -> None:
    kit.start("SlowToStart")
    assert kit.runner.poll(kit.state) is Observation.ALIVE


def test_death_without_an_outcome_is_seen(kit: Kit) -> None:
    kit.start("DiesAfterStart")
    kit.wait_until_gone()
    assert kit.directory.read_outcome() is None


def test_handle_becomes_readable_at_the_end(kit: Kit) -> None:
    kit.start("NeverEnds")
    handle = kit.runner.wait_handle(kit.state)
    if handle is None:
        pytest.skip("this runner has none")
    kit.runner.stop(kit.state)
    with os.fdopen(handle):
        import select

        assert select.select([handle], [], [], 0)[0]
    assert kit.runner.wait_handle(kit.state) is None


def test_stopped_engine_has_time_to_say_goodbye(kit: Kit) -> None:
    kit.start("NeverEnds")
    kit.wait_for("working")
    kit.runner.stop(kit.state)
    outcome = kit.directory.read_outcome()
    assert outcome is not None
    assert outcome.exit_code == 143


def test_stop_ends_what_ignores_it_within_the_grace(kit: Kit) -> None:
    kit.start("IgnoresStop")
    kit.wait_for("working")
    before = time.monotonic()
    kit.runner.stop(kit.state, grace=0.3)
    assert time.monotonic() - before < 1
    assert kit.runner.poll(kit.state) is Observation.GONE


@pytest.mark.parametrize("behaviour", ["HasFamily", "IgnoresEverything"])
def test_stop_ends_children_grandchildren_orphans_and_other_sessions(
    kit: Kit, behaviour: str
) -> None:
    kit.start(behaviour)
    kit.wait_for("working")
    assert len(living_of(kit.run_id)) >= 5
    kit.runner.stop(kit.state, grace=0.3)
    assert living_of(kit.run_id) == []


def test_stop_ends_what_a_finished_command_left_behind(kit: Kit) -> None:
    kit.start("LeavesBehind")
    kit.wait_until_gone()
    assert living_of(kit.run_id) != []
    kit.runner.stop(kit.state)
    assert living_of(kit.run_id) == []


def test_stop_may_be_called_again_and_again(kit: Kit) -> None:
    kit.start("NeverEnds")
    for state in ({}, *kit.states, *kit.states):
        kit.runner.stop(state, grace=0.1)
    assert kit.runner.poll(kit.state) is Observation.GONE


def test_start_continued_from_any_state_starts_no_second_command(kit: Kit) -> None:
    kit.start("NeverEnds")
    kit.wait_for("working")
    for state in ({}, *kit.states):
        later = kit.make(fakes.command("NeverEnds"))
        for kept in later.start(kit.run_id, kit.directory.root, state):
            assert kept.get("pid", kit.state["pid"]) == kit.state["pid"]
    assert kit.starts() == 1


def test_start_continued_after_the_end_starts_no_second_command(kit: Kit) -> None:
    kit.start("Ends")
    kit.wait_until_gone()
    kit.states += kit.make(fakes.command("Ends")).start(kit.run_id, kit.directory.root, {})
    assert kit.runner.poll(kit.state) is Observation.GONE
    assert kit.starts() == 1


def test_nothing_starts_after_a_stop(kit: Kit) -> None:
    runner = kit.runner = kit.make(fakes.command("NeverEnds"))
    starting = runner.start(kit.run_id, kit.directory.root, {})
    kit.states.append(next(starting))
    runner.stop(kit.state)
    kit.states += starting
    assert runner.poll(kit.state) is Observation.GONE
    assert kit.starts() == 0


def test_unfinished_start_is_unknown_and_can_be_continued(kit: Kit) -> None:
    runner = kit.runner = kit.make(fakes.command("NeverEnds"))
    kit.states.append(next(iter(runner.start(kit.run_id, kit.directory.root, {}))))
    assert runner.poll(kit.state) is Observation.UNKNOWN
    kit.states += runner.start(kit.run_id, kit.directory.root, kit.state)
    assert runner.poll(kit.state) is Observation.ALIVE


def test_missing_command_is_refused(kit: Kit) -> None:
    kit.runner = kit.make(["no-such-command"])
    with pytest.raises(RunRefused, match="no-such-command"):
        list(kit.runner.start(kit.run_id, kit.directory.root, {}))


def test_suspended_run_stands_still_and_goes_on(kit: Kit) -> None:
    runner = kit.start("HasFamily")
    if not runner.can_suspend:
        pytest.skip("this runner cannot")
    kit.wait_for("working")
    runner.suspend(kit.state)
    until(lambda: {state for _, state in living_of(kit.run_id)} == {"T"})
    assert runner.poll(kit.state) is Observation.ALIVE
    runner.resume(kit.state)
    until(lambda: "T" not in {state for _, state in living_of(kit.run_id)})


def test_suspended_run_can_be_stopped(kit: Kit) -> None:
    runner = kit.start("NeverEnds")
    kit.wait_for("working")
    runner.suspend(kit.state)
    runner.stop(kit.state)
    outcome = kit.directory.read_outcome()
    assert outcome is not None
    assert outcome.exit_code == 143

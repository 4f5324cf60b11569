from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from taverna_server.config import Config
from taverna_server.errors import BadRequest, BadStateChange, TooManyOperating
from taverna_server.manager import RunManager
from taverna_server.manager.status import FINISHED, INITIALIZED, OPERATING, STOPPED
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunInput, RunStatus
from taverna_server.store import Store
from tests.manager.conftest import WORKFLOW

WAY_TO = {
    INITIALIZED: [],
    OPERATING: [OPERATING],
    STOPPED: [OPERATING, STOPPED],
    FINISHED: [OPERATING, FINISHED],
}
ANSWERS = {
    (INITIALIZED, STOPPED): "may only stop from Operating",
    (OPERATING, INITIALIZED): "may not move back to start",
    (STOPPED, INITIALIZED): "may not move back to start",
    (FINISHED, INITIALIZED): "may not move back to start",
    (FINISHED, OPERATING): "already finished",
    (FINISHED, STOPPED): "already finished",
}


@pytest.mark.parametrize(("current", "wanted"), list(product(RunStatus, RunStatus)))
def test_every_move_answers_as_the_dossier_says(
    manager: RunManager, alice: User, run: Run, current: RunStatus, wanted: RunStatus
) -> None:
    for step in WAY_TO[current]:
        manager.set_status(alice, run.id, step)
    if (current, wanted) in ANSWERS:
        with pytest.raises(BadStateChange, match=ANSWERS[current, wanted]):
            manager.set_status(alice, run.id, wanted)
        wanted = current
    else:
        assert manager.set_status(alice, run.id, wanted) == wanted
    assert manager.get_run(alice, run.id).status == wanted


def test_run_finished_without_start_has_no_times(
    manager: RunManager, alice: User, run: Run
) -> None:
    manager.set_status(alice, run.id, FINISHED)
    run = manager.get_run(alice, run.id)
    assert (run.started, run.finished, run.exit_code) == (None, None, None)


def test_start_time_is_that_of_the_request(manager: RunManager, alice: User, run: Run) -> None:
    before = datetime.now(UTC)
    manager.set_status(alice, run.id, OPERATING)
    started = manager.get_run(alice, run.id).started
    assert started is not None
    assert before <= started <= datetime.now(UTC)


def test_limit_of_operating_runs_leaves_the_run_initialized(
    store: Store, config: Config, alice: User
) -> None:
    manager = RunManager(store, Config(data=config.data, operating_limit=1))
    first, second = (manager.create_run(alice, WORKFLOW) for _ in range(2))
    manager.set_status(alice, first.id, OPERATING)
    with pytest.raises(TooManyOperating, match="server too busy; try later please"):
        manager.set_status(alice, second.id, OPERATING)
    assert manager.read_status(alice, second.id) == INITIALIZED
    manager.set_status(alice, first.id, FINISHED)
    manager.set_status(alice, second.id, OPERATING)


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda m, u, r: m.set_input(u, r, RunInput("words", file="IN/a")), "'IN/a' of input"),
        (lambda m, u, r: m.set_input(u, r, RunInput("words", file="var")), "is a directory"),
        (lambda m, u, r: m.set_baclava_input(u, r, "in.xml"), "'in.xml' of the Baclava input"),
        (lambda m, u, r: m.set_baclava_output(u, r, "no/out.xml"), "directory 'no'"),
        (lambda m, u, r: m.set_baclava_output(u, r, "var"), "'var' exists already"),
        (lambda m, u, r: m.working_directory(u, r, True).make_directory("", "out"), "'out'"),
    ],
)
def test_run_that_cannot_start_says_why_and_stays_initialized(
    manager: RunManager, alice: User, run: Run, prepare: object, words: str
) -> None:
    prepare(manager, alice, run.id)
    with pytest.raises(BadRequest, match="problem creating executing workflow: .*" + words):
        manager.set_status(alice, run.id, OPERATING)
    run = manager.get_run(alice, run.id)
    assert (run.status, run.started) == (INITIALIZED, None)


def test_everything_in_the_way_of_a_start_is_said_together(
    manager: RunManager, alice: User, run: Run
) -> None:
    manager.set_input(alice, run.id, RunInput("words", file="a"))
    manager.set_input(alice, run.id, RunInput("behaviour", file="b"))
    with pytest.raises(BadRequest, match=r"'b' of input 'behaviour'.*; .*'a' of input 'words'"):
        manager.set_status(alice, run.id, OPERATING)


def test_operating_is_observable_once_after_a_short_run(
    manager: RunManager, store: Store, alice: User, run: Run
) -> None:
    manager.set_status(alice, run.id, OPERATING)
    store.observe(run.id, FINISHED, 0, datetime.now(UTC))
    assert manager.read_status(alice, run.id) == OPERATING
    assert manager.read_status(alice, run.id) == FINISHED


def test_operating_that_was_seen_is_not_shown_again(
    manager: RunManager, store: Store, alice: User, run: Run
) -> None:
    manager.set_status(alice, run.id, OPERATING)
    assert manager.read_status(alice, run.id) == OPERATING
    store.observe(run.id, FINISHED, 0, datetime.now(UTC))
    assert manager.read_status(alice, run.id) == FINISHED


def test_first_look_after_a_second_tells_the_truth(
    manager: RunManager, store: Store, alice: User, run: Run
) -> None:
    store.request_start(run.id, datetime.now(UTC) - timedelta(seconds=2), 10)
    store.observe(run.id, FINISHED, 0, datetime.now(UTC))
    assert manager.read_status(alice, run.id) == FINISHED


def test_cancelled_run_never_looks_operating(manager: RunManager, alice: User, run: Run) -> None:
    manager.set_status(alice, run.id, OPERATING)
    manager.set_status(alice, run.id, FINISHED)
    assert manager.read_status(alice, run.id) == FINISHED


def test_end_is_final(manager: RunManager, store: Store, alice: User, run: Run) -> None:
    """Whatever is asked for or seen after it, and whichever came first."""
    manager.set_status(alice, run.id, OPERATING)
    store.observe(run.id, FINISHED, 0, datetime.now(UTC))
    assert not store.observe(run.id, OPERATING)
    assert not store.observe(run.id, FINISHED, 143, datetime.now(UTC))
    assert manager.set_status(alice, run.id, FINISHED) == FINISHED
    with pytest.raises(BadStateChange, match="already finished"):
        manager.set_status(alice, run.id, OPERATING)
    assert manager.get_run(alice, run.id).exit_code == 0

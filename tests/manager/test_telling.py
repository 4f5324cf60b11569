"""What is noted when a run starts, ends and expires."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from psutil import Process

from taverna_server.config import Config
from taverna_server.manager import RunManager
from taverna_server.manager.settings import PREFIX
from taverna_server.manager.telling import Telling, fill
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunStatus
from taverna_server.store import Store
from tests.manager.houses import InThread, until

FINISHED = RunStatus.FINISHED


@pytest.fixture
def house(manager: RunManager, alice: User) -> InThread:
    return InThread(manager, alice)


def titles(house: InThread) -> list[str]:
    events, _ = house.manager.events(house.alice)
    return [event.title for event in reversed(events)]


def test_life_of_a_run_is_told(house: InThread, store: Store) -> None:
    house.open()
    try:
        run_id = house.start("Ends")
        house.until_observed(run_id, FINISHED)
    finally:
        house.close()
    assert titles(house) == ["started run execution", "Taverna workflow run finished"]
    used = house.manager.usage(house.alice, run_id)
    assert used is not None
    assert (used.status, used.exit_code, used.owner) == ("Completed", 0, "alice")
    assert used.disk >= len("42worked\n")


def test_second_wish_to_start_tells_nothing_new(house: InThread) -> None:
    """The original told it again (protocol dossier 16.11)."""
    run_id = house.start("NeverEnds")
    house.manager.set_status(house.alice, run_id, RunStatus.OPERATING)
    assert titles(house) == ["started run execution"]


def test_cancelled_run_is_told_of_with_its_exit_code(house: InThread) -> None:
    house.open()
    try:
        run_id = house.start_and_wait("NeverEnds")
        house.manager.set_status(house.alice, run_id, FINISHED)
        house.until_observed(run_id, FINISHED)
        never_started = house.create("Ends")
        house.manager.set_status(house.alice, never_started, FINISHED)
        until(lambda: house.manager.usage(house.alice, never_started))
    finally:
        house.close()
    assert titles(house)[-1] == "Taverna workflow run finished"
    events, _ = house.manager.events(house.alice)
    assert events[0].content.endswith("exit code 143.")
    used = [house.manager.usage(house.alice, it) for it in (run_id, never_started)]
    assert [it and it.status for it in used] == ["Aborted", "Aborted"]


def test_administrator_sees_who_has_which_process(house: InThread, root: User) -> None:
    house.open()
    try:
        run_id = house.start_and_wait("NeverEnds")
        owner, pid = house.manager.engine_processes(root)
        assert (owner, Process(int(pid)).is_running()) == ("alice", True)
        house.manager.delete_run(house.alice, run_id)
        until(lambda: house.manager.engine_processes(root) == [])
    finally:
        house.close()


def test_expired_run_is_told_of(store: Store, config: Config, alice: User) -> None:
    house = InThread(RunManager(store, replace(config, purge_interval=1)), alice)
    run_id = house.create("Ends")
    store.set_expiry(run_id, datetime.now(UTC) - timedelta(seconds=1))
    house.open()
    try:
        until(lambda: titles(house) == ["run expired"])
    finally:
        house.close()


def test_usage_goes_into_the_file_that_was_named(
    house: InThread, store: Store, config: Config
) -> None:
    store.set_setting(PREFIX + "usageRecordDumpFile", "usage.jsonl")
    house.open()
    try:
        ended = [house.start("Ends") for _ in range(2)]
        for run_id in ended:
            house.until_observed(run_id, FINISHED)
        until(lambda: (config.data / "usage" / "usage.jsonl").read_text().count("\n") == 2)
    finally:
        house.close()
    lines = (config.data / "usage" / "usage.jsonl").read_text().splitlines()
    assert {json.loads(line)["run_id"] for line in lines} == set(ended)


def test_usage_of_a_run_whose_directory_vanished(store: Store, config: Config, run: Run) -> None:
    notes = Telling(store, replace(config, data=config.data / "gone")).of_end(run, 137, None)
    assert notes.usage is not None
    assert (notes.usage.disk, notes.usage.status) == (0, "Aborted")


def test_templates_fill_in_what_they_know_and_leave_the_rest() -> None:
    values = {"id": "1", "name": "{code}", "owner": "a", "code": "0"}
    assert fill("{id} {name} {other} {} {{code}}", values) == "1 {code} {other} {} {0}"

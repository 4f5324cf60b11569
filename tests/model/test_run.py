"""What a run's two states say together, and the words on the wire."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from taverna_server.errors import BadRequest
from taverna_server.model.identity import Permission
from taverna_server.model.run import Run, RunStatus

NOW = datetime(2026, 1, 1, tzinfo=UTC)
INITIALIZED, OPERATING, STOPPED, FINISHED = RunStatus


def _run(target: RunStatus, observed: RunStatus) -> Run:
    return Run("id", 1, "alice", "name", "hash", "taverna", target, observed, NOW, NOW)


@pytest.mark.parametrize("status", RunStatus)
def test_word_reads_back(status: RunStatus) -> None:
    assert RunStatus.from_word(status.word) is status


@pytest.mark.parametrize("word", ["operating", "Running", "", "Operating\n", "x" * 10_000])
def test_other_word_is_refused_with_those_there_are(word: str) -> None:
    with pytest.raises(BadRequest, match="Initialized, Operating, Stopped, Finished") as caught:
        RunStatus.from_word(word)
    assert len(str(caught.value)) < 150


def test_statuses_are_ordered_as_a_run_lives() -> None:
    assert INITIALIZED < OPERATING < STOPPED < FINISHED


@pytest.mark.parametrize(
    ("target", "observed", "seen"),
    [
        (INITIALIZED, INITIALIZED, INITIALIZED),
        (OPERATING, INITIALIZED, OPERATING),
        (OPERATING, OPERATING, OPERATING),
        (STOPPED, OPERATING, STOPPED),
        (OPERATING, STOPPED, OPERATING),
        (OPERATING, FINISHED, FINISHED),
        (STOPPED, FINISHED, FINISHED),
        (FINISHED, OPERATING, FINISHED),
    ],
)
def test_status_follows_the_request_at_once_and_an_end_is_an_end(
    target: RunStatus, observed: RunStatus, seen: RunStatus
) -> None:
    assert _run(target, observed).status is seen


def test_permission_includes_those_before_it() -> None:
    assert Permission.NONE < Permission.READ < Permission.UPDATE < Permission.DESTROY
    assert Permission.DESTROY.word == "destroy"

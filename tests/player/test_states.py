from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from taverna_server.model.run import Run, RunState, RunStatus, Stopper
from taverna_server.player.states import status_message

INITIALIZED, OPERATING, STOPPED, FINISHED = RunStatus
NOW = datetime(2026, 11, 22, tzinfo=UTC)
RUN = Run("id", 1, "alice", "x", "sha", "taverna", INITIALIZED, INITIALIZED, NOW, NOW)


@pytest.mark.parametrize(
    ("changes", "state", "message"),
    [
        ({}, "initialized", "Initializing new workflow run"),
        ({"queued": NOW}, "pending", "Server busy - please wait; run will start soon"),
        ({"target": OPERATING}, "pending", "Queued"),
        ({"target": OPERATING, "observed": OPERATING}, "running", "Running"),
        ({"target": STOPPED, "observed": OPERATING}, "running", "Suspended"),
        ({"target": FINISHED, "observed": OPERATING}, "cancelling", "Cancelling"),
        ({"target": FINISHED}, "cancelled", "Cancelled"),
        ({"observed": FINISHED, "exit_code": 0}, "finished", "Finished"),
        ({"observed": FINISHED, "exit_code": 1}, "failed", "Failed"),
        ({"observed": FINISHED, "exit_code": 137}, "failed", "Failed"),
        ({"observed": FINISHED, "exit_code": 143}, "cancelled", "Cancelled"),
        ({"observed": FINISHED}, "cancelled", "Cancelled"),
        (
            {"observed": FINISHED, "exit_code": 137, "stopped_by": Stopper.CLIENT},
            "cancelled",
            "Cancelled",
        ),
        (
            {"observed": FINISHED, "exit_code": 143, "stopped_by": Stopper.LIMIT},
            "timeout",
            "Run execution timed out",
        ),
        (
            {"observed": FINISHED, "exit_code": 0, "stopped_by": Stopper.CLIENT},
            "finished",
            "Finished",
        ),
    ],
)
def test_state_and_message_follow_from_what_is_wanted_and_seen(
    changes: dict[str, object], state: str, message: str
) -> None:
    run = replace(RUN, **changes)
    assert (run.state, status_message(run)) == (RunState(state), message)


def test_question_is_told_while_the_run_works() -> None:
    run = replace(RUN, target=OPERATING, observed=OPERATING)
    assert status_message(run, asks=True) == "Waiting for user input"
    assert status_message(replace(run, observed=FINISHED, exit_code=0), asks=True) == "Finished"

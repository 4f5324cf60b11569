"""What becomes of a run, in the words of Taverna Player (Player dossier 1.5).

The state is ``Run.state``. The message says more of it to people; the English
texts are part of the contract, since clients look for them.
"""

from __future__ import annotations

from taverna_server.model.run import Run, RunState, RunStatus

MESSAGES = {
    "pending": "Queued",
    "initialized": "Initializing new workflow run",
    "busy": "Server busy - please wait; run will start soon",
    "running": "Running",
    "suspended": "Suspended",
    "interact": "Waiting for user input",
    "cancel": "Cancelling",
    "finished": "Finished",
    "cancelled": "Cancelled",
    "timeout": "Run execution timed out",
    "failed": "Failed",
}


def message_key(run: Run, asks: bool = False) -> str:
    """Which message; ``asks``: a question of the run waits for its answer."""
    if run.state is RunState.PENDING and run.queued is not None:
        return "busy"
    if run.state is RunState.CANCELLING:
        return "cancel"
    if run.state is not RunState.RUNNING:
        return run.state.value
    if RunStatus.STOPPED in (run.target, run.observed):
        return "suspended"
    return "interact" if asks else "running"


def status_message(run: Run, asks: bool = False) -> str:
    """The text."""
    return MESSAGES[message_key(run, asks)]

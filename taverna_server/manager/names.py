"""Names of runs (protocol dossier 4.3)."""

from __future__ import annotations

from datetime import datetime

LONGEST = 48
LONGEST_IN_PLAYER = 255
"""The Taverna interface tells the beginning (Player dossier 2.1)."""


def default_name(workflow_name: str, created: datetime) -> str:
    """The workflow's name and the time, in 48 characters; empty when it has no name.

    A long name loses its end so that the time stays whole.
    """
    if not workflow_name:
        return ""
    when = " " + _as_java_prints(created)
    room = LONGEST - len(when)
    if len(workflow_name) > room:
        workflow_name = workflow_name[: room - 3] + "..."
    return workflow_name + when


def _as_java_prints(when: datetime) -> str:
    """``Sun Jul 05 09:30:00 UTC 2026``, in English under every locale."""
    words = when.ctime()
    return f"{words[:8]}{when.day:02d}{words[10:19]} UTC{words[19:]}"

"""Ends a process that an activity has started, and all that it has started."""

from __future__ import annotations

import contextlib

import psutil


def kill_tree(pid: int) -> None:
    """Kill a child and its descendants; one that forks meanwhile is stopped first."""
    try:
        root = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    doomed = [root]
    for process in doomed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()
            doomed.extend(process.children())
    for process in doomed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()

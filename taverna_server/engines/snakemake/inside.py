"""Runs in Snakemake's environment: Snakemake, with a listener to its log.

The log's messages are dictionaries. Before anything runs they carry the jobs of
the graph, from which we learn the images and limits of rules and which rules
execute nothing; then a table of how many jobs each rule has; then, for each job,
its rule, its command and its end.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import snakemake
from snakemake.logging import logger

from taverna_server.engines.steps.calling import VARIABLE, tell


class Listener:
    """Passes on what Snakemake says."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._rules: dict[str, dict[str, Any]] = {}
        self._idle: set[str] = set()
        """Rules that execute nothing."""

    def __call__(self, message: Mapping[str, Any]) -> None:
        hear = getattr(self, f"_hear_{message['level']}", None)
        if hear is not None:
            hear(message)

    def _hear_dag_debug(self, message: Mapping[str, Any]) -> None:
        if "job" not in message:
            return
        rule = message["job"].rule
        if rule.norun:
            self._idle.add(rule.name)
        else:
            self._rules[rule.name] = _needs(rule)

    def _hear_run_info(self, message: Mapping[str, Any]) -> None:
        counts = dict(_counts(message["msg"].splitlines()))
        steps = {name: count for name, count in counts.items() if name not in self._idle}
        self._tell({"do": "plan", "steps": steps, "rules": self._rules})

    def _hear_job_info(self, message: Mapping[str, Any]) -> None:
        if message["name"] not in self._idle:
            self._tell({"do": "begin", "job": str(message["jobid"]), "rule": message["name"]})

    def _hear_shellcmd(self, message: Mapping[str, Any]) -> None:
        self._tell({"do": "command", "command": message["msg"] or ""})

    def _hear_job_finished(self, message: Mapping[str, Any]) -> None:
        self._tell({"do": "end", "job": str(message["jobid"])})

    _hear_job_error = _hear_job_finished

    def _tell(self, message: Mapping[str, Any]) -> None:
        tell(self._path, message)


def _counts(lines: list[str]) -> list[tuple[str, int]]:
    """From the table of rules and how many jobs each has."""
    rows = (line.split() for line in lines)
    return [(row[0], int(row[1])) for row in rows if len(row) == 2 and _is_row(*row)]


def _is_row(name: str, count: str) -> bool:
    return count.isdecimal() and name != "total"


def _needs(rule: Any) -> dict[str, Any]:
    """What ``steps/server.py`` wants to know of a rule."""
    image = rule.container_img
    needs = {"environment": str(image).removeprefix("docker://") if image else ""}
    limit = rule.resources.get("kubernetes_memory_limit")
    seconds = rule.resources.get("kubernetes_job_timeout")
    needs["memory_limit"] = limit if isinstance(limit, str) else ""
    return {**needs, "seconds": int(seconds)} if str(seconds or "").isdecimal() else needs


def main(arguments: str) -> int:
    """``arguments``: JSON with the ``words`` of Snakemake's command line."""
    logger.log_handler.append(Listener(os.environ[VARIABLE]))
    sys.argv[0] = "snakemake"
    try:
        snakemake.main(json.loads(arguments)["words"])
    except SystemExit as end:
        return int(end.code or 0)
    return 0

"""Runs in Yadage's environment: Yadage, with a back end that has jobs executed by us.

Yadage asks again and again whether a job is ready; each job is a call over the
socket (``steps/calling.py``), and no more of them at a time than the machine has
processors, however wide a stage is.
"""

from __future__ import annotations

import json
import logging
import os
import select
import shlex
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from packtivity.asyncbackends import ExternalAsyncBackend
from packtivity.syncbackends import finalize_inputs
from yadage.backends.packtivitybackend import PacktivityBackend
from yadage.steering_api import steering_ctx

from taverna_server.engines.steps.calling import VARIABLE, answer, send, tell

UPDATE = 0.02
"""Seconds between two looks at what is ready."""


class Jobs:
    """What a back end of packtivity needs: submit, and say how it went."""

    def __init__(self, path: str, workspace: str, scripts: str) -> None:
        self._path = path
        self._workspace = workspace
        self._scripts = Path(scripts)
        self._most = len(os.sched_getaffinity(0))
        self._waiting: list[tuple[int, dict[str, Any]]] = []
        self._running: dict[int, socket.socket] = {}
        self._codes: dict[int, int] = {}
        self._number = 0

    def submit(self, job: Mapping[str, Any]) -> dict[str, int]:
        self._number += 1
        self._waiting.append((self._number, self._call(self._number, job)))
        self._advance()
        return {"job_id": self._number}

    def ready(self, proxy: Mapping[str, int]) -> bool:
        self._advance()
        return proxy["job_id"] in self._codes

    def successful(self, proxy: Mapping[str, int]) -> bool:
        return self._codes[proxy["job_id"]] == 0

    def fail_info(self, proxy: Mapping[str, int]) -> str:
        return f"exit code {self._codes[proxy['job_id']]}"

    def _advance(self) -> None:
        for number, caller in list(self._running.items()):
            if select.select([caller], [], [], 0)[0]:
                self._codes[number] = answer(self._running.pop(number))
        while self._waiting and len(self._running) < self._most:
            number, call = self._waiting.pop(0)
            self._running[number] = send(self._path, call)

    def _call(self, number: int, job: Mapping[str, Any]) -> dict[str, Any]:
        environment, metadata = job["env"] or {}, job["metadata"]
        command, shown = self._command(number, job["job"])
        script = environment.get("envscript")
        variables = {name: str(value) for name, value in (environment.get("env") or {}).items()}
        return {
            "do": "run",
            "step": stage_of(metadata),
            "name": metadata["name"],
            "command": f"{script}\n{command}" if script else command,
            "shown": shown,
            "cwd": self._workspace,
            "environment": _image(environment),
            "variables": variables,
            **_limits(environment),
        }

    def _command(self, number: int, job: Mapping[str, Any]) -> tuple[str, str]:
        if "command" in job:
            return job["command"], job["command"]
        script = self._scripts / str(number)
        script.write_text(job["script"])
        return f"{job['interpreter']} < {shlex.quote(str(script))}", job["script"]


class Backend(ExternalAsyncBackend):  # type: ignore[misc]  # no types outside its environment
    """Hands jobs on with their paths filled in, as results are published with them."""

    def submit(self, spec: Any, parameters: Any, state: Any, metadata: Any = None) -> Any:
        parameters, state = finalize_inputs(parameters, state)
        return super().submit(spec, parameters, state, metadata)


class Plan:
    """Follows the graph as it grows, and tells how many jobs each stage has."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._told: dict[str, int] = {}

    def initialize(self, workflow: Any) -> None:
        self.track(workflow)

    def track(self, workflow: Any) -> None:
        counts = {_stage_to_come(rule): 1 for rule in workflow.rules if _has_jobs(rule)}
        for node in map(workflow.dag.getNode, workflow.dag.nodes()):
            metadata = node.task.metadata
            if not metadata["wflow_hints"].get("is_purepub", False):
                stage = stage_of(metadata)
                counts[stage] = counts.get(stage, 0) + 1
        if counts != self._told:
            self._told = counts
            tell(self._path, {"do": "plan", "steps": counts})

    def finalize(self, workflow: Any) -> None:
        self.track(workflow)


def stage_of(metadata: Mapping[str, Any]) -> str:
    """The stage a job belongs to, below those it is nested in."""
    offset = str(metadata.get("wflow_offset") or "").strip("/")
    return "/".join(filter(None, (offset, str(metadata.get("wflow_stage") or metadata["name"]))))


def _stage_to_come(rule: Any) -> str:
    return "/".join(filter(None, (str(rule.offset or "").strip("/"), str(rule.rule.name))))


def _has_jobs(rule: Any) -> bool:
    """Not so the stage of the parameters, nor those that hold a workflow."""
    return "step" in rule.rule.stagespec and rule.rule.stagespec["scheduler_type"] != "init-stage"


def _image(environment: Mapping[str, Any]) -> str:
    image = environment.get("image")
    return f"{image}:{environment.get('imagetag') or 'latest'}" if image else ""


def _limits(environment: Mapping[str, Any]) -> dict[str, Any]:
    """From ``resources``, a list of mappings with one key each (REANA dossier 6.1)."""
    given: dict[str, Any] = {}
    for resource in environment.get("resources") or []:
        given |= resource if isinstance(resource, dict) else {}
    seconds = str(given.get("kubernetes_job_timeout") or "")
    limits = {"seconds": int(seconds)} if seconds.isdecimal() else {}
    return {**limits, "memory_limit": str(given.get("kubernetes_memory_limit") or "")}


def _initial(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters. Never none: without any Yadage makes no ``init`` for stages to follow."""
    data: dict[str, Any] = {}
    for name in given["initfiles"]:
        data |= yaml.safe_load(Path(name).read_bytes()) or {}
    return {**data, **given["parameters"]} or {"workspace": given["workspace"]}


def _execute(given: Mapping[str, Any], path: str) -> None:
    jobs = Jobs(path, given["workspace"], given["scripts"])
    backend = PacktivityBackend(packtivity_backend=Backend(job_backend=jobs), backendopts={})
    with steering_ctx(
        dataarg=given["workspace"],
        dataopts={"initdir": given["initdir"]},
        initdata=_initial(given),
        workflow=given.get("file"),
        workflow_json=given.get("document"),
        toplevel=given.get("toplevel", given["workspace"]),
        accept_metadir=True,
        updateinterval=UPDATE,
        visualize=False,
        backend=backend,
    ) as steering:
        steering.adage_argument(additional_trackers=[Plan(path)])


def main(arguments: str) -> int:
    """``arguments``: JSON, as ``engine.py`` makes them."""
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        format="%(asctime)s | %(name)s | %(threadName)s | %(levelname)s | %(message)s",
        level=logging.INFO,
        stream=sys.stderr,
    )
    try:
        _execute(json.loads(arguments), os.environ[VARIABLE])
    except Exception as error:
        logging.getLogger("yadage").error("The workflow failed: %s", error)
        return 1
    return 0

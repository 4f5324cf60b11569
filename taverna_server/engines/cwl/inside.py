"""Runs in cwltool's environment: cwltool, with a job of our own in the place of its own.

cwltool stages files and decides what runs when, as it does without containers;
only the command is not started by it but by whoever started it, through the
program ``steps/calling.py`` before it. So a step finds the same files under the
same names wherever it is executed: on the host, in a sandbox, in an image.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import logging
import os
import re
import shlex
import sys
import time
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from cwltool import workflow
from cwltool.argparser import arg_parser
from cwltool.command_line_tool import CommandLineTool
from cwltool.context import LoadingContext, RuntimeContext
from cwltool.job import CommandLineJob

from taverna_server.engines.cwl import schemas
from taverna_server.engines.steps.calling import VARIABLE

COMPLETED = re.compile(r"\[step (.+)\] completed")


class StepTool(CommandLineTool):  # type: ignore[misc]  # no types outside cwltool's environment
    """A tool whose commands are executed by us."""

    caller: Sequence[str] = ()

    def make_job_runner(self, runtimeContext: RuntimeContext) -> Any:
        return functools.partial(StepJob, runtimeContext.name)


class StepJob(CommandLineJob):  # type: ignore[misc]  # as above
    """One command."""

    def __init__(self, step: str | None, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._step = step or self.name

    def _execute(
        self,
        runtime: list[str],
        env: MutableMapping[str, str],
        runtimeContext: RuntimeContext,
        monitor_function: Any = None,
    ) -> None:
        caller = [*StepTool.caller, json.dumps(self._call())]
        super()._execute([*caller, *runtime], env, runtimeContext, None)

    def _call(self) -> dict[str, Any]:
        """What ``steps/server.py`` wants to know."""
        docker, _ = self.get_requirement("DockerRequirement")
        docker = docker or {}
        call: dict[str, Any] = {
            # A tool's environment is cwltool's to make: what is called cannot look there.
            VARIABLE: os.environ[VARIABLE],
            "step": self._step,
            "environment": docker.get("dockerPull") or docker.get("dockerImageId") or "",
            "shown": _shown(self.command_line),
        }
        return {**call, **_limits(self.hints)}


def _shown(command: Sequence[Any]) -> str:
    words = [str(word) for word in command]
    return words[2] if words[:2] == ["/bin/sh", "-c"] else shlex.join(words)


def _limits(hints: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """From the hint ``reana`` (REANA dossier 6.1)."""
    found = next((hint for hint in hints if str(hint.get("class")).endswith("reana")), {})
    text = str(found.get("kubernetes_job_timeout") or "")
    limits: dict[str, Any] = {"seconds": int(text)} if text.isdecimal() else {}
    return {**limits, "memory_limit": str(found.get("kubernetes_memory_limit") or "")}


class ReanaLines(logging.StreamHandler):  # type: ignore[type-arg]  # of text
    """Log lines in the form that REANA's users look for (REANA dossier 7)."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        for word in map(shlex.quote, StepTool.caller):
            message = message.replace(f"{word} \\\n    ", "", 1)
        message = re.sub(r"^(\[job .+?\$ )'\{.*?\}' \\\n    ", r"\1", message, flags=re.DOTALL)
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(record.created))
        completed = COMPLETED.match(message)
        thread = completed[1] if completed else "MainThread"
        when = f"{moment},{int(record.msecs):03}"
        return f"{when} | {record.name} | {thread} | {record.levelname} | {message}"


def make_tool(document: Any, loading: LoadingContext) -> Any:
    """As cwltool does, with our tool for those that have commands."""
    if isinstance(document, MutableMapping) and document.get("class") == "CommandLineTool":
        return StepTool(document, loading)
    return workflow.default_make_tool(document, loading)


def _import_when_used(name: str) -> None:
    """Of drawing tools cwltool only wants to know that they are there."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    loader = spec.loader = importlib.util.LazyLoader(spec.loader)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    loader.exec_module(module)


def main(arguments: str) -> int:
    """``arguments``: JSON with cwltool's ``words``, the ``caller`` and the ``version`` of CWL."""
    _import_when_used("pydot")
    import cwltool.main

    given = json.loads(arguments)
    sys.argv[0] = "cwltool"  # it names itself by it
    StepTool.caller = given["caller"]
    options = arg_parser().parse_args(given["words"])
    loading = LoadingContext(vars(options))
    loading.construct_tool_object = make_tool
    # The result object, which goes to the standard output, is of no use to anybody here.
    with open("/dev/null", "w") as nowhere:  # noqa: PTH123  # a device
        return int(
            cwltool.main.main(
                args=options,
                loadingContext=loading,
                stdout=nowhere,
                logger_handler=ReanaLines(sys.stderr),
                custom_schema_callback=lambda: schemas.use((schemas.FIRST, given["version"])),
            )
        )

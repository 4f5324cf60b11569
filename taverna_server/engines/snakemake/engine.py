"""Executes a Snakemake workflow.

Snakemake starts the commands of rules with the ``bash`` it finds: here a program
that has the command executed by us. A command is known by its text, which
Snakemake has told shortly before; that of a ``script:`` or a ``run:`` block
belongs to the rule that has begun and said none. What a ``run:`` block does in
Python itself happens in Snakemake's own process.

Measured: 0.29 s for a hello world, of which imports are less than 0.1 s; nothing
is kept warm for that.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taverna_server.data.rundir import RunDirectory
from taverna_server.engines.steps import calling
from taverna_server.engines.steps.commands import Limits, Streams
from taverna_server.engines.steps.enginelog import INFO, EngineLog
from taverna_server.engines.steps.foreign import ForeignEngine, engine_invocation
from taverna_server.engines.steps.specification import Specification
from taverna_server.engines.steps.stepping import TIMED_OUT, Stepping

STRICT = "set -euo pipefail;"
"""What Snakemake puts before each command."""
LIMITS = Limits(seconds=60)
"""Of what makes a report."""


@dataclass(slots=True)
class _Begun:
    """A rule that Snakemake has begun."""

    job: str
    rule: str
    command: str | None = None


class SnakemakeEngine(ForeignEngine):
    """REANA's type ``snakemake``."""

    name = "snakemake"
    program = "Snakemake"
    logger = "snakemake.logging"
    module = "taverna_server.engines.snakemake.inside"
    python_in_steps = True  # of script: blocks

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._begun: list[_Begun] = []
        self._rules: dict[str, Mapping[str, Any]] = {}

    def prepare(
        self, specification: Specification, directory: RunDirectory, stepping: Stepping
    ) -> Mapping[str, Any]:
        snakefile = specification.file(directory.wd)
        scratch = stepping.around.scratch
        parameters = scratch / "parameters.json"
        parameters.write_text(json.dumps(specification.typed_parameters()))
        _lay_out_bash(scratch / "shell")
        stepping.start("snakemake", ())
        words = ["-s", str(snakefile), "--directory", str(directory.wd), "--cores", "all"]
        words += ["--configfile", str(parameters)] if specification.parameters else []
        words += ["--printshellcmds", "--nocolor", "--nolock", "--rerun-incomplete"]
        return {"words": words, "report": specification.option("report")}

    def variables(self, stepping: Stepping) -> Mapping[str, str]:
        shell = stepping.around.scratch / "shell"
        return {"PATH": f"{shell}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}

    def heard(self, line: str, log: EngineLog) -> None:
        if line.strip():
            log(INFO, line)

    def told(self, message: Mapping[str, Any], stepping: Stepping) -> None:
        what = message["do"]
        if what == "plan":
            self._rules.update(message["rules"])
            stepping.book.plan_at_least(message["steps"].items())
        with self._lock:
            if what == "begin":
                self._begun.append(_Begun(message["job"], message["rule"]))
            elif what == "command":
                self._begun[-1].command = message["command"].strip()
            elif what == "end":
                self._begun = [begun for begun in self._begun if begun.job != message["job"]]

    def called(self, message: Mapping[str, Any], stepping: Stepping) -> Mapping[str, Any]:
        """Find out whose command it is, and give it the shell of the place where it runs."""
        words = list(message["command"])
        text = words[2] if words[1:2] == ["-c"] and len(words) == 3 else None
        shown = (text or shlex.join(words)).removeprefix(STRICT).strip()
        rule = self._rule_of(shown)
        path = message["variables"].get("PATH", "").split(os.pathsep)
        path = [place for place in path if place != str(stepping.around.scratch / "shell")]
        return {
            **message,
            **self._rules.get(rule, {}),
            "step": rule,
            "shown": shown,
            "command": text if text is not None else words,
            "variables": {**message["variables"], "PATH": os.pathsep.join(path)},
        }

    def _rule_of(self, command: str) -> str:
        with self._lock:
            same = [begun for begun in self._begun if begun.command == command]
            silent = [begun for begun in self._begun if begun.command is None]
            return next((begun.rule for begun in same + silent + self._begun[-1:]), "workflow")

    def after(self, python: Path, arguments: Mapping[str, Any], stepping: Stepping) -> None:
        """The report, where one is asked for: it needs the Internet, and may fail."""
        if not arguments["report"]:
            return
        words = [*arguments["words"], "--report", arguments["report"]]
        line = [str(python), "-I", "-m", "snakemake", *words]
        said = stepping.around.scratch / "report.log"
        with said.open("wb") as log:
            try:
                invocation = engine_invocation(line, {}, stepping)
                code = stepping.commands.run(invocation, Streams(stdout=log, stderr=log), LIMITS)
            except TimeoutError:
                code = TIMED_OUT
        if code:
            reason = said.read_text(errors="replace").strip().rpartition("\n")[2]
            stepping.warn(f"No report was made: {reason}")


def _lay_out_bash(place: Path) -> None:
    """A ``bash`` that passes on what it is to do."""
    place.mkdir()
    words = [sys.executable, "-I", "-S", calling.__file__, '{"step": ""}']
    words.append((shutil.which("bash") and "bash") or "sh")
    program = place / "bash"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    program.chmod(0o755)

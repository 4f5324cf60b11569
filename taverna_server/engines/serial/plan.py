"""What a serial workflow executes: its steps, from FROM to TARGET, with parameters filled in.

Commands are templates as Python's ``string.Template`` has them (REANA dossier
6.2). A name that no parameter has is a problem, except in what clients of 0.3
and 0.4 posted (``workflow.expanded``), where it may be a
variable of the shell.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taverna_server.engines.steps.commands import Limits, memory_of
from taverna_server.engines.steps.specification import Specification
from taverna_server.errors import WorkflowInvalid

IGNORED = (
    "compute_backend", "kerberos", "voms_proxy", "rucio", "unpacked_img", "kubernetes_uid",
    "kubernetes_cpu_request", "kubernetes_cpu_limit", "kubernetes_memory_request",
    "htcondor_max_runtime", "htcondor_accounting_group", "slurm_partition", "slurm_time",
)  # fmt: skip
"""Hints of steps that mean nothing on one machine; the log says so."""


@dataclass(frozen=True, slots=True)
class SerialStep:
    """One step with its commands ready to execute."""

    index: int
    label: str
    """Its name, or its place among the steps where it has none."""
    name: str
    commands: tuple[str, ...]
    environment: str
    limits: Limits
    ignored: tuple[str, ...]


def read_steps(specification: Specification) -> list[SerialStep]:
    """All steps in order. Raises WorkflowInvalid with everything that is wrong."""
    document = specification.document
    steps = document.get("steps") if isinstance(document, dict) else None
    if not isinstance(steps, list) or not steps:
        raise WorkflowInvalid(["The specification has no steps (workflow.specification.steps)"])
    problems: list[str] = []
    lenient = bool(specification.workflow.get("expanded"))
    fill = _Filling(specification.parameters, lenient, problems)
    read = [_read_step(index, step, fill) for index, step in enumerate(steps)]
    if problems:
        raise WorkflowInvalid(problems)
    return read


def chosen(steps: Sequence[SerialStep], first: str, last: str) -> list[SerialStep]:
    """From FROM to TARGET, both included; a name that no step has means the end (6.4)."""
    begin = _position(steps, first, 0)
    end = _position(steps, last, len(steps) - 1)
    return list(steps) if begin > end else list(steps[begin : end + 1])


def _position(steps: Sequence[SerialStep], name: str, otherwise: int) -> int:
    names = [step.name.casefold() for step in steps]
    return names.index(name.casefold()) if name and name.casefold() in names else otherwise


@dataclass(frozen=True, slots=True)
class _Filling:
    parameters: Mapping[str, Any]
    lenient: bool
    problems: list[str]

    def fill(self, label: str, command: str) -> str:
        template = string.Template(command)
        if self.lenient:
            return template.safe_substitute(self.parameters)
        try:
            return template.substitute(self.parameters)
        except KeyError as error:
            self.problems.append(f"Step '{label}': there is no parameter {error}: {command}")
        except ValueError as error:
            self.problems.append(f"Step '{label}': {error}: {command}")
        return command


def _read_step(index: int, step: Any, filling: _Filling) -> SerialStep:
    step = step if isinstance(step, dict) else {}
    name = str(step.get("name") or "")
    label = name or f"step {index + 1}"
    commands = step.get("commands")
    if not isinstance(commands, list) or not commands:
        filling.problems.append(f"Step '{label}' has no commands")
        commands = []
    filled = tuple(filling.fill(label, str(command)) for command in commands)
    limits = Limits(_seconds(step), _memory(label, step, filling.problems))
    environment = str(step.get("environment") or "")
    return SerialStep(index, label, name, filled, environment, limits, tuple(_ignored(step)))


def _ignored(step: Mapping[str, Any]) -> Iterator[str]:
    for name in IGNORED:
        if step.get(name) and (name, step[name]) != ("compute_backend", "kubernetes"):
            yield name


def _seconds(step: Mapping[str, Any]) -> float | None:
    text = str(step.get("kubernetes_job_timeout") or "")
    return float(text) if text.isdecimal() else None


def _memory(label: str, step: Mapping[str, Any], problems: list[str]) -> int | None:
    text = str(step.get("kubernetes_memory_limit") or "")
    if not text:
        return None
    limit = memory_of(text)
    if limit is None:
        problems.append(f"Step '{label}': kubernetes_memory_limit '{text}' is no size")
    return limit

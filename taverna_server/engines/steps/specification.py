"""The REANA specification of a run: what was posted, and what counts for this run.

The file ``workflow`` of the run directory holds it as JSON, the whole of
``reana.yaml`` (REANA dossier 6.2). Parameters and operational options that were
given at the start stand in the order and come before those of the specification.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.errors import WorkflowInvalid


@dataclass(frozen=True, slots=True)
class Specification:
    """What to execute, with the parameters and options that count."""

    workflow: Mapping[str, Any]
    """The key ``workflow`` of ``reana.yaml``: ``type``, ``file``, ``specification``."""
    parameters: Mapping[str, Any]
    declared: Mapping[str, Any]
    """The parameters as the specification has them."""
    operational: Mapping[str, Any]
    """``FROM``, ``TARGET``, ``toplevel``, ...: by the name in the dossier (6.4)."""

    @property
    def document(self) -> Any:
        """The workflow itself, where it was posted; clients of 0.3 call it ``spec``."""
        return self.workflow.get("specification") or self.workflow.get("spec")

    def typed_parameters(self) -> dict[str, Any]:
        """The parameters; texts given for what is a number or a truth value become that."""
        return {
            name: _like(self.declared.get(name), value) for name, value in self.parameters.items()
        }

    def option(self, name: str) -> str:
        """An operational option as text; empty when not given."""
        value = self.operational.get(name)
        return "" if value is None else str(value)

    def file(self, place: Path, workspace: Path | None = None) -> Path:
        """The workflow file by its name below ``place``; it must lie in the workspace.

        Raises:
            WorkflowInvalid: none is named, or it is not there.
        """
        name = str(self.workflow.get("file") or "").lstrip("/")
        if not name:
            raise WorkflowInvalid(["The specification names no workflow file (workflow.file)"])
        path, workspace = place / name, workspace or place
        if not path.resolve().is_relative_to(workspace.resolve()) or not path.is_file():
            raise WorkflowInvalid([f"The workflow file '{name}' is not in the workspace"])
        return path


def read_specification(directory: RunDirectory, order: RunOrder) -> Specification:
    """Raises WorkflowInvalid where it is no REANA specification."""
    try:
        document = json.loads(directory.workflow.read_bytes())
    except ValueError as error:
        raise WorkflowInvalid([f"The specification is not JSON: {error}"]) from error
    workflow = document.get("workflow") if isinstance(document, dict) else None
    if not isinstance(workflow, dict):
        raise WorkflowInvalid(["The specification has no 'workflow'"])
    inputs = document.get("inputs")
    inputs = inputs if isinstance(inputs, dict) else {}
    given = order.options
    declared = _mapping(inputs.get("parameters"))
    return Specification(
        workflow,
        {**declared, **_mapping(given.get("parameters"))},
        declared,
        {**_mapping(inputs.get("options")), **_mapping(given.get("operational"))},
    )


def _like(declared: Any, value: Any) -> Any:
    """From a command line every value is a text (REANA dossier 6.3)."""
    if not isinstance(value, str) or isinstance(declared, str):
        return value
    if isinstance(declared, bool):
        return {"true": True, "false": False}.get(value.lower(), value)
    try:
        return type(declared)(value) if isinstance(declared, int | float) else value
    except ValueError:
        return value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

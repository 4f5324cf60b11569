"""Executes a Yadage workflow.

The workflow file lies in the workspace, or below ``toplevel``; each stage has a
directory of its own in the workspace, and ``_yadage`` what Yadage knows of the
workflow. Measured: 0.3 s for a hello world, half of them imports; nothing is
kept warm for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from taverna_server.data.rundir import RunDirectory
from taverna_server.engines.steps.foreign import ForeignEngine
from taverna_server.engines.steps.specification import Specification
from taverna_server.engines.steps.stepping import Stepping
from taverna_server.errors import WorkflowInvalid


class YadageEngine(ForeignEngine):
    """REANA's type ``yadage``."""

    name = "yadage"
    program = "Yadage"
    logger = "yadage"
    module = "taverna_server.engines.yadage.inside"

    def prepare(
        self, specification: Specification, directory: RunDirectory, stepping: Stepping
    ) -> Mapping[str, Any]:
        workspace = directory.wd
        stepping.start("yadage", ())
        scripts = stepping.around.scratch / "scripts"
        scripts.mkdir()
        return {
            **_workflow(specification, workspace),
            "workspace": str(workspace),
            "initdir": str(_inside(workspace, specification.option("initdir"))),
            "initfiles": [str(path) for path in _init_files(specification, workspace)],
            "parameters": specification.typed_parameters(),
            "scripts": str(scripts),
        }

    def told(self, message: Mapping[str, Any], stepping: Stepping) -> None:
        stepping.book.expect(message["steps"].items())


def _workflow(specification: Specification, workspace: Path) -> dict[str, Any]:
    """Where it is, or, from old clients, what it is."""
    document = specification.document
    if isinstance(document, dict) and "stages" in document:
        return {"document": document}
    toplevel = specification.option("toplevel")
    if ":" in toplevel:
        return {"toplevel": toplevel, "file": str(specification.workflow.get("file") or "")}
    place = _inside(workspace, toplevel)
    return {
        "toplevel": str(place),
        "file": str(specification.file(place, workspace).relative_to(place)),
    }


def _init_files(specification: Specification, workspace: Path) -> Iterator[Path]:
    """Files with more parameters."""
    names = specification.operational.get("initfiles") or []
    for name in [names] if isinstance(names, str) else names:
        path = _inside(workspace, str(name))
        if not path.is_file():
            raise WorkflowInvalid([f"The file '{name}' with parameters is not in the workspace"])
        yield path


def _inside(workspace: Path, name: str) -> Path:
    path = workspace / name.lstrip("/")
    if not path.resolve().is_relative_to(workspace.resolve()):
        raise WorkflowInvalid([f"'{name}' is not in the workspace"])
    return path

"""A CWL workflow as it lies in the workspace, not packed into one document.

cwltool reads the files itself; what is read of them here tells the steps that are to
come, and the types of the inputs. What cannot be read is left for cwltool to complain of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from taverna_server.engines.cwl.inputs import MAIN
from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.workflow.reanayaml import MOST_BYTES, read_yaml

MOST_FILES = 200


def document_at(path: Path, workspace: Path) -> dict[str, Any]:
    """The workflow with the processes that it names in files, in one ``$graph``.

    Raises:
        WorkflowInvalid: the file itself cannot be read.
    """
    try:
        main = read_yaml(_content(path))
    except (MalformedDocument, OSError) as error:
        raise WorkflowInvalid(
            [f"The workflow file '{path.name}' cannot be read: {error}"]
        ) from error
    if not isinstance(main, dict):
        raise WorkflowInvalid([f"The workflow file '{path.name}' is no CWL document"])
    if "$graph" in main:
        return main
    found = {MAIN: main}
    waiting = [(path, main)]
    while waiting and len(found) < MOST_FILES:
        for place, name in _named(*waiting.pop()):
            inner = _read(place, workspace) if name not in found else None
            if inner is not None:
                found[name] = inner
                waiting.append((place, inner))
    graph = [{**process, "id": name} for name, process in found.items()]
    return {"cwlVersion": main.get("cwlVersion", ""), "$graph": graph}


def _named(path: Path, process: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    steps = process.get("steps")
    listed = steps.values() if isinstance(steps, dict) else steps
    for step in listed if isinstance(listed, list | type({}.values())) else ():
        run = step.get("run") if isinstance(step, dict) else None
        if isinstance(run, str) and not run.startswith("#") and "://" not in run:
            yield path.parent / run, run


def _read(path: Path, workspace: Path) -> dict[str, Any] | None:
    if not path.resolve().is_relative_to(workspace.resolve()):
        return None
    try:
        found = read_yaml(_content(path))
    except (MalformedDocument, OSError):  # cwltool says what is wrong with it
        return None
    return found if isinstance(found, dict) else None


def _content(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)

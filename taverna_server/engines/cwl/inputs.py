"""What cwltool is given: the packed document's steps, and the inputs in their types.

Parameters from a command line are texts, and cwltool takes no ``"1"`` for a
number: they are read by the type the document declares. Files are named as they
lie in the workspace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from taverna_server.engines.steps.specification import Specification
from taverna_server.errors import WorkflowInvalid

MAIN = "#main"
WHOLE, REAL, TRUTH = {"int", "long"}, {"float", "double"}, {"true": True, "false": False}
FILES = ("File", "Directory")


def processes(document: Any) -> dict[str, Mapping[str, Any]]:
    """The processes of a packed document by their ids.

    Raises:
        WorkflowInvalid: it is none.
    """
    if not isinstance(document, dict) or not document:
        raise WorkflowInvalid(["The specification has no CWL document (workflow.specification)"])
    graph = document.get("$graph", [document])
    found: dict[str, Mapping[str, Any]] = {
        str(item.get("id", MAIN)): item for item in graph if isinstance(item, dict)
    }
    if "$graph" in document and MAIN not in found:
        raise WorkflowInvalid(["The CWL document has no process '#main'"])
    return found


def main_of(found: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What is executed."""
    return found.get(MAIN) or next(iter(found.values()))


def tool_steps(
    process: Mapping[str, Any], found: Mapping[str, Mapping[str, Any]], name: str = "main"
) -> Iterator[str]:
    """The steps that execute commands, those of nested workflows included."""
    if process.get("class") == "CommandLineTool":
        yield name
    for key, step in _entries(process.get("steps")):
        run = step.get("run")
        inner = found.get(str(run), {}) if isinstance(run, str) else run or {}
        yield from tool_steps(inner, found, short(key))


def short(identifier: str) -> str:
    """The last part of ``#main/step``."""
    return identifier.rpartition("#")[2].rpartition("/")[2]


def effective_inputs(
    specification: Specification, process: Mapping[str, Any], workspace: Path
) -> dict[str, Any]:
    """The input object. Raises WorkflowInvalid where files of the workspace are missing."""
    given = dict(specification.parameters)
    if list(given) == ["input"] and isinstance(given["input"], dict):
        given = dict(given["input"])  # clients of 0.3 and 0.4 (REANA dossier 6.2)
    types = {short(key): entry.get("type") for key, entry in _entries(process.get("inputs"))}
    problems: list[str] = []
    inputs = {}
    for name, value in given.items():
        missing: list[str] = []
        inputs[name] = _located(_typed(value, types.get(name)), workspace, missing)
        problems += [_is_missing(file, list(_takers(process, name))) for file in missing]
    if problems:
        raise WorkflowInvalid(problems)
    return inputs


def _is_missing(file: str, takers: Sequence[str]) -> str:
    steps = f" of step {', '.join(map(repr, takers))}" if takers else ""
    return f"The input file '{file}'{steps} is not in the workspace"


def _takers(process: Mapping[str, Any], name: str) -> Iterator[str]:
    """The steps that an input of the workflow goes to."""
    for key, step in _entries(process.get("steps")):
        links = [link.get("source") for _, link in _entries(step.get("in"))]
        sources = [it for link in links for it in (link if isinstance(link, list) else [link])]
        if name in map(short, map(str, sources)):
            yield short(key)


def _entries(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Of a list with ids or a mapping by id; a bare type stands for an entry with it."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield key, entry if isinstance(entry, dict) else {"type": entry}
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield str(entry.get("id", "")), entry


def _typed(value: Any, declared: Any) -> Any:
    if not isinstance(value, str):
        return value
    names = declared if isinstance(declared, list) else [declared]
    for name in (name.removesuffix("?") for name in names if isinstance(name, str)):
        try:
            if name in WHOLE:
                return int(value)
            if name in REAL:
                return float(value)
        except ValueError:
            continue  # cwltool says what is wrong with it
        if name == "boolean":
            return TRUTH.get(value.lower(), value)
        if name in FILES:
            return {"class": name, "location": value}
    return value


def _located(value: Any, workspace: Path, missing: list[str]) -> Any:
    if isinstance(value, dict):
        made = {key: _located(item, workspace, missing) for key, item in value.items()}
        return _in_workspace(made, workspace, missing) if value.get("class") in FILES else made
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_located(item, workspace, missing) for item in value]
    return value


def _in_workspace(value: dict[str, Any], workspace: Path, missing: list[str]) -> Mapping[str, Any]:
    name = value.pop("path", None) or value.get("location")
    if not isinstance(name, str) or "://" in name:
        return value
    path = workspace / name
    if not path.exists():
        missing.append(name)
    return {**value, "location": path.as_uri()}

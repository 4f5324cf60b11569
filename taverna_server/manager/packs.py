"""What the library says of REANA's workflows: parameters and missing files as ports.

A parameter is an input of depth 0, with its value as example: a text as it is, all
else in JSON. A file that the workflow names and that did not come with it is an
input, too, called by its path. Outputs are the files that it says it makes. The
library knows a Taverna workflow in a ZIP by the ports of its document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from taverna_server.errors import MalformedDocument
from taverna_server.store import NewWorkflow
from taverna_server.workflow.reana import TAVERNA, Specification
from taverna_server.workflow.reanapack import Pack

A_FILE = "A file for the workspace, where it lies under this name."
A_PARAMETER = "A parameter"
MOST_DOCUMENT = 16 << 20
MOST_EXAMPLE = 1 << 16
_KINDS = {bool: "true or false", int: "a whole number", float: "a number"}


def described_pack(pack: Pack, owner: str | None) -> NewWorkflow:
    """What the library keeps of one that is not Taverna's."""
    about = described_specification(pack.specification, owner, pack.missing_files())
    outputs = pack.specification.document.get("outputs") or {}
    names = dict.fromkeys(outputs.get("files") or ())
    return NewWorkflow(
        type=about.type,
        title=about.title,
        inputs=about.inputs,
        outputs=tuple((name, 0) for name in names),
        details=about.details,
        owner=owner,
    )


def described_specification(
    specification: Specification, owner: str | None, files: Iterable[str], title: str = ""
) -> NewWorkflow:
    """Parameters, and these files, as ports."""
    ports: dict[str, dict[str, str | None]] = {
        name: {"description": _kind(value), "example": example_of(value)}
        for name, value in specification.parameters.items()
    }
    for name in files:
        ports.setdefault(name, {"description": A_FILE, "example": None})
    return NewWorkflow(
        type=specification.type,
        title=title,
        inputs=tuple((name, 0) for name in ports),
        details={"inputs": ports, "outputs": {}},
        owner=owner,
    )


def title_of(pack: Pack, file_name: str | None) -> str:
    """As its file is called, unless that is what all are called."""
    for name in (file_name, pack.specification.file):
        path = PurePosixPath(name or "")
        if path.name and path.stem not in ("reana", "Snakefile", "workflow", "main"):
            return path.stem.replace("_", " ")
    return f"{pack.specification.type.capitalize()} workflow"


def example_of(value: Any) -> str:
    """A parameter as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _kind(value: Any) -> str | None:
    if isinstance(value, list | dict):
        return f"{A_PARAMETER}: {'a list' if isinstance(value, list) else 'an object'}, in JSON."
    return f"{A_PARAMETER}: {_KINDS[type(value)]}." if type(value) in _KINDS else None


def taverna_document(pack: Pack) -> bytes:
    """The Taverna workflow in a ZIP.

    Raises:
        MalformedDocument: it is of another type, or not there.
    """
    said = pack.specification
    if said.type != TAVERNA:
        raise MalformedDocument(f"a {said.type} workflow is none of Taverna's")
    return said.inline_document() or pack.content(said.file or "", MOST_DOCUMENT)


def with_examples(about: NewWorkflow, pack: Pack) -> dict[str, Any]:
    """The details of a Taverna workflow, with parameters as examples of their ports."""
    inputs = dict(about.details.get("inputs", {}))
    for name, value in pack.specification.parameters.items():
        example = _text_of_file(value, pack) if isinstance(value, Mapping) else example_of(value)
        if value is not None and example is not None:
            inputs[name] = {"description": None, **inputs.get(name, {}), "example": example}
    return {**about.details, "inputs": inputs}


def _text_of_file(value: Mapping[str, Any], pack: Pack) -> str | None:
    path = str(value.get("path") or value.get("location") or "")
    if path not in pack.files:
        return None
    try:
        return pack.content(path, MOST_EXAMPLE).decode()
    except (MalformedDocument, UnicodeDecodeError):  # what is no short text is no example
        return None

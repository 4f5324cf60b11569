"""REANA specifications: what ``reana.yaml`` says, as clients post it (REANA dossier 6).

Clients of several generations write the same thing differently: steps under
``workflow.spec``, a CWL job file nested one level too deep. What is read here has one
form, and that form is kept and given back.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from taverna_server.errors import BadRequest, MalformedDocument

TYPES = ("serial", "cwl", "snakemake", "yadage", "taverna")
_SERIAL, _CWL, _SNAKEMAKE, _YADAGE, TAVERNA = TYPES

OPTIONS: Mapping[str, frozenset[str]] = {
    _SERIAL: frozenset({"CACHE", "FROM", "TARGET"}),
    _CWL: frozenset({"TARGET", "--target"}),
    _SNAKEMAKE: frozenset({"report"}),
    _YADAGE: frozenset({"toplevel", "initdir", "initfiles", "accept_metadir"}),
    TAVERNA: frozenset(),
}
"""Operational options by workflow type (REANA dossier 6.4)."""
EXPANDED = "expanded"
"""A key of ``workflow``: what looks like a parameter may be a variable of the shell (6.2)."""
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Specification:
    """A specification that can be kept; ``document`` is the JSON object in its one form."""

    document: Mapping[str, Any]
    type: str
    file: str | None = None
    """Where the workflow lies in the workspace, where it lies there."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    retention: Mapping[str, int] = field(default_factory=dict)
    """Days by pattern."""

    def declared(self, section: str) -> list[str]:
        """The files and directories of ``inputs`` or ``outputs``."""
        found = self.document.get(section) or {}
        return [*(found.get("files") or ()), *(found.get("directories") or ())]

    def effective_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the specification, with the ones ``given`` at the start in their place.

        A command line has texts only: a text takes the type of what it replaces.

        Raises:
            BadRequest: a name that the specification does not have, or a text that
                cannot be of that type.
        """
        for name in given.keys() - self.parameters.keys():
            raise BadRequest(f"The workflow has no input parameter '{name[:80]}'.")
        typed = {name: _typed(name, it, self.parameters[name]) for name, it in given.items()}
        return {**self.parameters, **typed}

    def effective_options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """As with parameters. Raises BadRequest for an option that this type does not have."""
        check_options(self.type, given)
        return {**self.options, **given}

    def inline_document(self) -> bytes | None:
        """A Taverna workflow that came with the specification: as text, or in base64.

        Raises:
            MalformedDocument: it is neither.
        """
        text = self.document["workflow"].get("specification")
        if self.type != TAVERNA or not text:
            return None
        if not isinstance(text, str):
            raise MalformedDocument("workflow.specification of type taverna is a text")
        if text.lstrip().startswith("<"):
            return text.encode()
        try:
            return b64decode(text, validate=False)
        except binascii.Error as error:
            raise MalformedDocument("workflow.specification is neither XML nor base64") from error


def read_specification(document: object, expanded: bool = False) -> Specification:
    """What was posted, checked; ``expanded``: by a client that fills in parameters itself.

    Raises:
        MalformedDocument: it says something that cannot be; the sentence names it.
    """
    if not isinstance(document, Mapping):
        raise MalformedDocument("The specification is not a JSON object.")
    workflow = _mapping(document, "workflow")
    kind = workflow.get("type")
    if kind is None:
        raise MalformedDocument("The specification has no workflow.type.")
    if kind not in TYPES:
        raise MalformedDocument(
            f"There is no workflow type '{str(kind)[:40]}': it is one of {', '.join(TYPES)}."
        )
    inputs, outputs = _mapping(document, "inputs"), _mapping(document, "outputs")
    workflow = _with_specification(workflow, expanded)
    inputs = _with_parameters(inputs, kind)
    found = Specification(
        {**document, "workflow": workflow, "inputs": inputs},
        kind,
        _text(workflow, "file"),
        _mapping(inputs, "parameters"),
        _mapping(inputs, "options"),
        _retention(_mapping(document, "workspace")),
    )
    check_options(kind, found.options)
    _check_paths("inputs", inputs)
    _check_paths("outputs", outputs)
    _check_workflow(found)
    return found


def check_options(kind: str, options: Mapping[str, Any]) -> None:
    """Raises BadRequest for an operational option that the type does not have."""
    for name in options.keys() - OPTIONS[kind]:
        known = ", ".join(sorted(OPTIONS[kind])) or "none"
        raise BadRequest(
            f"Operational option '{name[:40]}' is not supported for {kind} workflows ({known})."
        )


def _with_specification(workflow: Mapping[str, Any], expanded: bool) -> dict[str, Any]:
    """Clients before 0.4 wrote ``spec``."""
    kept = {key: value for key, value in workflow.items() if key != "spec"}
    if kept.get("specification") is None and "spec" in workflow:
        kept["specification"] = workflow["spec"]
    is_expanded = kept["type"] == _SERIAL and (expanded or "spec" in workflow)
    return {**kept, EXPANDED: True} if is_expanded else kept


def _with_parameters(inputs: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Clients before 0.5 nested a CWL job file under ``input``."""
    parameters = _mapping(inputs, "parameters")
    nested = parameters.get("input")
    is_whole = len(parameters) == 1 and isinstance(nested, Mapping) and "class" not in nested
    if kind == _CWL and is_whole and isinstance(nested, Mapping):
        parameters = nested
    return {**inputs, "parameters": dict(parameters)}


def _check_workflow(found: Specification) -> None:
    inside = found.document["workflow"].get("specification")
    if found.type == _SERIAL:
        _check_steps(inside)
    elif found.type == _CWL and inside and not isinstance(inside, Mapping):
        raise MalformedDocument("A CWL workflow in workflow.specification is an object.")
    elif found.file is None and not inside:
        raise MalformedDocument("The specification has neither workflow.file nor a workflow.")
    if found.file is not None:
        _check_path("workflow.file", found.file)
    found.inline_document()


def _check_steps(specification: object) -> None:
    steps = specification.get("steps") if isinstance(specification, Mapping) else None
    if not isinstance(steps, list) or not steps:
        raise MalformedDocument("A serial workflow needs workflow.specification.steps.")
    for number, step in enumerate(steps, 1):
        commands = step.get("commands") if isinstance(step, Mapping) else None
        if not isinstance(commands, list) or not commands:
            raise MalformedDocument(f"Step {number} of the workflow has no commands.")
        if not all(isinstance(command, str) for command in commands):
            raise MalformedDocument(f"The commands of step {number} are not texts.")


def _check_paths(section: str, given: Mapping[str, Any]) -> None:
    files = _paths(section, given, "files")
    directories = [name.rstrip("/") for name in _paths(section, given, "directories")]
    for name in files if section == "inputs" else ():
        for directory in directories:
            if name.startswith(f"{directory}/"):
                raise MalformedDocument(
                    f"{section}.files has '{name}', which lies in '{directory}' of directories."
                )


def _paths(section: str, given: Mapping[str, Any], key: str) -> list[str]:
    found = given.get(key) or []
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise MalformedDocument(f"{section}.{key} is not a list of paths.")
    for name in found:
        _check_path(f"{section}.{key}", name)
    if section == "inputs" and len(set(found)) < len(found):
        raise MalformedDocument(f"{section}.{key} names a path twice.")
    return found


def _check_path(where: str, name: str) -> None:
    if name.startswith("/") or ".." in name.split("/") or "\0" in name or not name:
        raise MalformedDocument(f"{where} has '{name[:80]}', which is not a relative path.")


def _retention(workspace: Mapping[str, Any]) -> dict[str, int]:
    found = _mapping(workspace, "retention_days")
    for pattern, days in found.items():
        _check_path("workspace.retention_days", pattern)
        if not isinstance(days, int) or isinstance(days, bool) or days < 0:
            raise MalformedDocument(f"workspace.retention_days of '{pattern}' is not a number.")
    return dict(found)


def _mapping(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise MalformedDocument(f"'{key}' of the specification is not an object.")
    return found


def _text(document: Mapping[str, Any], key: str) -> str | None:
    found = document.get(key)
    if found is not None and not isinstance(found, str):
        raise MalformedDocument(f"'{key}' of the specification is not a text.")
    return found or None


def _typed(name: str, given: Any, original: Any) -> Any:
    if not isinstance(given, str) or isinstance(original, str):
        return given
    try:
        if isinstance(original, bool):
            return _WORDS[given.strip().lower()]
        if isinstance(original, int | float):
            return type(original)(given)
    except (KeyError, ValueError):
        kind = type(original).__name__
        raise BadRequest(f"'{given[:40]}' is no {kind}, as input parameter '{name}' is.") from None
    return given

"""From what a run was given to values at the workflow's input ports (execution-semantics 11, 14).

On the server everything is bytes: a literal value was a file to Taverna's command
line too (18). Only a delimiter makes text of it, and a Baclava document says
itself what is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from taverna_server.data.rundir import RunOrder
from taverna_server.data.values import FileValue, Single, Value, make_list, read_text
from taverna_server.engines.taverna.plan import DataflowPlan
from taverna_server.engines.taverna.scheduler import fit_inputs
from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.model.run import RunInput


def read_inputs(order: RunOrder, wd: Path, plan: DataflowPlan, spool: Path) -> dict[str, Value]:
    """The values of a run's order, at their ports' depths.

    Large values of a Baclava document are put into files under ``spool``.

    Raises:
        WorkflowInvalid: missing, unknown, unreadable or too deep; says what was expected.
    """
    if order.baclava_input is not None:
        return fitted(plan, read_document(below(wd, order.baclava_input), spool))
    values = {given.port: _value(given, wd) for given in order.inputs}
    check_names(plan, values)
    return fitted(plan, values)


def _value(given: RunInput, wd: Path) -> Value:
    if given.file is not None and given.depth:
        return _listed(given.port, below(wd, given.file), given.depth)
    if given.file is None:
        content: Single = (given.value or "").encode("utf-8", "surrogatepass")
    else:
        path = below(wd, given.file)
        if not path.is_file():
            raise WorkflowInvalid(
                [f"Could not read input {given.port}: there is no file '{given.file}'"]
            )
        content = FileValue(path)
    return content if given.delimiter is None else split_input(given.port, content, given.delimiter)


def _listed(port: str, place: Path, depth: int) -> Value:
    """What lies in a directory; items are files, or directories in turn, called 1, 2 and so on."""
    if depth == 0:
        return FileValue(place)
    try:
        names = sorted(int(entry.name) for entry in place.iterdir())
    except (OSError, ValueError) as error:
        raise WorkflowInvalid([f"Could not read the list at input {port}: {error}"]) from error
    return make_list((_listed(port, place / str(name), depth - 1) for name in names), depth)


def split_input(port: str, content: Single, delimiter: str) -> Value:
    """A list of the parts. Raises WorkflowInvalid where the delimiter is no expression."""
    try:
        return make_list(java_split(read_text(content), delimiter), 1)
    except re.error as error:
        raise WorkflowInvalid(
            [f"The delimiter '{delimiter}' of input {port} cannot be used: {error}"]
        ) from error


def java_split(text: str, expression: str) -> list[str]:
    """As ``String.split`` of Java 8: empty strings at the end are dropped (cases H4 to H6).

    The delimiter is a regular expression; one that matches nothing at the very
    beginning makes no empty string there.
    """
    parts: list[str] = []
    begin = 0
    for match in re.finditer(expression, text):
        if match.end() == 0 or (match.start() == match.end() == len(text)):
            continue
        parts.append(text[begin : match.start()])
        begin = match.end()
    if not parts and begin == 0:
        return [text]
    parts.append(text[begin:])
    while parts and not parts[-1]:
        parts.pop()
    return parts


def read_document(path: Path, spool: Path) -> dict[str, Value]:
    """The values of a Baclava document. Raises WorkflowInvalid when it cannot be read."""
    from taverna_server.data.baclava import read_baclava  # few runs need it

    try:
        return read_baclava(path, spool)
    except (OSError, MalformedDocument) as error:
        raise WorkflowInvalid([f"Could not read the input document: {error}"]) from error


def below(wd: Path, name: str) -> Path:
    """A file of the working directory. Raises WorkflowInvalid for one elsewhere."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise WorkflowInvalid([f"'{name}' is not in the working directory"])
    return wd / path


def check_names(plan: DataflowPlan, values: Mapping[str, Value]) -> None:
    """Exactly the workflow's inputs, in the words of Taverna's command line (14)."""
    expected = [port.name for port in plan.dataflow.inputs]
    if len(values) != len(expected):
        problem = "The number of inputs provided does not match the number of input ports."
    else:
        missing = [name for name in expected if name not in values]
        if not missing:
            return
        problem = f"The provided inputs does not contain an input for the port '{missing[0]}'"
    raise WorkflowInvalid(
        [
            problem,
            f"{len(expected)} inputs were expected which are:",
            _quoted(expected),
            f"{len(values)} inputs were provided which are:",
            _quoted(list(values)),
        ]
    )


def _quoted(names: list[str]) -> str:
    return " ".join(f"'{name}'" for name in names)


def fitted(plan: DataflowPlan, values: Mapping[str, Value]) -> dict[str, Value]:
    """At the declared depths. Raises WorkflowInvalid."""
    try:
        return fit_inputs(plan, values)
    except ValueError as error:
        raise WorkflowInvalid([str(error)]) from error

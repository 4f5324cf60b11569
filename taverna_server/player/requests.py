"""What a request to create a run says, whatever it came in (Player dossier 1.4).

``read_run`` reads the tree of a body (``bodies.py``); ``fit_inputs`` makes of what
was given for the ports what a run takes, once the workflow is known. Both raise
Invalid with all that is wrong, by field. Members that a client has no business to
set (times, owner, ids of the server) are passed over.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.datastructures import FileStorage

from taverna_server.errors import BadRequest, Invalid
from taverna_server.manager.giving import Given
from taverna_server.player.bodies import Tree

BLANK = "can't be blank"
TRUE = (True, 1, "true", "1", b"true", b"1")
_KNOWN = ("workflow_id", "name", "public", "embedded", "parent_id", "inputs_attributes")
_WHOLE = re.compile(r"\s*([0-9]{1,9})\s*")
_FLAT_LIST = re.compile(r"\s*\[([^\[\]]*)\]\s*", re.DOTALL)
_DATA_URI = re.compile(rb"\s*data:([^,]{0,200}?)(;base64)?,", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GivenInput:
    """What stands in the body for one port: neither, one or both."""

    value: Any = None
    file: Any = None
    """Goes before the value."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is wanted."""

    workflow_id: int | None
    parent_id: int | None = None
    name: str | None = None
    """None where nothing was said; never blank."""
    embedded: bool = False
    public: bool | None = None
    """Whether everybody may view it; None where nothing was said."""
    inputs: Mapping[str, GivenInput] = field(default_factory=dict)
    provenance: bool = False
    """Whether a run bundle is made, also where the server makes none by itself."""


def run_of(tree: Tree) -> Tree:
    """What stands under ``run``, or around it where there is no such root.

    Raises:
        BadRequest: nothing there is about a run.
    """
    if "run" not in tree:
        if not any(name in tree for name in _KNOWN):
            raise BadRequest("the body has no 'run'")
        return tree
    found = tree["run"]
    if not isinstance(found, dict):
        raise BadRequest("'run' is no object")
    return found


def read_run(tree: Tree, workflow_id: int | None = None) -> RunRequest:
    """The request in the tree of a body; ``workflow_id`` is that of a nested route."""
    said, wrong = run_of(tree), dict[str, list[str]]()
    inputs = dict(_inputs(said.get("inputs_attributes"), wrong))
    parent = _number(said.get("parent_id"), "parent_id", wrong)
    workflow = _number(said.get("workflow_id"), "workflow_id", wrong) or workflow_id
    if workflow is None and parent is None and not wrong.keys() & {"workflow_id", "parent_id"}:
        wrong["workflow_id"] = [BLANK]
    name = text_of(said.get("name"))
    if "name" in said and not (name and name.strip()):
        wrong["name"] = [BLANK]
    if wrong:
        raise Invalid(wrong)
    public = is_true(said["public"]) if "public" in said else None
    embedded, provenance = (is_true(said.get(member)) for member in ("embedded", "provenance"))
    return RunRequest(workflow, parent, name, embedded, public, inputs, provenance)


def is_true(leaf: Any) -> bool:
    """As clients of all kinds say yes."""
    return not isinstance(leaf, list | dict) and leaf in TRUE


def text_of(leaf: Any) -> str | None:
    """A leaf as text: scalars of JSON as JSON writes them; None for nothing and for branches."""
    if isinstance(leaf, bytes):
        return leaf.decode("utf-8", "replace")
    if isinstance(leaf, str):
        return leaf
    return json.dumps(leaf) if isinstance(leaf, bool | int | float) else None


def fit_inputs(
    given: Mapping[str, GivenInput], ports: Sequence[tuple[str, int]]
) -> dict[str, Given]:
    """Values for the ports of a workflow, by name; ports with neither value nor file are left out.

    Raises:
        Invalid: ports that the workflow does not have, and values that do not fit.
    """
    depths, wrong = dict(ports), dict[str, list[str]]()
    found = {}
    for name, said in given.items():
        try:
            fitted = _fitted(said, _depth(depths, name))
        except ValueError as error:
            wrong.setdefault("inputs", []).append(f"'{name[:80]}' {error}")
            continue
        if fitted is not None:
            found[name] = fitted
    if wrong:
        raise Invalid(wrong)
    return found


def _depth(depths: Mapping[str, int], name: str) -> int:
    if name not in depths:
        known = f"; it has {', '.join(depths)}" if depths else ""
        raise ValueError(f"is no input of this workflow{known}")
    return depths[name]


def _inputs(said: Any, wrong: dict[str, list[str]]) -> Iterator[tuple[str, GivenInput]]:
    for item in _items(said):
        if not isinstance(item, dict):
            wrong.setdefault("inputs", []).append("is not a list of names and values")
            continue
        name = text_of(item.get("name"))
        if not name or not name.strip():
            wrong["inputs.name"] = [BLANK]
            continue
        yield name, GivenInput(item.get("value"), item.get("file"))


def _items(said: Any) -> list[Any]:
    """A list, or an object as forms make it, in the order of its keys."""
    if isinstance(said, dict):
        return [said[key] for key in sorted(said, key=_rank)]
    if said is None or said in ("", b""):
        return []
    return said if isinstance(said, list) else [said]


def _rank(key: str) -> tuple[bool, int]:
    """Numbers before other keys, which keep their order."""
    is_number = key.isascii() and key.isdigit() and len(key) < 10
    return not is_number, int(key) if is_number else 0


def _number(leaf: Any, name: str, wrong: dict[str, list[str]]) -> int | None:
    text = text_of(leaf)
    if leaf is None or (text is not None and not text.strip()):
        return None
    found = None if isinstance(leaf, bool) else _WHOLE.fullmatch(text or "x")
    if found is None:
        wrong[name] = ["is not a number of anything"]
        return None
    return int(found[1])


def _fitted(said: GivenInput, depth: int) -> Given | None:
    """Raises ValueError with the rest of a sentence about the port."""
    if said.file is not None and said.file not in ("", b"", []):
        return _file(said.file, depth)
    value = said.value
    if isinstance(value, str | bytes) and depth:
        value = _list_in_text(value, depth)
    return _value(value, depth)


def _file(leaf: Any, depth: int) -> Given:
    if isinstance(leaf, FileStorage):
        return leaf.stream
    if isinstance(leaf, list):
        if not depth:
            raise ValueError("takes one file")
        return tuple(_file(item, depth - 1) for item in leaf)
    return data_uri(leaf)


def data_uri(leaf: Any) -> bytes:
    """The content of a ``data:`` URI. Raises ValueError for anything else."""
    text = leaf.encode("utf-8", "surrogatepass") if isinstance(leaf, str) else leaf
    found = _DATA_URI.match(text) if isinstance(text, bytes) else None
    if found is None or not isinstance(text, bytes):
        raise ValueError("takes an upload or a data: URI as its file; addresses are not fetched")
    content = unquote_to_bytes(text[found.end() :])
    return decode_base64(content) if found[2] else content


def decode_base64(content: bytes) -> bytes:
    """Of either alphabet, also mixed, with or without padding (Player dossier 3.2).

    Raises:
        ValueError: other characters.
    """
    plain = re.sub(rb"\s", b"", content).translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64") from error


def _list_in_text(value: str | bytes, depth: int) -> Any:
    """``[a, b]`` for a port of depth 1, lists in JSON for any; other text stays text."""
    text = value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
    if not text.lstrip().startswith("["):
        return value
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list):
        return found
    flat = _FLAT_LIST.fullmatch(text)
    if flat is None or depth != 1:
        return value
    return [item.strip().encode("utf-8", "surrogateescape") for item in flat[1].split(",")]


def _value(value: Any, depth: int) -> Given | None:
    if value is None:
        return None
    if isinstance(value, FileStorage):
        return value.stream
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if isinstance(value, list):
        return _items_of(value, depth)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _items_of(values: list[Any], depth: int) -> Given:
    if not depth:
        raise ValueError("takes a single value, not a list")
    items = [_value(value, depth - 1) for value in values]
    if None in items:
        raise ValueError("has an empty place in its list")
    nested = {isinstance(item, tuple) for item in items}
    if len(nested) > 1:
        raise ValueError("has values and lists in one list")
    return tuple(item for item in items if item is not None)

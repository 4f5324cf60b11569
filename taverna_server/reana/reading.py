"""What requests say: bodies, also of GET, and parameters of the address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import request

from taverna_server.errors import BadRequest
from taverna_server.representations.strict_json import check_depth
from taverna_server.serving import bodies
from taverna_server.serving.context import config

_WORDS = {"true": True, "1": True, "false": False, "0": False, "": False}


def body() -> Any:
    """The JSON body whatever its type is called; None where there is none.

    Raises:
        BadRequest: it is no JSON.
    """
    content = bodies.whole(config().max_document_size)
    if not content.strip():
        return None
    return _json(content, "The body of the request is not JSON.")


def _json(text: bytes | str, refusal: str) -> Any:
    """What can be kept and given back as JSON: no NaN, no halves of characters."""
    try:
        found = json.loads(text)
        check_depth(found)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadRequest(refusal) from error
    return found


def object_body() -> Mapping[str, Any]:
    """The same, an object; an empty one where there is no body."""
    found = body()
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise BadRequest("The body of the request is not a JSON object.")
    return found


def mapping(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A member that is an object; an empty one where it is missing."""
    found = document.get(name)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise BadRequest(f"'{name}' is not an object.")
    return found


def needed(name: str) -> str:
    """A parameter of the address. Raises BadRequest where it is missing or empty."""
    found = request.args.get(name, "")
    if not found:
        raise BadRequest(f"The query parameter '{name}' is missing.")
    return found


def flag(name: str, default: bool = False) -> bool:
    """``true`` or ``false``. Raises BadRequest for other words."""
    text = request.args.get(name)
    if text is None:
        return default
    if text.lower() not in _WORDS:
        raise BadRequest(f"'{name}' is either true or false.")
    return _WORDS[text.lower()]


def search(text: str | None) -> Mapping[str, list[str]]:
    """``{"name": ["part"]}``, as text. Raises BadRequest where it is something else."""
    if not text:
        return {}
    found = _json(text, "'search' is not JSON.")
    parts = found.items() if isinstance(found, dict) else None
    if parts is None or not all(_are_texts(values) for _, values in parts):
        raise BadRequest("'search' is an object with lists of texts.")
    return {key: [value.lower() for value in values] for key, values in parts}


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)

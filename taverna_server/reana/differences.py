"""Two workflows compared: what was said of them, and the files (REANA dossier 5.2)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from taverna_server.data.comparison import differing_files
from taverna_server.errors import BadRequest
from taverna_server.model.analysis import Analysis
from taverna_server.model.identity import User
from taverna_server.reana.answers import answer
from taverna_server.reana.dialect import caller
from taverna_server.reana.reading import flag
from taverna_server.serving.context import manager

blueprint = Blueprint("differences", __name__)

SECTIONS = ("version", "inputs", "workflow", "outputs", "workspace")
MOST_CONTEXT = 1000


@blueprint.get("/workflows/<first>/diff/<second>")
def diff(first: str, second: str) -> Response:
    """Both members are texts: JSON of lines by section, and JSON of one text."""
    user = caller()
    one, other = (manager().analysis(user, it) for it in (first, second))
    brief, context = flag("brief"), _context()
    sections = _sections(_specification(one), _specification(other), context)
    listing = _listing(user, one, other, brief, context)
    return answer(
        {
            "reana_specification": json.dumps(sections),
            "workspace_listing": json.dumps(listing),
        }
    )


def _context() -> int:
    text = request.args.get("context_lines") or "5"
    if not (text.isascii() and text.isdigit() and len(text) < 9) or int(text) > MOST_CONTEXT:
        raise BadRequest(f"'context_lines' is a number from 0 to {MOST_CONTEXT}.")
    return int(text)


def _specification(found: Analysis) -> dict[str, Any]:
    """With the parameters that counted."""
    record = manager().record_of(found)
    inputs = record.specification.get("inputs") or {}
    parameters = {**(inputs.get("parameters") or {}), **record.parameters}
    return {**record.specification, "inputs": {**inputs, "parameters": parameters}}


def _sections(
    one: Mapping[str, Any], other: Mapping[str, Any], context: int
) -> dict[str, list[str]]:
    """Lines of a unified diff without its two headers; sections without any are left out."""
    names = [*SECTIONS, *sorted((one.keys() | other.keys()) - set(SECTIONS))]
    found = {}
    for name in names:
        lines = difflib.unified_diff(
            _lines(one.get(name)), _lines(other.get(name)), lineterm="", n=context
        )
        if changed := [line for line in list(lines)[2:] if line]:
            found[name] = changed
    return found


def _lines(value: object) -> list[str]:
    return json.dumps(value, indent=4, sort_keys=True).split("\n")


def _listing(user: User, one: Analysis, other: Analysis, brief: bool, context: int) -> str:
    for found in (one, other):
        if found.status == "deleted":
            return f"The workspace of {found.full_name} was deleted with it."
    places = (manager().workspace(user, one), manager().workspace(user, other))
    names = (one.full_name, other.full_name)
    return "\n".join(differing_files(places, names, brief, context))

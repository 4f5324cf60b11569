"""Request bodies as trees: JSON, urlencoded forms, multipart forms with files.

Form fields are called ``run[inputs_attributes][0][name]``: the brackets are the
branches of a tree, which so is the same whatever it came in (Player dossier 1.4).
Values of forms are bytes, since they need not be text; files stay where
``serving/forms.py`` put them, and are gone when the request is over.
"""

from __future__ import annotations

import json
import re
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from taverna_server.errors import BadRequest, UnsupportedMedia
from taverna_server.serving import bodies
from taverna_server.serving.context import config
from taverna_server.serving.forms import MULTIPART, URLENCODED, form
from taverna_server.serving.negotiation import JSON, media_type

DEEPEST = 12
_NAME = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")

Tree = dict[str, Any]
"""Leaves: ``bytes`` and ``FileStorage`` of forms; what JSON has, of JSON."""


def received() -> Tree:
    """The body of the request.

    Raises:
        BadRequest: it cannot be read as what its media type says.
        UnsupportedMedia: another media type.
        TooLarge: longer than a document or a form may be.
    """
    kind = media_type(request.headers.get("Content-Type"))
    if kind in (URLENCODED, MULTIPART):
        return _form()
    if kind == JSON or kind.endswith("+json"):
        return _json(bodies.whole(config().max_document_size))
    if kind == "*/*" and not bodies.whole(config().max_document_size):
        return {}
    raise UnsupportedMedia(f"this resource reads {JSON}, {URLENCODED} or {MULTIPART}")


def _json(body: bytes) -> Tree:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is no JSON that can be read") from error
    if not isinstance(found, dict):
        raise BadRequest("the body is no JSON object")
    return found


def _form() -> Tree:
    tree: Tree = {}
    for name, text in form().fields.items(multi=True):
        plant(tree, name, text.encode("utf-8", "surrogateescape"))
    for name, upload in form().files.items(multi=True):
        if not _is_nothing(upload):
            plant(tree, name, upload)
    return tree


def _is_nothing(upload: FileStorage) -> bool:
    """As browsers send it for a field of files in which nobody chose one."""
    return not upload.filename and not upload.stream.read(1)


def plant(tree: Tree, name: str, leaf: object) -> None:
    """Put a leaf where its name says; ``[]`` is the next place of a list.

    As everywhere with such names, ``a[][x]`` begins a new item once the last one
    has an ``x``. What contradicts an earlier name takes its place.

    Raises:
        BadRequest: more brackets than anything needs.
    """
    branches = _NAME.findall(name) or [name]
    if len(branches) > DEEPEST:
        raise BadRequest(f"the field '{name[:80]}' has too many brackets")
    here: Any = tree
    for step, after in zip(branches, [*branches[1:], None], strict=True):
        here = _step(here, step, after, leaf)


def _step(here: Any, step: str, after: str | None, leaf: object) -> Any:
    new: Any = leaf if after is None else [] if after == "" else {}
    if isinstance(here, list):
        last = here[-1] if here else None
        reused = isinstance(new, dict) and isinstance(last, dict) and after not in last
        if not reused:
            here.append(new)
        return here[-1]
    if after is None or not isinstance(here.get(step), type(new)):
        here[step] = new
    return here[step]

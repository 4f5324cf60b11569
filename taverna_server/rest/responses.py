"""Answers: a text, a document, a creation, nothing; ``operations`` says which view has which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from taverna_server.representations import write
from taverna_server.representations.binding import Document
from taverna_server.rest.operations import check_declared, chosen, current, offers
from taverna_server.serving.negotiation import TEXT

__all__ = ["chosen", "created", "document", "nothing", "offers", "text"]


def text(value: str, status: int = 200) -> Response:
    """The value as it is: no line end, no charset parameter (protocol dossier 2.7)."""
    return Response(value, status, content_type=TEXT)


def document(schema: type[Document], data: Any) -> Response:
    """The data in the media type chosen; one of the documents that the view declares."""
    check_declared(schema, current().offers)
    return Response(write(schema, data, chosen()), content_type=chosen())


def created(location: str) -> Response:
    """201 with the address of what is new, and no body."""
    return _bodiless(201, {"Location": location, "Content-Length": "0"})


def nothing() -> Response:
    """204."""
    return _bodiless(204, {})


def _bodiless(status: int, headers: Mapping[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    response.headers.remove("Content-Type")
    return response

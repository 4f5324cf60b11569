"""Answers: a text, a document, a creation, nothing.

``offers`` says which media types a view can answer with. It chooses before the
view acts, so a request whose answer the client would refuse changes nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Response, g, request

from taverna_server.representations import write
from taverna_server.representations.binding import Document
from taverna_server.rest.negotiation import TEXT, choose

View = TypeVar("View", bound=Callable[..., Response])


def offers(*media_types: str) -> Callable[[View], View]:
    """The media types of a view's answer, best first; ``chosen`` is the client's choice."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def negotiated(*args: Any, **kwargs: Any) -> Response:
            g.chosen = choose(media_types, request.headers.get("Accept"))
            return view(*args, **kwargs)

        return negotiated  # type: ignore[return-value]

    return decorate


def chosen() -> str:
    """The media type that the client likes best of those the view offers."""
    media_type: str = g.chosen
    return media_type


def text(value: str, status: int = 200) -> Response:
    """The value as it is: no line end, no charset parameter (protocol dossier 2.7)."""
    return Response(value, status, content_type=TEXT)


def document(schema: type[Document], data: Any) -> Response:
    """The data in the media type chosen."""
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

"""Documents in request bodies, read as the view declares them."""

from __future__ import annotations

from typing import Any

from flask import request

from taverna_server.representations import OFFERED, read
from taverna_server.representations.binding import Document
from taverna_server.rest.operations import check_declared, current
from taverna_server.serving.bodies import whole
from taverna_server.serving.context import config
from taverna_server.serving.negotiation import JSON, URI_LIST, XML, consumed, media_type


def received(schema: type[Document]) -> Any:
    """The document in the body; one of those that the view declares.

    Raises:
        UnsupportedMedia: a type the resource does not read.
        BadRequest: it is another document, or wrong.
    """
    check_declared(schema, current().reads)
    return read(schema, *document())


def is_uri_list() -> bool:
    """Whether the body names what the server is to fetch, instead of being it."""
    return media_type(request.headers.get("Content-Type")) == URI_LIST


def document() -> tuple[bytes, str]:
    """A document and its media type; where the client names none, its first character tells.

    Raises:
        UnsupportedMedia: a type the resource does not read.
    """
    readable = current().readable or OFFERED
    given = consumed(request.headers.get("Content-Type"), readable)
    body = whole(config().max_document_size)
    if given == "*/*":
        given = JSON if JSON in readable and body.lstrip()[:1] == b"{" else XML
    return body, given

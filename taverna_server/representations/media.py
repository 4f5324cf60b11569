"""Documents to bytes and back, by media type.

``OFFERED`` is what structured resources offer, in the order that breaks ties
(protocol dossier 2.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError

from taverna_server.errors import BadRequest, MalformedDocument, NotAcceptable, UnsupportedMedia
from taverna_server.representations.binding import NO_CONTENT, Document, instance
from taverna_server.representations.json import read_json, write_json
from taverna_server.representations.shapes import Part, shape_of
from taverna_server.representations.xml import read_xml, write_xml

XML = "application/xml"
JSON = "application/json"
OFFERED = (XML, JSON)

_WRITERS = {XML: write_xml, JSON: write_json, "text/xml": write_xml}
_READERS = {XML: read_xml, JSON: read_json, "text/xml": read_xml}


def essence(media_type: str) -> str:
    """The media type without parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def write(schema: type[Document], data: Any, media_type: str) -> bytes:
    """The document as bytes.

    ``data`` is an object or mapping with the schema's Python names; what is
    absent or None is left out, save the version attributes. Never fails for
    the characters of a text (``texts``).

    Raises:
        NotAcceptable: a media type that is not offered.
    """
    writer = _WRITERS.get(essence(media_type))
    if writer is None:
        raise NotAcceptable(f"no {media_type} here; offered are {', '.join(OFFERED)}")
    return writer(schema, data)


def read(schema: type[Document], body: bytes, media_type: str) -> Any:
    """The document as a dict by Python names (or what the schema ``builds``).

    Optional fields that were not sent are not in the dict.

    Raises:
        UnsupportedMedia: a media type that is not read.
        MalformedDocument: a body that is not what its media type says, or
            another document.
        BadRequest: a value that is missing or wrong; names all of them.
    """
    reader = _READERS.get(essence(media_type))
    if reader is None:
        known = " or ".join(OFFERED)
        raise UnsupportedMedia(f"{media_type or 'nothing'} is not read here; send {known}")
    try:
        return instance(schema).load(reader(schema, body))
    except RecursionError:
        raise MalformedDocument("elements nested too deep") from None
    except ValidationError as error:
        raise BadRequest("; ".join(_sentences([schema], error.messages))) from error


def _sentences(schemas: list[type[Document]], messages: Any, where: str = "") -> Iterator[str]:
    """marshmallow's tree of messages as sentences with the names on the wire."""
    if not isinstance(messages, dict):
        for text in messages:
            yield f"{where}: {text}" if where and text != NO_CONTENT else text
        return
    parts = {part.name: part for schema in schemas for part in shape_of(schema).parts}
    for key, inner in messages.items():
        part = parts.get(key)
        if part is not None:
            yield from _sentences(part.inner, inner, _joined(where, _label(part)))
        elif isinstance(key, int):
            yield from _sentences(schemas, inner, _joined(where, str(key + 1)))
        else:
            yield from _sentences(schemas, inner, where)


def _label(part: Part) -> str:
    """As the sender wrote it; a choice has no name there."""
    return "" if part.choice else part.wire


def _joined(where: str, step: str) -> str:
    return "/".join(filter(None, (where, step)))

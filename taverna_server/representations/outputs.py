"""Outputs of a run as a description (protocol dossier 7.2).

A port's ``content`` and the ``items`` of a list are ``PortValue``, ``PortList``,
``PortError`` or ``PortAbsent``. XML keeps the order of a list; JSON groups its
items by kind, as Taverna's does, and the position is the number at the end of
each ``href``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from marshmallow import fields

from taverna_server.representations.binding import PORT, XLINK, Choice, Document, attribute, element
from taverna_server.representations.inputs import OfRun
from taverna_server.representations.texts import Count, Uri


@dataclass(frozen=True, slots=True)
class PortValue:
    """A file. ``content_file`` is its path below ``wd`` with a leading slash."""

    kind: ClassVar[str] = "value"
    href: str
    content_file: str
    content_type: str
    content_byte_length: int


@dataclass(frozen=True, slots=True)
class PortError:
    """The file that tells why there is no value."""

    kind: ClassVar[str] = "error"
    href: str
    error_file: str
    error_byte_length: int
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class PortAbsent:
    """Nothing there, or not yet."""

    kind: ClassVar[str] = "absent"
    href: str | None = None


@dataclass(frozen=True, slots=True)
class PortList:
    """A directory. ``length`` is the position of the last item that is not absent."""

    kind: ClassVar[str] = "list"
    href: str
    length: int
    items: Sequence[PortContent] = ()


PortContent: TypeAlias = PortValue | PortList | PortError | PortAbsent


def _contents() -> Mapping[str, type[Document]]:
    return {"value": LeafValue, "list": ListValue, "error": ErrorValue, "absent": AbsentValue}


class LeafValue(Document):
    """A file, by its path below the working directory; ``PortValue``."""

    namespace = PORT
    builds = PortValue

    content_file = fields.String(required=True, metadata=attribute(PORT))
    content_type = fields.String(required=True, metadata=attribute(PORT))
    content_byte_length = Count(required=True, metadata=attribute(PORT))
    href = Uri(required=True, metadata=attribute(XLINK))


class ListValue(Document):
    """A directory, with what is in it in list order; ``PortList``."""

    namespace = PORT
    builds = PortList

    length = Count(required=True, metadata=attribute(PORT))
    href = Uri(required=True, metadata=attribute(XLINK))
    items = Choice(_contents, many=True, metadata=element(PORT))


class ErrorValue(Document):
    """A failure, with the file that tells why; ``PortError``.

    Taverna Server never writes ``depth``.
    """

    namespace = PORT
    builds = PortError

    depth = Count(metadata=attribute(PORT))
    error_file = fields.String(required=True, metadata=attribute(PORT))
    error_byte_length = Count(required=True, metadata=attribute(PORT))
    href = Uri(required=True, metadata=attribute(XLINK))


class AbsentValue(Document):
    """Nothing there, or not yet; ``PortAbsent``.

    Taverna Server never writes ``href``.
    """

    namespace = PORT
    builds = PortAbsent

    href = Uri(metadata=attribute(XLINK))


class OutputPort(Document):
    """One output port: ``name``, ``depth`` and its ``content``."""

    namespace = PORT

    name = fields.String(required=True, metadata=attribute(PORT))
    depth = Count(metadata=attribute(PORT))
    content = Choice(_contents, metadata=element(PORT))


class WorkflowOutputs(OfRun):
    """GET of ``/output`` as XML or JSON."""

    namespace = PORT
    root = "workflowOutputs"

    output = fields.List(fields.Nested(OutputPort), metadata=element(PORT))

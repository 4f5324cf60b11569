"""The one way XML comes in: no entities, no DTD, no network, bounded depth.

Everything that arrives from outside (request bodies, workflows, Baclava) is
parsed here and nowhere else. libxml2 already refuses more than 256 levels and
text nodes over 10 MB; ``large_text`` lifts both for documents whose size was
checked before (base64 uploads, Baclava), and depth is then bounded here.

``stream_xml`` is for documents larger than memory: the same rules, one event
after the other, with nothing kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from lxml import etree

from taverna_server.errors import MalformedDocument

MAX_DEPTH = 256
MAX_ELEMENTS = 2_000_000
"""Of a document in memory, counted by its tags: a large workflow has 20,000, and a million
take 50 MB and a second."""

_CHUNK = 1 << 16


class Start(NamedTuple):
    """An element begins. Names are local; attributes with a namespace are left out."""

    name: str
    attributes: Mapping[str, str]


class Text(NamedTuple):
    """A piece of text; one text may come in several."""

    text: str


class End(NamedTuple):
    """The innermost open element ends."""


Event = Start | Text | End


def _parser(large_text: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=large_text,
        remove_comments=False,
        remove_pis=False,
    )


def parse_xml(
    source: bytes | BinaryIO, *, large_text: bool = False, allow_doctype: bool = False
) -> etree._Element:
    """Parse a document and return its root element.

    Raises:
        MalformedDocument: not well-formed, too deep, too many elements, or carries a
            DOCTYPE (the way to entity bombs and external entities).
    """
    if isinstance(source, bytes) and source.count(b"<") > 2 * MAX_ELEMENTS:
        raise MalformedDocument(f"more than {MAX_ELEMENTS} elements")
    try:
        if isinstance(source, bytes):
            root = etree.fromstring(source, _parser(large_text))
        else:
            root = etree.parse(source, _parser(large_text)).getroot()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedDocument(f"not well-formed XML: {_reason(error)}") from error
    if not allow_doctype and root.getroottree().docinfo.internalDTD is not None:
        raise MalformedDocument("a document type declaration (DOCTYPE) is not accepted")
    if large_text and _deeper_than(root, MAX_DEPTH):
        raise MalformedDocument(f"elements nested more than {MAX_DEPTH} deep")
    return root


def parse_text(text: str) -> etree._Element:
    """Parse XML that flows through a workflow, as Taverna's activities do; return the root.

    An encoding in the declaration does not count, as this is text. A DOCTYPE is
    allowed and its own entities are expanded, within libxml2's bounds on how much
    they may grow; external ones are never fetched. CDATA sections are kept.

    Raises:
        MalformedDocument: not well-formed, too deep, or growing too much.
    """
    large = "<!ENTITY" not in text
    parser = etree.XMLParser(
        resolve_entities="internal",  # type: ignore[arg-type]  # newer than the stubs
        no_network=True,
        load_dtd=False,
        huge_tree=large,
        strip_cdata=False,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedDocument(f"not well-formed XML: {_reason(error)}") from error
    if large and _deeper_than(root, MAX_DEPTH):
        raise MalformedDocument(f"elements nested more than {MAX_DEPTH} deep")
    return root


def _reason(error: Exception) -> str:
    """What is wrong and where, without the name of a file that never was one."""
    return getattr(error, "msg", None) or str(error)


def _deeper_than(root: etree._Element, limit: int) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            return True
    return False


def stream_xml(source: BinaryIO) -> Iterator[Event]:
    """The document as events, read piece by piece, in constant memory.

    Raises:
        MalformedDocument: as ``parse_xml``; events before the fault were yielded.
    """
    events: list[Event] = []
    parser = _streaming_parser(events)
    try:
        for chunk in iter(lambda: source.read(_CHUNK), b""):
            parser.Parse(chunk, False)
            yield from events
            events.clear()
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise MalformedDocument(f"not well-formed XML: {error}") from error
    yield from events


def _streaming_parser(events: list[Event]) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise MalformedDocument(f"elements nested more than {MAX_DEPTH} deep")
        plain = {key: value for key, value in attributes.items() if " " not in key}
        events.append(Start(name.rpartition(" ")[2], plain))

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1
        events.append(End())

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: events.append(Text(text))
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declaration: object) -> None:
    raise MalformedDocument("a document type declaration (DOCTYPE) is not accepted")


def local_name(element: etree._Element) -> str:
    """The tag without its namespace."""
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str:
    """The namespace of the tag, empty when it has none."""
    return etree.QName(element).namespace or ""

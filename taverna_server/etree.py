"""The one way XML comes in: no entities, no DTD, no network, bounded depth.

Everything that arrives from outside (request bodies, workflows, Baclava) is
parsed here and nowhere else. libxml2 already refuses more than 256 levels and
text nodes over 10 MB; ``large_text`` lifts both for documents whose size was
checked before (base64 uploads, Baclava), and depth is then bounded here.
"""

from __future__ import annotations

from typing import BinaryIO

from lxml import etree

from taverna_server.errors import MalformedDocument

MAX_DEPTH = 256


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
        MalformedDocument: not well-formed, too deep, or carries a DOCTYPE
            (the way to entity bombs and external entities).
    """
    try:
        if isinstance(source, bytes):
            root = etree.fromstring(source, _parser(large_text))
        else:
            root = etree.parse(source, _parser(large_text)).getroot()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedDocument(f"not well-formed XML: {error}") from error
    if not allow_doctype and root.getroottree().docinfo.internalDTD is not None:
        raise MalformedDocument("a document type declaration (DOCTYPE) is not accepted")
    if large_text and _deeper_than(root, MAX_DEPTH):
        raise MalformedDocument(f"elements nested more than {MAX_DEPTH} deep")
    return root


def _deeper_than(root: etree._Element, limit: int) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            return True
    return False


def local_name(element: etree._Element) -> str:
    """The tag without its namespace."""
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str:
    """The namespace of the tag, empty when it has none."""
    return etree.QName(element).namespace or ""

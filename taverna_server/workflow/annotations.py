"""Titles, authors, descriptions and examples on parts of a workflow (t2flow-format 7).

An ``<annotations>`` element holds chains of assertions, each a bean with a date.
Of several of one kind the latest counts; semantic annotations all count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from lxml import etree

from taverna_server.etree import local_name
from taverna_server.workflow.elements import child, children, text, text_at
from taverna_server.workflow.model import NO_ANNOTATIONS, Annotations

_FIELDS = {
    "DescriptiveTitle": "title",
    "Author": "author",
    "FreeTextDescription": "description",
    "ExampleValue": "example",
    "MimeType": "mime_type",
}

_DATE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,3}))?\s*([A-Z]*)")

_ZONES = {
    "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 4, "IST": 5.5, "JST": 9,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Hours ahead of UTC of what the workbench's users had set; others count as UTC."""

_NEVER = datetime.min.replace(tzinfo=UTC)


def read_annotations(owner: etree._Element) -> Annotations:
    """What the ``<annotations>`` child of an element says. Never fails: it is only text."""
    latest: dict[str, tuple[datetime, str]] = {}
    semantic = []
    for kind, bean, date in _assertions(child(owner, "annotations")):
        if kind == "SemanticAnnotation":
            semantic.append(text_at(bean, "content"))
        elif kind in _FIELDS and date >= latest.get(kind, (_NEVER, ""))[0]:
            latest[kind] = date, text(child(bean, "text"))
    if not latest and not semantic:
        return NO_ANNOTATIONS
    fields = {_FIELDS[kind]: value for kind, (_, value) in latest.items()}
    return Annotations(**fields, semantic=tuple(semantic))


def _assertions(
    annotations: etree._Element | None,
) -> Iterator[tuple[str, etree._Element, datetime]]:
    """Kind (last part of the class), bean and date of each."""
    for chain in children(annotations):
        for assertion in chain.iter("{*}annotationBean"):
            kind = str(assertion.get("class", local_name(assertion))).rpartition(".")[2]
            yield kind, assertion, parse_date(text_at(assertion.getparent(), "date"))


def parse_date(written: str) -> datetime:
    """``2012-03-01 10:15:00.123 UTC``; what cannot be read is older than everything."""
    match = _DATE.match(written)
    if match is None:
        return _NEVER
    try:
        date = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
        return date + timedelta(milliseconds=int(match[2] or 0), hours=-_ZONES.get(match[3], 0))
    except (ValueError, OverflowError):
        return _NEVER

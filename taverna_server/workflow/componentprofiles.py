"""What the profile of a component family says of errors (activities.md 13).

A registry keeps profiles as XML below ``componentProfiles``; the file ``profile`` of
a family names one, and a profile may extend another by its id. Everything else in a
profile is for the people who make components.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.etree import parse_xml
from taverna_server.workflow.elements import child, children, text_at
from taverna_server.workflow.model import ErrorHandling, ErrorRule

_MOST_EXTENDED = 16


def read_error_handling(base: Path, family: str) -> ErrorHandling | None:
    """How errors of the family's components are handled; None: as those of any workflow.

    A profile that cannot be read says nothing.
    """
    try:
        name = (base / "componentFamilies" / family / "profile").read_text("utf-8", "replace")
    except OSError:
        return None
    profiles = list(_profiles(base / "componentProfiles"))
    profile = _named(profiles, "name", name.strip())
    for _ in range(_MOST_EXTENDED):
        if profile is None:
            return None
        handling = child(child(profile, "component"), "exceptionHandling")
        if handling is not None:
            return _handling(handling)
        extended = child(profile, "extends")
        profile = None if extended is None else _named(profiles, "id", extended.get("profileId"))
    return None


def _profiles(folder: Path) -> Iterator[etree._Element]:
    for path in sorted(folder.glob("*.xml")):
        try:
            yield parse_xml(path.read_bytes())
        except (OSError, MalformedDocument):
            continue


def _named(profiles: list[etree._Element], tag: str, text: str | None) -> etree._Element | None:
    return next((p for p in profiles if text and text_at(p, tag).strip() == text), None)


def _handling(element: etree._Element) -> ErrorHandling:
    rules = (_rule(found) for found in children(element, "handleException"))
    return ErrorHandling(tuple(rules), child(element, "failLists") is not None)


def _rule(element: etree._Element) -> ErrorRule:
    replacement = child(element, "replacement")
    return ErrorRule(
        text_at(element, "pattern"),
        child(element, "pruneStack") is not None,
        None if replacement is None else str(replacement.get("replacementMessage", "")),
    )

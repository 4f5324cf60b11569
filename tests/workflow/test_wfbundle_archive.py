"""ZIP files from strangers: bombs, crowds and tricks with names."""

from __future__ import annotations

import struct
import time
import zipfile
from io import BytesIO

import pytest

from taverna_server.errors import MalformedDocument
from taverna_server.workflow.wfbundle import read_wfbundle
from taverna_server.workflow.wfbundle.archive import MAX_DIRECTORY, MAX_PART, Archive

from .bundles import changed, foreign, packed


def refused(document: bytes, why: str) -> None:
    with pytest.raises(MalformedDocument, match=why):
        read_wfbundle(document)


def test_bomb_is_not_unpacked() -> None:
    refused(changed(foreign(), {"workflow/Hello.rdf": b" " * (MAX_PART + 1)}), "larger than")


def test_many_bombs_together_are_not_unpacked() -> None:
    archive = Archive(packed({str(number): b" " * MAX_PART for number in range(5)}))
    for number in range(3):
        archive.read(str(number))
    archive.read("3")
    with pytest.raises(MalformedDocument, match="larger than"):
        archive.read("4")


def test_crowd_of_entries_is_refused_before_it_is_read() -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(25_000):
            archive.writestr(str(number), b"")
    assert len(made.getvalue()) > MAX_DIRECTORY
    refused(made.getvalue(), "too many entries")


def test_size_that_lies_does_not_help() -> None:
    """The directory says that an entry is small; no more than that comes out."""
    made = bytearray(packed({"big": b" " * (MAX_PART + 1)}))
    struct.pack_into("<L", made, made.index(b"PK\x01\x02") + 24, 10)
    with pytest.raises(MalformedDocument):
        Archive(bytes(made)).read("big")


def test_names_that_lead_out_lead_nowhere() -> None:
    escaping = {"../../etc/passwd": b"x", "/etc/passwd": b"x", "C:\\x": b"x", "a\\..\\b": b"x"}
    assert read_wfbundle(changed(foreign(), escaping)).top.name == "Hello"
    archive = Archive(foreign())
    with pytest.raises(MalformedDocument, match="has no '/etc/passwd'"):
        archive.read("/etc/passwd")


def test_references_that_lead_out_are_never_followed() -> None:
    for reference in ("file:///etc/passwd", "http://localhost/x.rdf", "../../../etc/passwd"):
        main = Archive(foreign()).read("workflowBundle.rdf")
        main = main.replace(b'"workflow/Hello.rdf"', f'"{reference}"'.encode())
        refused(changed(foreign(), {"workflowBundle.rdf": main}), "the bundle has no")


def test_turtle_that_takes_long_to_read_is_read_up_to_a_limit() -> None:
    lists = (b"<> <http://example.org/p> (" + b"1 " * 10_000 + b") .",) * 40
    notes, files = "", {}
    for number, turtle in enumerate(lists):
        files[f"annotation/{number}.ttl"] = turtle
        notes += (
            f'<annotation><a:Annotation xmlns:a="http://www.w3.org/ns/oa#" rdf:about="{number}">'
            f'<a:hasTarget rdf:resource="workflow/Hello/"/><a:hasBody '
            f'rdf:resource="annotation/{number}.ttl"/></a:Annotation></annotation>'
        )
    main = Archive(foreign()).read("workflowBundle.rdf").decode()
    files["workflowBundle.rdf"] = main.replace(
        "</WorkflowBundle>", f"{notes}</WorkflowBundle>"
    ).encode()
    started = time.perf_counter()
    said = read_wfbundle(changed(foreign(), files)).top.annotations
    assert time.perf_counter() - started < 20
    assert len(said.semantic) == 40


def test_encrypted_entry_is_refused() -> None:
    made = bytearray(foreign())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = made.index(signature)
        while start >= 0:
            made[start + offset] |= 1
            start = made.find(signature, start + 1)
    refused(bytes(made), "cannot be read")


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'
    refused(changed(foreign(), {"workflow/Hello.rdf": bomb}), "DOCTYPE")


@pytest.mark.parametrize(
    "document",
    [b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 100, b"PK\x03\x04PK\x05\x06", packed({"a": b"b"})],
)
def test_what_is_no_bundle_is_refused(document: bytes) -> None:
    with pytest.raises(MalformedDocument):
        read_wfbundle(document)


def test_deep_json_is_refused() -> None:
    deep = b'{"t2flow": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(Exception, match="is not JSON"):
        read_wfbundle(changed(foreign(), {"profile/server/configuration/a.json": deep}))

"""XML from outside cannot make its reader fetch, grow or recurse."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from taverna_server.errors import MalformedDocument
from taverna_server.etree import MAX_ELEMENTS, local_name, namespace, parse_text, parse_xml

LAUGHS = b"""<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<lolz>&d;</lolz>"""


def _nested(depth: int) -> bytes:
    return b"<a>" * depth + b"</a>" * depth


def test_plain_document_is_read() -> None:
    root = parse_xml(b'<?xml version="1.0"?><x:run xmlns:x="urn:x"><!-- words -->text</x:run>')
    assert (local_name(root), namespace(root)) == ("run", "urn:x")


def test_stream_is_read_as_bytes_are() -> None:
    assert local_name(parse_xml(io.BytesIO(b"<run/>"))) == "run"


@pytest.mark.parametrize("large_text", [False, True])
@pytest.mark.parametrize(
    "document",
    [b"", b"plain words", b"<a><b></a>", b"<a>&unknown;</a>", b"\xff\xfe<", _nested(300), LAUGHS],
    ids=["empty", "not xml", "not closed", "unknown entity", "not text", "too deep", "bomb"],
)
def test_document_that_cannot_be_read_is_refused(document: bytes, large_text: bool) -> None:
    with pytest.raises(MalformedDocument):
        parse_xml(document, large_text=large_text)


def test_external_entity_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    document = f'<!DOCTYPE a [<!ENTITY e SYSTEM "{secret.as_uri()}">]><a>&e;</a>'.encode()
    with pytest.raises(MalformedDocument, match="DOCTYPE"):
        parse_xml(document)
    root = parse_xml(document, allow_doctype=True)
    assert "the secret" not in "".join(root.itertext(with_tail=True))


def test_document_type_is_refused_also_without_entities() -> None:
    with pytest.raises(MalformedDocument, match="DOCTYPE"):
        parse_xml(b'<!DOCTYPE a SYSTEM "a.dtd"><a/>')


def test_large_text_is_read_where_its_size_was_checked_before() -> None:
    document = b"<a>" + b"x" * 11_000_000 + b"</a>"
    with pytest.raises(MalformedDocument):
        parse_xml(document)
    assert len(parse_xml(document, large_text=True).text or "") == 11_000_000


def test_depth_is_bounded_also_for_large_text() -> None:
    with pytest.raises(MalformedDocument, match="256 deep"):
        parse_xml(_nested(1000), large_text=True)


def test_text_of_a_workflow_may_have_its_own_entities() -> None:
    document = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY e "x">]><a>&e;ü</a>'
    assert parse_text(document).text == "xü"


def test_text_of_a_workflow_is_not_deeper_than_a_document() -> None:
    with pytest.raises(MalformedDocument):
        parse_text("<a>" * 1000 + "</a>" * 1000)


def test_crowd_of_elements_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(MalformedDocument, match="more than 2000000 elements"):
        parse_xml(b"<r>" + b"<a/>" * (2 * MAX_ELEMENTS) + b"</r>")

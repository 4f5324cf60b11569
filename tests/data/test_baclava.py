"""Baclava documents are read as Taverna read them and come back as they went."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from taverna_server.data.baclava import read_baclava, write_baclava
from taverna_server.data.baclava.names import BACLAVA, XSCUFL
from taverna_server.data.outputs import error_text
from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
    Value,
    depth_of,
    make_list,
    read_bytes,
)
from taverna_server.errors import MalformedDocument

from .some_values import values

B = f"{{{BACLAVA}}}"


def element(content: bytes | str, inside: str = "", index: int | None = None) -> str:
    raw = content.encode() if isinstance(content, str) else content
    at = "" if index is None else f' index="{index}"'
    return (
        f'<b:dataElement lsid=""{at}>{inside}'
        f"<b:dataElementData>{b64encode(raw).decode()}</b:dataElementData></b:dataElement>"
    )


def items(*members: str) -> str:
    return (
        '<b:partialOrder lsid="" type="list"><b:relationList/>'
        f"<b:itemList>{''.join(members)}</b:itemList></b:partialOrder>"
    )


def metadata(*types: str, tag: str = "mimeType") -> str:
    listed = "".join(f"<s:{tag}>{name}</s:{tag}>" for name in types)
    return f"<s:metadata><s:mimeTypes>{listed}</s:mimeTypes></s:metadata>"


def thing(value: str, syntactic: str = "", key: str = "x") -> str:
    return (
        f'<b:dataThing key="{key}"><b:myGridDataDocument lsid="" syntactictype="{syntactic}">'
        f"{value}</b:myGridDataDocument></b:dataThing>"
    )


def document(*things: str) -> io.BytesIO:
    root = f'<b:dataThingMap xmlns:b="{BACLAVA}" xmlns:s="{XSCUFL}">{"".join(things)}'
    return io.BytesIO(f"{root}</b:dataThingMap>".encode())


def read(value: str, syntactic: str = "") -> Value:
    return read_baclava(document(thing(value, syntactic)))["x"]


@given(st.dictionaries(st.text("abc-' ü", min_size=1, max_size=4), values(), max_size=4))
def test_round_trip_keeps_every_value(outputs: dict[str, Value]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "doc")
        write_baclava(path, outputs)
        assert read_baclava(path) == outputs


@given(values(errors=True))
def test_errors_become_readable_text(value: Value) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "doc")
        write_baclava(path, {"x": value})
        read_back = read_baclava(path)["x"]
    assert depth_of(read_back) <= depth_of(value)


def test_list_is_written_with_relations_and_type(tmp_path: Path) -> None:
    """Case I13."""
    write_baclava(tmp_path / "doc", {"out": make_list(["a", "b", "c"])})
    root = etree.fromstring((tmp_path / "doc").read_bytes())
    assert root.find(f".//{B}myGridDataDocument").get("syntactictype") == "l('text/plain')"
    relations = [(r.get("parent"), r.get("child")) for r in root.iter(f"{B}relation")]
    assert relations == [("0", "1"), ("1", "2")]
    assert [e.get("index") for e in root.iter(f"{B}dataElement")] == ["0", "1", "2"]
    assert [e.text for e in root.iter(f"{B}dataElementData")] == ["YQ==", "Yg==", "Yw=="]


def test_empty_list_is_of_type_null(tmp_path: Path) -> None:
    """Case I14."""
    write_baclava(tmp_path / "doc", {"out": make_list([], 1)})
    root = etree.fromstring((tmp_path / "doc").read_bytes())
    assert root.find(f".//{B}myGridDataDocument").get("syntactictype") == "l('null')"
    assert len(root.find(f".//{B}itemList")) == 0


def test_error_is_written_as_its_text(tmp_path: Path) -> None:
    """Case I15."""
    error = ErrorDocument("boom", depth=1)
    write_baclava(tmp_path / "doc", {"out": error})
    assert read_baclava(tmp_path / "doc") == {"out": error_text(error)}


@pytest.mark.parametrize(
    ("inside", "syntactic", "kind"),
    [
        (metadata("image/png"), "'text/plain'", bytes),  # I16
        ("", "'null'", bytes),  # I18
        ("", "'application/x-java-serialized'", bytes),
        (metadata("java/java.lang.Integer"), "", bytes),
        (metadata("text/xml", "image/png"), "'null'", str),
        (metadata("image/png", tag="mimetype"), "", bytes),
        ("", "", str),
        ("", "''", str),
    ],
)
def test_type_says_whether_a_value_is_text(
    inside: str, syntactic: str, kind: type[str | bytes]
) -> None:
    assert isinstance(read(element("a", inside), syntactic), kind)
    assert isinstance(read(inside + element("a"), syntactic), kind)


def test_list_without_metadata_is_text() -> None:
    """Case I17."""
    assert read(items(element("a")), "l('')") == make_list(["a"])


def test_text_that_is_not_utf8_stays_as_it_is() -> None:
    assert read(element(b"\xff\xfe"), "'text/plain'") == b"\xff\xfe"


def test_own_type_of_an_item_counts_before_that_of_the_document() -> None:
    mixed = items(element("a"), element("b", metadata("image/png")))
    assert read(mixed, "l('text/plain')") == make_list(["a", b"b"])


@pytest.mark.parametrize(
    ("syntactic", "depth"), [("l('null')", 1), ("l(l('null'))", 2), ("", 1), ("l(l(l('')))", 3)]
)
def test_depth_of_an_empty_list_is_in_its_type(syntactic: str, depth: int) -> None:
    assert read(items(), syntactic) == make_list([], depth)


def test_empty_list_before_deeper_ones_has_their_depth() -> None:
    found = read(items(items(), items(items(element("a")))), "l(l(l('text/plain')))")
    inner = make_list([make_list(["a"])])
    assert found == make_list([make_list([], 2), inner])


def test_shallow_item_is_wrapped_to_the_depth_of_its_siblings() -> None:
    found = read(items(items(element("a")), element("why it failed")))
    assert found == make_list([make_list(["a"]), make_list(["why it failed"])])


def test_items_are_ordered_by_index() -> None:
    shuffled = items(element("b", index=1), element("c", index=2), element("a", index=0))
    assert read(shuffled) == make_list(["a", "b", "c"])


def test_items_stay_as_they_stand_unless_all_have_an_index() -> None:
    assert read(items(element("b", index=1), element("a"))) == make_list(["b", "a"])


def test_line_breaks_and_missing_padding_in_base64_are_tolerated() -> None:
    broken = element("drink me").replace("ZHJp", "ZH\n\t Jp").replace("==<", "<").replace("=<", "<")
    assert read(broken) == "drink me"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "not well-formed XML"),
        (b"<a/>", "its root is not <dataThingMap>"),
        (document(thing(element("a")))
         .getvalue().replace(b"YQ==", b"Y!=="), "the value of 'x': not base64"),
        (document(thing("")).getvalue(), "the value of 'x': 0 values"),
        (document(thing(element("a") * 2)).getvalue(), "the value of 'x': 2 values"),
        (document('<b:dataThing key="x"/>').getvalue(), "'x' has 0 documents"),
        (document("<b:dataThing/>").getvalue(), "needs a 'key' of its own"),
        (document(thing(element("a")) * 2).getvalue(), "needs a 'key' of its own"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + document().getvalue(), "DOCTYPE"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/hostname">' + document().getvalue(), "DOCTYPE"),
        (document(thing("<a>" * 300 + "</a>" * 300)).getvalue(), "nested more than 256 deep"),
        (document(thing(element("a"))).getvalue()[:-20], "not well-formed XML"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "not well-formed XML"),
    ],
)  # fmt: skip
def test_malformed_document_is_refused_with_a_sentence(body: bytes, fault: str) -> None:
    with pytest.raises(MalformedDocument) as caught:
        read_baclava(io.BytesIO(body))
    assert fault in str(caught.value)


def test_large_values_go_through_files(tmp_path: Path) -> None:
    """Neither reading nor writing holds a value that is in a file."""
    big = tmp_path / "big"
    big.write_bytes(b"0123456789abcdef" * 2_000_000)
    tracemalloc.start()
    write_baclava(tmp_path / "doc", {"b": FileValue(big), "t": FileValue(big, "utf-8")})
    spool = tmp_path / "spool"
    spool.mkdir()
    found = read_baclava(tmp_path / "doc", spool)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000
    assert [getattr(found[key], "charset", "?") for key in "bt"] == [None, "utf-8"]
    for value in found.values():
        assert isinstance(value, FileValue)
        assert value.path.parent == spool
        assert read_bytes(value) == big.read_bytes()


def test_text_in_another_charset_is_written_as_utf8(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("größe".encode("latin-1"))
    write_baclava(tmp_path / "doc", {"x": FileValue(tmp_path / "latin", "latin-1")})
    assert read_baclava(tmp_path / "doc") == {"x": "größe"}


def test_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_baclava(tmp_path / "doc", {"x": FileValue(tmp_path / "gone")})
    assert list(tmp_path.iterdir()) == []

"""Splitters: documents as Taverna made them and took them apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taverna_server.data.values import ListValue, Value, make_list
from taverna_server.engines.taverna.activities.base import ActivityFailure, RunContext
from taverna_server.engines.taverna.activities.jdom import read_element

from .conftest import Bind, bound, new_run
from .splitting import array, attribute, base, complex_type, splitter

TEXT, XML, BYTES = "'text/plain'", "'text/xml'", "'application/octet-stream'"
TEXTS, XMLS = f"l({TEXT})", f"l({XML})"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunContext]:
    run = new_run(tmp_path_factory.mktemp("run"))
    yield run
    run.close()


def joined(bind: Bind, root: str, mimes: dict[str, str], ports: str = "", **values: Value) -> Value:
    config = splitter(root, inputs=mimes)
    outputs = bind("xmlinputsplitter", config, inputs=ports or " ".join(mimes)).invoke(values)
    return outputs["output"]


def parts(bind: Bind, root: str, mimes: dict[str, str], document: str) -> dict[str, Value]:
    config = splitter(root, outputs=mimes)
    return dict(bind("xmloutputsplitter", config).invoke({"input": document}))


BOOK = complex_type(
    "book", base("title"), base("year", optional="true"), base("isbn"), attributes=attribute("lang")
)
BOOK_PORTS = {"title": TEXT, "year": TEXT, "isbn": TEXT, "lang": TEXT}


def test_elements_stand_in_the_order_of_the_type(bind: Bind) -> None:
    document = joined(bind, BOOK, BOOK_PORTS, isbn="1", year="1865", title="A<B", lang="en")
    assert document == (
        '<book xmlns="urn:books" lang="en">'
        "<title>A&lt;B</title><year>1865</year><isbn>1</isbn></book>"
    )


def test_missing_value_is_left_out_only_if_optional(bind: Bind) -> None:
    document = joined(bind, BOOK, BOOK_PORTS)
    assert document == '<book xmlns="urn:books"><title></title><isbn></isbn></book>'


def test_attribute_with_the_name_of_an_element_has_a_port_of_its_own(bind: Bind) -> None:
    root = complex_type("book", base("id"), attributes=attribute("id"))
    document = joined(bind, root, {"id": TEXT, "1id": TEXT}, **{"id": "e", "1id": "a"})
    assert document == '<book xmlns="urn:books" id="a"><id>e</id></book>'


@pytest.mark.parametrize(
    ("element", "mime", "expected"),
    [
        pytest.param(
            array("tag", base(""), unbounded="true", wrapped="false"),
            TEXTS,
            "<tag>a</tag><tag>b</tag>",
            id="unwrapped",
        ),
        pytest.param(
            array("tag", base("item"), wrapped="true"),
            TEXTS,
            "<tag><item>a</item><item>b</item></tag>",
            id="wrapped",
        ),
        pytest.param(
            array("tag", base("", kind="xsd:string"), wrapped="true"),
            TEXTS,
            "<tag><xsd:string>a</xsd:string><xsd:string>b</xsd:string></tag>",
            id="items named by their type",
        ),
        pytest.param(
            array("tag", base(""), unbounded="true"),
            TEXTS,
            "<tag>a</tag><tag>b</tag>",
            id="unbounded ones of old are not wrapped",
        ),
        pytest.param(base("tag"), TEXT, "<item>a</item><item>b</item>", id="no array"),
    ],
)
def test_list_becomes_elements(bind: Bind, element: str, mime: str, expected: str) -> None:
    root = complex_type("book", element, ns="")
    document = joined(
        bind, root.replace("{urn:books}", ""), {"tag": mime}, "tag:1", tag=make_list(["a", "b"])
    )
    assert document == f"<book>{expected}</book>"


def test_xml_is_put_in_with_its_own_name(bind: Bind) -> None:
    root = complex_type("books", complex_type("book", base("title")))
    document = joined(bind, root, {"book": XML}, book="<any><title>t</title></any>")
    assert document == '<books xmlns="urn:books"><any><title>t</title></any></books>'


def test_empty_xml_is_an_empty_element(bind: Bind) -> None:
    root = complex_type("books", complex_type("book", base("title")))
    assert joined(bind, root, {"book": XML}, book="") == '<books xmlns="urn:books"><book /></books>'


def test_namespace_of_a_schema_is_that_of_the_parent(bind: Bind) -> None:
    root = complex_type("book", base("title", ns="http://www.w3.org/2001/XMLSchema"))
    expected = '<book xmlns="urn:books"><title>t</title></book>'
    assert joined(bind, root, {"title": TEXT}, title="t") == expected


def test_nil_and_bytes_say_what_they_are(bind: Bind) -> None:
    root = complex_type("book", base("cover", kind="base64Binary"), base("title"))
    ports = {"cover": BYTES, "title": TEXT}
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    assert joined(bind, root, ports, "cover:0:bytes title", cover=b"\xff", title="xsi:nil") == (
        f'<book xmlns="urn:books"><cover {xsi} xsi:type="xsd:base64Binary">/w==</cover>'
        f'<title {xsi} xsi:nil="true" /></book>'
    )


def test_array_at_the_root_is_named_like_the_port(bind: Bind) -> None:
    root = array("tags", base(""))
    document = joined(bind, root, {"tag": TEXTS}, "tag:1", tag=make_list(["a", "b"]))
    assert document == "<tag><tag>a</tag><tag>b</tag></tag>"


def test_document_gives_its_parts_by_name(bind: Bind) -> None:
    document = (
        '<p:book xmlns:p="urn:books" lang="en"><p:title> t </p:title><p:title>u</p:title></p:book>'
    )
    assert parts(bind, BOOK, BOOK_PORTS, document) == {
        "title": "u",
        "year": "",
        "isbn": "",
        "lang": "en",
    }


def test_parts_that_are_xml_carry_their_namespaces(bind: Bind) -> None:
    root = complex_type("books", complex_type("book", base("title")))
    document = '<books xmlns="urn:books"><book><title>a&#10;b</title><end/></book></books>'
    assert parts(bind, root, {"book": XML}, document) == {
        "book": '<book xmlns="urn:books"><title>a\r\nb</title><end /></book>'
    }


def test_missing_parts_have_an_empty_value_of_their_kind(bind: Bind) -> None:
    found = parts(bind, BOOK, {"x": XML, "t": TEXT, "tl": TEXTS, "xl": XMLS}, "<a/>")
    assert found == {"x": "<x />", "t": "", "tl": ListValue((), 1), "xl": ListValue((), 1)}


def test_unwrapped_array_takes_all_children(bind: Bind) -> None:
    items = array("tag", base(""), unbounded="true", wrapped="false")
    root = complex_type("book", items, base("title"))
    document = "<book><tag> a </tag><tag>b</tag><title>t</title></book>"
    found = parts(bind, root, {"tag": TEXTS, "title": TEXT}, document)
    assert found == {"tag": make_list(["a", "b", "t"]), "title": ""}


def test_wrapped_array_gives_the_texts_of_its_items(bind: Bind) -> None:
    root = complex_type("book", array("tags", base("tag"), wrapped="true"))
    document = "<book><tags><tag> a</tag><tag>b\u00a0</tag></tags></book>"
    assert parts(bind, root, {"tags": TEXTS}, document) == {"tags": make_list(["a", "b\u00a0"])}


def test_base64_gives_bytes(bind: Bind) -> None:
    root = complex_type("book", base("cover", kind="base64Binary"))
    document = "<book><cover>/w\n==</cover></book>"
    assert parts(bind, root, {"cover": BYTES}, document) == {"cover": b"\xff"}


@pytest.mark.parametrize(
    ("item", "mime", "expected"),
    [
        (base("tag"), TEXTS, make_list(["a"])),
        (complex_type("tag"), XMLS, make_list(["<tag> a</tag>"])),
    ],
)
def test_array_at_the_root_gives_a_list(bind: Bind, item: str, mime: str, expected: Value) -> None:
    found = parts(bind, array("tags", item), {"tags": mime}, "<tags><tag> a</tag></tags>")
    assert found == {"tags": expected}


def test_type_that_recurs_is_known_by_its_id(bind: Bind) -> None:
    again = '<s:complextype id="{urn:books}Person" name="editor" optional="true"/>'
    person = complex_type("author", base("name"), kind="Person")
    root = complex_type("book", person, again)
    ports = {"author": XML, "editor": XML}
    assert joined(bind, root, ports, editor="<e/>") == (
        '<book xmlns="urn:books"><author /><e /></book>'
    )


@pytest.mark.parametrize("document", ["", "<a>", "<a></b>", "no"])
def test_document_that_is_no_xml_fails(bind: Bind, document: str) -> None:
    with pytest.raises(ActivityFailure, match=r"^Error in XMLInputSplitterActivity$") as failure:
        parts(bind, BOOK, BOOK_PORTS, document)
    assert failure.value.exception


def test_one_document_where_lists_belong_fails(bind: Bind) -> None:
    """It could not be registered at the depth of the port."""
    root = complex_type("book", array("tags", complex_type("tag"), wrapped="true"))
    with pytest.raises(ActivityFailure, match=r"^Error in XMLInputSplitterActivity$"):
        parts(bind, root, {"tags": XMLS}, "<book><tags/></book>")


BLANK = "\t\n\r "
CHARACTERS = st.characters(exclude_categories=["Cs"]).filter(
    lambda c: c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff")
)


@given(title=st.text(CHARACTERS), keywords=st.lists(st.text(CHARACTERS), min_size=1))
def test_what_is_joined_comes_apart_again(run: RunContext, title: str, keywords: list[str]) -> None:
    items = array("keyword", base("item"), wrapped="true")
    root = complex_type("book", base("title"), items, attributes=attribute("lang"))
    ports = {"title": TEXT, "keyword": TEXTS, "lang": TEXT}
    given_values = {"title": title, "keyword": make_list(keywords), "lang": title}
    joining = bound(run, "xmlinputsplitter", splitter(root, inputs=ports), " ".join(ports))
    document = joining.invoke(given_values)["output"]
    splitting = bound(run, "xmloutputsplitter", splitter(root, outputs=ports))
    assert splitting.invoke({"input": document}) == {
        "title": title,
        "keyword": make_list([keyword.strip(BLANK) for keyword in keywords]),
        "lang": title,
    }


@pytest.mark.parametrize("character", ["\0", "\x1b", "\ufffe", "\ud800"])
def test_text_that_xml_cannot_hold_fails(bind: Bind, character: str) -> None:
    with pytest.raises(ActivityFailure, match=r"^Error in XMLInputSplitterActivity$") as failure:
        joined(bind, BOOK, BOOK_PORTS, title=f"a{character}b")
    assert "cannot be in XML" in failure.value.exception


def test_comments_and_prefixes_stay_as_they_were_read() -> None:
    """As JDOM 1.0 writes the same document; only CDATA it would keep."""
    written = read_element(
        "<a xmlns:q='urn:q' q:z='1&#9;&gt;'>x\ny<b/><c xmlns='urn:c'>&gt; <!-- h --><?p i?>"
        "<q:d/></c><f xmlns:p='urn:p' p:a='1'><g>&#13;</g></f></a>"
    ).write()
    assert written == (
        '<a xmlns:q="urn:q" q:z="1&#x9;&gt;">x\r\ny<b /><c xmlns="urn:c">&gt; <!-- h --><?p i?>'
        '<q:d /></c><f xmlns:p="urn:p" p:a="1"><g>&#xD;</g></f></a>'
    )

"""Cases K1 to K6, and dom4j itself beside us."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from taverna_server.data.values import ErrorDocument, ListValue, Value, make_list
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Outputs,
    RunContext,
)
from taverna_server.workflow.model import Bean

from .conftest import bound, new_run, script

NO_VALUE = ErrorDocument("No value produced")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunContext]:
    run = new_run(tmp_path_factory.mktemp("run"))
    yield run
    run.close()


def xpath(run: RunContext, expression: str, **namespaces: str) -> BoundActivity:
    entries = tuple(
        Bean("entry", children=(Bean("string", prefix), Bean("string", uri)))
        for prefix, uri in namespaces.items()
    )
    fields = (Bean("xpathExpression", expression), Bean("xpathNamespaceMap", children=entries))
    return bound(run, "xpath", Bean("bean", children=fields))


def find(run: RunContext, expression: str, document: Value, **namespaces: str) -> Outputs:
    return xpath(run, expression, **namespaces).invoke({"xml_text": document})


def lists(*, text: list[str], xml: list[str]) -> Outputs:
    return {
        "nodelist": ListValue(tuple(text), 1),
        "nodelistAsXML": ListValue(tuple(xml), 1),
        "firstNode": text[0] if text else NO_VALUE,
        "firstNodeAsXML": xml[0] if xml else NO_VALUE,
    }


@pytest.mark.parametrize(
    ("expression", "document", "expected"),
    [
        pytest.param(
            "//yes",
            "<h><yes>hello</yes><no/><yes>world</yes></h>",
            lists(text=["hello", "world"], xml=["<yes>hello</yes>", "<yes>world</yes>"]),
            id="K1",
        ),
        pytest.param("//empty", "<a><empty/></a>", lists(text=[], xml=["<empty/>"]), id="K2"),
        pytest.param("count(//x)", "<a><x/><x/><x/></a>", lists(text=["3.0"], xml=[]), id="K3"),
        pytest.param("//a", "", lists(text=[], xml=[]), id="K5"),
        pytest.param("//b", "<a/>", lists(text=[], xml=[]), id="nothing found"),
        pytest.param("1 = 1", "<a/>", lists(text=["true"], xml=[]), id="truth value"),
        pytest.param("string(//b)", "<a/>", lists(text=[""], xml=[]), id="empty string"),
        pytest.param(
            "//@b", '<a b="1&quot;"/>', lists(text=['1"'], xml=['b="1""']), id="attribute"
        ),
        pytest.param(
            "//text()", "<a>x &lt; y</a>", lists(text=["x < y"], xml=["x &lt; y"]), id="text"
        ),
        pytest.param(
            "//comment()",
            "<a><!-- c --></a>",
            lists(text=[" c "], xml=["<!-- c -->"]),
            id="comment",
        ),
        pytest.param(
            "//b",
            "<a><b><![CDATA[1<2]]></b></a>",
            lists(text=["1<2"], xml=["<b><![CDATA[1<2]]></b>"]),
            id="CDATA",
        ),
        pytest.param(
            "//b",
            '<!DOCTYPE a [<!ENTITY e "entity">]><a><b>&e;</b></a>',
            lists(text=["entity"], xml=["<b>entity</b>"]),
            id="entity",
        ),
        pytest.param(
            "//b",
            '<?xml version="1.0" encoding="UTF-16"?><a><b>ü</b></a>',
            lists(text=["ü"], xml=["<b>ü</b>"]),
            id="encoding of the declaration does not count",
        ),
    ],
)
def test_matches_come_as_text_and_as_xml(
    run: RunContext, expression: str, document: str, expected: Outputs
) -> None:
    assert find(run, expression, document) == expected


def test_prefixes_are_those_of_the_map(run: RunContext) -> None:
    document = '<a xmlns="urn:x"><b>1</b></a>'
    found = find(run, "//default:b", document, default="urn:x")
    assert found["nodelistAsXML"] == make_list(['<b xmlns="urn:x">1</b>'])


@pytest.mark.parametrize(
    ("expression", "document", "message"),
    [
        pytest.param("//a", "<a>", "XML document was not valid -- XPath processing", id="K4"),
        pytest.param("//[", "<a/>", "Incorrect XPath Expression -- XPath processing", id="syntax"),
        pytest.param(
            "//x:a", "<a/>", "Unexpected error has occurred while executing", id="unknown prefix"
        ),
        pytest.param("f(1)", "<a/>", "Unexpected error has occurred while", id="unknown function"),
    ],
)
def test_failure_says_which_part_was_wrong(
    run: RunContext, expression: str, document: str, message: str
) -> None:
    with pytest.raises(ActivityFailure) as failure:
        find(run, expression, document)
    assert failure.value.message.startswith(message)
    assert " library reported the following error:" in failure.value.message


def test_missing_document_is_an_uncaught_exception(run: RunContext) -> None:
    with pytest.raises(ActivityFailure, match=r"^Uncaught exception while invoking"):
        xpath(run, "//a").invoke({})


def test_external_entity_is_not_fetched(run: RunContext, tmp_path: object) -> None:
    document = f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{__file__}">]><a>&e;</a>'
    with pytest.raises(ActivityFailure, match=r"^XML document was not valid"):
        find(run, "//a", document)


def test_entities_that_explode_are_refused(run: RunContext) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    document = f'<!DOCTYPE a [<!ENTITY e0 "lol">{levels}]><a>&e11;</a>'
    with pytest.raises(ActivityFailure, match=r"^XML document was not valid"):
        find(run, "//a", document)


DOM4J = """
    import org.dom4j.*; import org.dom4j.io.*;
    document = new SAXReader().read(new java.io.StringReader(in));
    found = DocumentHelper.createXPath(expression).evaluate(document);
    if (!(found instanceof List)) { l = new ArrayList(); l.add(found); found = l; }
    texts = new ArrayList(); xml = new ArrayList();
    for (item : found) {
        if (!(item instanceof Node)) { texts.add(item.toString()); continue; }
        if (item.getStringValue().length() > 0) texts.add(item.getStringValue());
        xml.add(item.asXML());
    }
"""


@pytest.fixture(scope="module")
def dom4j(run: RunContext) -> BoundActivity:
    return bound(run, "beanshell", script(DOM4J), "in expression", "texts:1 xml:1")


names = st.sampled_from(["a", "b", "p:a", "q:b"])
attributes = st.sampled_from(["", ' k="&lt;&amp;&quot;&gt;"', ' p:k="1"', ' xml:lang="de"'])
declarations = st.lists(
    st.sampled_from([' xmlns:p="urn:1"', ' xmlns:q="urn:2"', ' xmlns="urn:3"']),
    max_size=2,
    unique=True,
).map("".join)
leaves = st.sampled_from(["", "x", "x ü", "<!--c-->", "<?p i?>", "\n "])


def _element(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attrs, parts: f"<{name}{attrs}>{''.join(parts)}</{name}>",
        names, st.builds(str.__add__, attributes, declarations), st.lists(content, max_size=3),
    )  # fmt: skip


documents = st.recursive(leaves, _element, max_leaves=8).map(
    lambda inner: f'<r xmlns:p="urn:p" xmlns:q="urn:q">{inner}</r>'
)
expressions = st.sampled_from(
    ["//*", "/r/*", "//@*", "//comment()", "count(//*)", "string(/)", "//*[last()]", "/",
     "sum(//*)", "//*[@k]", "//processing-instruction()", "name(//*[2])", "count(//*) div 3",
     "1000000 * 12.5"]
)  # fmt: skip


@given(document=documents, expression=expressions)
@settings(max_examples=250, deadline=None)
def test_dom4j_finds_and_writes_the_same(
    run: RunContext, dom4j: BoundActivity, document: str, expression: str
) -> None:
    assume(all(document.count(f'"urn:{n}"') < 2 for n in "123"))  # what lxml cannot see
    theirs = dom4j.invoke({"in": document, "expression": expression})
    ours = find(run, expression, document)
    assert ours["nodelist"] == theirs["texts"]
    assert ours["nodelistAsXML"] == theirs["xml"]

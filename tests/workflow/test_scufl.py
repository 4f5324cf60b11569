"""Taverna 1 documents become the workflows that Taverna 2 made of them."""

from __future__ import annotations

import pytest

from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.workflow.depths import output_depths
from taverna_server.workflow.model import (
    ControlLink,
    Cross,
    Dot,
    Endpoint,
    PortNode,
    Processor,
    Retry,
    Workflow,
)
from taverna_server.workflow.problems import check
from taverna_server.workflow.scufl import read_scufl

from .scufl_documents import JAVA, beanshell, link, local, nested, processor, scufl, sink, source


def read(*parts: str, title: str = "") -> Workflow:
    return read_scufl(scufl(*parts, title=title))


def only(*parts: str) -> Processor:
    """The processor 'P' of a workflow of these parts."""
    return read(*parts).top.processor("P")


def test_links_in_both_spellings_are_read() -> None:
    new = [link("in -> P:string1"), link("P:output -> out")]
    old = [
        "<s:link><s:input>P:string1</s:input><s:output>in</s:output></s:link>",
        "<s:link><s:input>out</s:input><s:output>P:output</s:output></s:link>",
    ]
    step = processor("P", local("StringConcat"))
    assert read(step, *new).top.datalinks == read(step, *old).top.datalinks
    assert read(step, *new).top.datalinks[0].sink == Endpoint("P", "string1")


def test_only_ports_in_use_are_ports() -> None:
    step = only(source("a"), processor("P", local("StringConcat")), link("a -> P:string1"))
    assert [port.name for port in step.inputs] == ["string1"]
    assert step.outputs == ()


def test_local_workers_have_the_depths_of_their_ports() -> None:
    workflow = read(
        source("text"), sink("parts"), processor("P", local("SplitByRegex")),
        link("text -> P:string"), link("P:split -> parts"),
    )  # fmt: skip
    assert check(workflow) == []
    assert output_depths(workflow) == {"parts": 1}


def test_flatten_list_takes_as_many_levels_as_it_says() -> None:
    levels = '<s:extensions><s:flattenlist s:depth="3"/></s:extensions>'
    worker = f"<s:local>{JAVA}FlattenList{levels}</s:local>"
    step = only(source("a"), processor("P", worker), link("a -> P:inputlist"))
    assert step.inputs[0].depth == 3


def test_syntactic_types_say_how_deep_lists_are() -> None:
    script = beanshell("n = words.size();", {"words": "l('text/plain')"}, {"n": "'text/plain'"})
    lists = "<s:mimeTypes><s:mimeType>l(l('text/plain'))</s:mimeType></s:mimeTypes>"
    workflow = read(
        source("words", f"<s:metadata>{lists}</s:metadata>"), sink("n"), processor("P", script),
        link("words -> P:words"), link("P:n -> n"),
    )  # fmt: skip
    assert workflow.top.inputs[0].depth == 2
    assert workflow.top.processor("P").inputs[0].depth == 1
    assert output_depths(workflow) == {"n": 1}


def test_default_of_an_unbound_port_becomes_a_constant() -> None:
    defaults = '<s:defaults><s:default name="seperator">, </s:default></s:defaults>'
    workflow = read(
        source("a"), processor("P", defaults + local("StringListMerge")), link("a -> P:stringlist")
    )
    constant = workflow.top.processor("P_seperator_defaultValue")
    assert constant.activities[0].config is not None
    assert constant.activities[0].config.text_of("value") == ", "
    assert workflow.top.datalinks[-1].sink == Endpoint("P", "seperator")
    assert check(workflow) == []


def test_default_of_a_bound_port_is_left_out() -> None:
    defaults = '<s:defaults><s:default name="string1">x</s:default></s:defaults>'
    workflow = read(
        source("a"), processor("P", defaults + local("StringConcat")), link("a -> P:string1")
    )
    assert [step.name for step in workflow.top.processors] == ["P"]


def test_names_lose_what_taverna_2_refuses_and_stay_different() -> None:
    workflow = read(
        source("my in"), link("my in -> a b:string1"),
        processor("a b", local("StringConcat")), processor("ab", local("EchoList")),
    )  # fmt: skip
    assert [port.name for port in workflow.top.inputs] == ["myin"]
    assert [step.name for step in workflow.top.processors] == ["ab", "ab_2"]
    assert workflow.top.datalinks[0].sink == Endpoint("ab", "string1")


def test_port_keeps_the_name_its_activity_knows() -> None:
    worker = "<s:local>net.sourceforge.taverna.scuflworkers.xml.XPathTextWorker</s:local>"
    step = only(source("x"), processor("P", worker), link("x -> P:xml-text"))
    assert step.inputs[0].name == "xmltext"
    assert step.activities[0].input_map == {"xmltext": "xml-text"}


def test_merge_keeps_the_order_of_links_and_others_are_a_problem() -> None:
    step = processor(
        "P", local("StringListMerge") + '<s:mergemode input="stringlist" mode="merge"/>'
    )
    links = [link("b -> P:stringlist"), link("a -> P:stringlist")]
    merged = read(source("a"), source("b"), step, *links)
    assert [(end.source.port, end.merge_position) for end in merged.top.datalinks] == [
        ("b", 0),
        ("a", 1),
    ]
    plain = read(source("a"), source("b"), processor("P", local("StringListMerge")), *links)
    assert "has 2 incoming links that are not merged" in check(plain)[0]


def test_sink_merges_where_it_says_so() -> None:
    merging = '<s:sink name="out" mode="merge"/>'
    workflow = read(source("a"), source("b"), merging, link("a -> out"), link("b -> out"))
    assert output_depths(workflow) == {"out": 1}


def test_iteration_is_a_cross_product_unless_said_otherwise() -> None:
    parts = [source("a"), source("b"), link("a -> P:string1"), link("b -> P:string2")]
    strategy = (
        '<s:iterationstrategy><i:dot xmlns:i="http://org.embl.ebi.escience/xscufliteration/0.1beta10">'
        '<i:iterator name="string2"/><i:iterator name="string1"/><i:iterator name="gone"/></i:dot>'
        "</s:iterationstrategy>"
    )
    nodes = PortNode("string1"), PortNode("string2")
    assert only(*parts, processor("P", local("StringConcat"))).strategies == (Cross(nodes),)
    dotted = only(*parts, processor("P", local("StringConcat") + strategy))
    assert dotted.strategies == (Dot(nodes[::-1]),)


def test_strategy_that_leaves_a_port_out_is_crossed_with_it() -> None:
    strategy = "<s:iterationstrategy><iterator name='string1'/></s:iterationstrategy>"
    step = only(
        source("a"), source("b"), link("a -> P:string1"), link("b -> P:string2"),
        processor("P", local("StringConcat") + strategy),
    )  # fmt: skip
    assert step.strategies == (Cross((PortNode("string1"), PortNode("string2"))),)


def test_retries_and_workers_become_layers() -> None:
    kind = '<s:local maxretries="3" retrydelay="1000" retrybackoff="2" critical="true">X</s:local>'
    dispatch = only(processor("P", kind, workers="4")).dispatch
    assert dispatch.max_jobs == 4
    assert dispatch.retry == Retry(3, 1000, 8000, 2.0)


def test_coordination_becomes_a_control_link() -> None:
    rule = (
        "<s:coordination name='c'><s:condition><s:state>Completed</s:state><s:target>A</s:target>"
        "</s:condition><s:action><s:target>B</s:target><s:statechange><s:from>Scheduled</s:from>"
        "<s:to>Running</s:to></s:statechange></s:action></s:coordination>"
    )
    steps = [processor("A", local("EchoList")), processor("B", local("EchoList"))]
    assert read(*steps, rule).top.control_links == (ControlLink("A", "B"),)


def test_alternates_have_maps_of_their_own() -> None:
    alternate = (
        "<s:alternate><s:arbitrarywsdl><s:wsdl>http://localhost/x</s:wsdl>"
        "<s:operation>cat</s:operation></s:arbitrarywsdl>"
        "<s:inputmap key='string1' value='left'/><s:outputmap key='output' value='both'/>"
        "</s:alternate>"
    )
    step = only(
        source("a"), sink("o"), processor("P", local("StringConcat") + alternate),
        link("a -> P:string1"), link("P:output -> o"),
    )  # fmt: skip
    first, second = step.activities
    assert (first.kind, second.kind) == ("localworker", "wsdl")
    assert second.input_map == {"string1": "left"}
    assert second.output_map == {"both": "output"}


def test_nested_workflows_are_read_with_their_own_names() -> None:
    inner = nested(
        source("x"), sink("y"), processor("P", local("SplitByRegex")),
        link("x -> P:string"), link("P:split -> y"),
    )  # fmt: skip
    workflow = read(
        source("a"), sink("o"), sink("p"), processor("P", inner), processor("Q", inner),
        link("a -> P:x"), link("P:y -> o"), link("a -> Q:x"), link("Q:y -> p"),
    )  # fmt: skip
    assert check(workflow) == []
    assert output_depths(workflow) == {"o": 1, "p": 1}
    assert len(workflow.nested) == 2


def test_workflow_at_another_place_is_described_and_not_fetched() -> None:
    remote = "<s:workflow><s:xscufllocation>http://localhost/w.xml</s:xscufllocation></s:workflow>"
    activity = only(processor("P", remote)).activities[0]
    assert activity.kind == "workflow"
    assert activity.config is not None
    assert activity.config.text_of("xscufllocation") == "http://localhost/w.xml"


@pytest.mark.parametrize(
    ("kind", "element"),
    [
        ("wsdl", "<s:arbitrarywsdl><s:wsdl>u</s:wsdl></s:arbitrarywsdl>"),
        ("soaplab", "<s:soaplabwsdl interval='1'>http://localhost/</s:soaplabwsdl>"),
        ("biomoby", "<s:biomobywsdl><s:mobyEndpoint>u</s:mobyEndpoint></s:biomobywsdl>"),
        ("biomobyobject", "<s:biomobyobject/>"),
        ("mobyparsedatatype", "<s:biomobyparser/>"),
        ("apiconsumer", "<s:apiconsumer><s:classname>X</s:classname></s:apiconsumer>"),
        ("biomart", "<s:biomart><q:MartQuery xmlns:q='q'><q:Query/></q:MartQuery></s:biomart>"),
        ("rshell", "<s:rshell s:hostname='h'>x</s:rshell>"),
        ("abstractprocessor", "<s:abstractprocessor/>"),
        ("talisman", "<s:talisman><s:tscript>u</s:tscript></s:talisman>"),
        ("seqhound", "<s:seqhound/>"),
        ("inferno", "<s:inferno/>"),
        ("notification", "<s:notification/>"),
    ],
)  # fmt: skip
def test_every_kind_is_read(kind: str, element: str) -> None:
    assert only(processor("P", element)).activities[0].kind == kind


def test_splitter_takes_its_ports_from_its_type() -> None:
    types = (
        "<s:extensions><s:complextype name='order'><s:elements>"
        "<s:basetype name='id' typename='string'/><s:arraytype name='lines'><s:elementtype>"
        "<s:basetype typename='string'/></s:elementtype></s:arraytype>"
        "</s:elements></s:complextype></s:extensions>"
    )
    step = only(
        source("a"), source("b"), sink("o"),
        link("a -> P:id"), link("b -> P:lines"), link("P:output -> o"),
        processor("P", f"<s:local>{JAVA}XMLInputSplitter{types}</s:local>"),
    )  # fmt: skip
    assert step.activities[0].kind == "xmlinputsplitter"
    assert {port.name: port.depth for port in step.inputs} == {"id": 0, "lines": 1}
    assert step.activities[0].config is not None
    assert 'typename="string"' in step.activities[0].config.text_of("wrappedTypeXML")


def test_description_is_kept() -> None:
    said = read(title="My title").top
    assert (said.name, said.id) == ("My title", "abc")
    assert (said.annotations.title, said.annotations.author) == ("My title", "me")
    assert said.annotations.description == "What it is for."


def test_all_faults_are_reported_together() -> None:
    with pytest.raises(WorkflowInvalid) as caught:
        read("<s:link source='a'/>", "<s:processor name='P'/>", "<s:processor/>", "<s:source/>")
    assert len(caught.value.problems) == 4
    assert all(problem.startswith("line ") for problem in caught.value.problems)


def test_nesting_has_a_limit() -> None:
    inner = local("EchoList")
    for _ in range(70):
        inner = nested(processor("P", inner))
    with pytest.raises(WorkflowInvalid, match="nested deeper than 64 workflows"):
        read(processor("P", inner))


def test_other_documents_are_not_scufl() -> None:
    with pytest.raises(MalformedDocument):
        read_scufl(b"<scufl/>")

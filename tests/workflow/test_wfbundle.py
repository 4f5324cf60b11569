"""Workflow bundles: what goes in comes out, also of bundles that others wrote."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from taverna_server.errors import WorkflowInvalid
from taverna_server.workflow.depths import output_depths
from taverna_server.workflow.model import (
    Annotations,
    Dataflow,
    DataLink,
    Endpoint,
    Port,
    Processor,
    Retry,
    Workflow,
)
from taverna_server.workflow.problems import check
from taverna_server.workflow.reading import WFBUNDLE, as_wfbundle, format_of, read_interface
from taverna_server.workflow.scufl import read_scufl
from taverna_server.workflow.t2flow import read_ports, read_t2flow
from taverna_server.workflow.wfbundle import read_wfbundle, write_wfbundle

from ..corpus import FILES, needs_corpus
from ..example_workflows import EXAMPLES, Example
from .bundles import changed, entries, foreign, with_json
from .documents import dataflow, document, nested_activity, processor
from .scufl_documents import greetings

SCRIPT = "profile/unspecified/configuration/Statistics.json"


def through(workflow: Workflow) -> Workflow:
    return read_wfbundle(write_wfbundle(workflow))


def example(name: str) -> bytes:
    return next(found for found in EXAMPLES if found.name == name).document


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example_goes_through_a_bundle_unchanged(example: Example) -> None:
    workflow = read_t2flow(example.document)
    assert through(workflow) == workflow


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published_workflow_goes_through_a_bundle_unchanged(path: Path) -> None:
    workflow = read_t2flow(path.read_bytes())
    assert through(workflow) == workflow


def test_scufl_goes_through_a_bundle_unchanged() -> None:
    workflow = read_scufl(greetings())
    assert through(workflow) == workflow


def test_odd_names_go_through_a_bundle_unchanged() -> None:
    odd, worse = "a/b \u00fc?#%2F&<:]\r]>", ".."
    step = Processor(odd, (Port(worse, 1, 1),), (Port("in/out"),), ())
    links = (
        DataLink(Endpoint(None, worse), Endpoint(odd, worse)),
        DataLink(Endpoint(odd, "in/out"), Endpoint(None, "'x'"), 0),
    )
    ports = (Port(worse, 2, 1, Annotations('"\\\n', semantic=("<> a <x>.",))),)
    flow = Dataflow("id/../x", "../..", ports, (Port("'x'"),), (step,), links)
    assert through(Workflow(flow)) == Workflow(flow)


def test_links_to_nothing_go_through_a_bundle_unchanged() -> None:
    links = (DataLink(Endpoint(None, "0"), Endpoint("in", "processor")),)
    flow = Dataflow("id", "processor", (), (), (), links)
    assert through(Workflow(flow)) == Workflow(flow)


def test_workflows_of_the_same_name_are_kept_apart() -> None:
    inner = dataflow("", "o", [processor("P")], ["P.o -> o"], name="W", role="nested", id="two")
    top = dataflow("", "o", [processor("Q", activity=nested_activity("two"))], ["Q.o -> o"])
    workflow = read_t2flow(document(top, inner))
    assert through(workflow) == workflow
    assert {"workflow/W.rdf", "workflow/W_2.rdf"} <= entries(write_wfbundle(workflow)).keys()


def test_bundle_is_packed_as_clients_expect() -> None:
    bundle = as_wfbundle(example("beanshell"))
    first = zipfile.ZipFile(BytesIO(bundle)).infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert bundle[30:38] == b"mimetype"
    assert bundle[38 : 38 + len(WFBUNDLE)] == WFBUNDLE.encode()
    assert any(name.startswith("history/") for name in entries(bundle))
    assert format_of(bundle) == WFBUNDLE


def test_bundle_is_the_same_each_time() -> None:
    assert as_wfbundle(example("nested_workflow")) == as_wfbundle(example("nested_workflow"))


def test_json_is_as_taverna_3_writes_it() -> None:
    files = entries(as_wfbundle(example("beanshell")))
    data = json.loads(files[SCRIPT])
    assert "numbers" in data["script"]
    assert data["classLoaderSharing"] == "workflow"


def test_script_that_another_program_changed_is_the_one_that_counts() -> None:
    bundle = with_json(as_wfbundle(example("beanshell")), SCRIPT, script="x = 1;")
    activity = read_wfbundle(bundle).top.processor("Statistics").activities[0]
    assert activity.config is not None
    assert activity.config.text_of("script") == "x = 1;"
    assert [port.name for port in activity.inputs] == ["numbers", "unit"]


def test_ports_are_described_as_those_of_the_document() -> None:
    source = example("partial_failure")
    assert read_interface(as_wfbundle(source)) == read_ports(source)


def test_foreign_bundle_is_read() -> None:
    workflow = read_wfbundle(foreign())
    step = workflow.top.processor("Greet")
    activity = step.activities[0]
    assert check(workflow) == []
    assert (activity.kind, activity.input_map) == ("beanshell", {"name": "person"})
    assert activity.config is not None
    assert activity.config.text_of("script") == 'hello = "Hello, " + person;'
    assert (step.dispatch.max_jobs, step.dispatch.retry) == (3, Retry(2, 10))
    assert output_depths(workflow) == {"all": 2}


def test_places_in_a_merge_are_counted_from_0() -> None:
    merged = {
        (end.source.processor, end.merge_position)
        for end in read_wfbundle(foreign()).top.datalinks
        if end.sink.processor is None
    }
    assert merged == {(None, 0), ("Greet", 1)}


def test_annotations_of_others_are_read() -> None:
    note = (
        '<annotation><oa:Annotation xmlns:oa="http://www.w3.org/ns/oa#" rdf:about="annotation/1/">'
        '<oa:hasTarget rdf:resource="workflow/Hello/in/who"/>'
        '<oa:hasBody rdf:resource="annotation/1.ttl"/></oa:Annotation></annotation>'
        "</WorkflowBundle>"
    )
    turtle = (
        b"@prefix dct: <http://purl.org/dc/terms/> .\n"
        b'<../workflow/Hello/in/who> dct:description """Who is\ngreeted"""@en .'
    )
    main = entries(foreign())["workflowBundle.rdf"].decode()
    files = {"workflowBundle.rdf": main.replace("</WorkflowBundle>", note).encode()}
    ports = read_interface(changed(foreign(), files | {"annotation/1.ttl": turtle})).inputs
    assert ports[0].annotations.description == "Who is\ngreeted"
    tagged = changed(foreign(), files | {"annotation/1.ttl": b"<> a <http://example.org/Name> ."})
    assert read_interface(tagged).inputs[0].annotations.semantic == (
        "<> a <http://example.org/Name> .",
    )
    broken = changed(foreign(), files | {"annotation/1.ttl": b"<> a"})
    assert read_interface(broken).inputs[0].annotations.semantic == ("<> a",)


def test_loop_with_the_xml_of_an_activity_is_read() -> None:
    condition = "<activity><class>a.BeanshellActivity</class><inputMap/><outputMap/></activity>"
    name = "profile/server/configuration/greet-proc.json"
    bundle = with_json(foreign(), name, loop={"runFirst": False, "conditionXML": condition})
    loop = read_wfbundle(bundle).top.processor("Greet").dispatch.loop
    assert loop is not None
    assert (loop.condition.kind, loop.run_first) == ("beanshell", False)


def test_all_faults_are_reported_together() -> None:
    files = entries(foreign())
    graph = files["workflow/Hello.rdf"].replace(b"<portDepth>1<", b"<portDepth>many<")
    profile = files["profile/server.rdf"].replace(b'"activity/a/"/>\n<bind', b'"none/"/>\n<bind')
    layers = b'{"retry": {"maxRetries": "often"}}'
    bundle = changed(
        foreign(),
        {
            "workflow/Hello.rdf": graph,
            "profile/server.rdf": profile,
            "profile/server/configuration/greet-proc.json": layers,
            "profile/server/configuration/a.json": b"[]",
        },
    )
    with pytest.raises(WorkflowInvalid) as caught:
        read_wfbundle(bundle)
    assert len(caught.value.problems) == 4


def test_bundle_without_main_workflow_is_invalid() -> None:
    main = entries(foreign())["workflowBundle.rdf"]
    start, end = main.index(b"<workflow>"), main.index(b"</workflow>") + len("</workflow>")
    with pytest.raises(WorkflowInvalid, match="no main workflow"):
        read_wfbundle(changed(foreign(), {"workflowBundle.rdf": main[:start] + main[end:]}))


def test_workflow_that_executes_itself_is_refused() -> None:
    name = "profile/server/configuration/a.json"
    own = {"class": "x.DataflowActivity"}
    own["nested"] = "28f7c554"
    bundle = with_json(foreign(), name, t2flow=own, nestedWorkflow="workflow/Hello/")
    with pytest.raises(WorkflowInvalid, match="itself a part of"):
        read_wfbundle(bundle)
    bundle = with_json(foreign(), name, t2flow=own)
    with pytest.raises(WorkflowInvalid, match="not in the document"):
        read_wfbundle(bundle)

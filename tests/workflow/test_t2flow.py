"""Documents of every version become the model; faults are reported together."""

from __future__ import annotations

import pickle
from html import escape
from pathlib import Path

import pytest

from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.workflow.model import Endpoint, PortNode, Retry
from taverna_server.workflow.t2flow import read_ports, read_t2flow

from .documents import (
    ACTIVITY,
    annotation,
    dataflow,
    document,
    layer,
    nested_activity,
    processor,
)

MALFORMED = Path(__file__).parents[1] / "malformed"


def test_reads_ports_with_their_depths() -> None:
    top = read_t2flow(document(dataflow("a b:2:1", "out", links=["a -> out"]))).top
    assert [(p.name, p.depth, p.granular_depth) for p in top.inputs] == [("a", 0, 0), ("b", 2, 1)]
    assert [p.name for p in top.outputs] == ["out"]


def test_reads_links_and_their_places_in_a_merge() -> None:
    links = ["a => P.i", "a -> out", "b => P.i"]
    top = read_t2flow(document(dataflow("a b", "out", [processor("P", "i:1")], links))).top
    assert [link.merge_position for link in top.datalinks] == [0, None, 1]
    assert top.datalinks[2].source == Endpoint(None, "b")
    assert top.datalinks[2].sink == Endpoint("P", "i")


def test_merge_without_a_processor_ends_at_a_workflow_output() -> None:
    top = read_t2flow(document(dataflow("a", "out", links=["a => out"]))).top
    assert top.datalinks[0].sink == Endpoint(None, "out")


def test_reads_control_links() -> None:
    steps = [processor("A"), processor("B")]
    top = read_t2flow(document(dataflow("", "", steps, controls=["A B"]))).top
    assert (top.control_links[0].control, top.control_links[0].target) == ("A", "B")


@pytest.mark.parametrize("empty", ["", "X()", "D()"])
def test_empty_strategies_mean_no_iteration(empty: str) -> None:
    top = read_t2flow(document(dataflow("", "", [processor("A", iterate=empty)]))).top
    assert top.processor("A").strategies == ()


def test_reads_nested_strategies() -> None:
    step = processor("A", "a b c:1", iterate="X(a,D(b,c:1))")
    (strategy,) = read_t2flow(document(dataflow("", "", [step]))).top.processor("A").strategies
    assert type(strategy).__name__ == "Cross"
    assert strategy.children[0] == PortNode("a", 0)
    assert strategy.children[1].children == (PortNode("b", 0), PortNode("c", 1))


def test_reads_dispatch_layers() -> None:
    retry = "<backoffFactor>1.5</backoffFactor><maxRetries>3</maxRetries>"
    layers = (
        layer("Parallelize", "ParallelizeConfig", "<maxJobs>4</maxJobs>")
        + layer("ErrorBounce")
        + layer("Retry", "RetryConfig", retry)
        + layer("Mystery")
    )
    stack = read_t2flow(document(dataflow("", "", [processor("A", layers=layers)]))).top
    found = stack.processor("A").dispatch
    assert found.max_jobs == 4
    assert found.retry == Retry(3, 1000, 5000, 1.5)
    assert [name.rpartition(".")[2] for name in found.unknown_layers] == ["Mystery"]


def test_reads_the_condition_of_a_loop() -> None:
    fields = f"<conditionXML>{escape(ACTIVITY.strip())}</conditionXML><runFirst>false</runFirst>"
    step = processor("A", layers=layer("Loop", "LoopConfiguration", fields))
    loop = read_t2flow(document(dataflow("", "", [step]))).top.processor("A").dispatch.loop
    assert loop is not None
    assert not loop.run_first
    assert loop.condition.kind == "stringconstant"


def test_loop_that_was_never_set_up_is_none() -> None:
    step = processor("A", layers=layer("Loop", "LoopConfiguration", "<properties/>"))
    assert read_t2flow(document(dataflow("", "", [step]))).top.processor("A").dispatch.loop is None


def test_nested_dataflows_are_found_by_id() -> None:
    inner = dataflow("", "o", name="W", role="nested", id="inner")
    outer = dataflow("", "", [processor("N", activity=nested_activity("inner"))])
    workflow = read_t2flow(document(outer, inner))
    assert workflow.top.processor("N").nested == ("inner",)
    assert workflow.nested["inner"].name == "W"


def test_classes_may_lack_their_package() -> None:
    activity = ACTIVITY.replace("net.sf.taverna.t2.", "")
    top = read_t2flow(document(dataflow("", "", [processor("A", activity=activity)]))).top
    assert top.processor("A").activities[0].kind == "stringconstant"


def test_latest_annotation_wins() -> None:
    chains = annotation("DescriptiveTitle", "new", "2012-03-01 10:00:00.5 EST") + annotation(
        "DescriptiveTitle", "old", "2012-03-01 14:00:00.0 UTC"
    )
    chains += annotation("SemanticAnnotation", escape("<> a 1 ."))
    notes = f"<annotations>{chains}</annotations>"
    found = read_ports(document(dataflow("a", "", annotations=notes))).annotations
    assert found.title == "new"
    assert found.semantic == ("<> a 1 .",)


def test_model_can_be_sent_to_another_process() -> None:
    workflow = read_t2flow(document(dataflow("a", "o", [processor("P")], ["P.o -> o"])))
    assert pickle.loads(pickle.dumps(workflow)) == workflow


def test_all_problems_come_together_with_their_lines() -> None:
    broken = document(
        dataflow("a:many:0", "a a", [processor("A", activity=nested_activity("nowhere"))])
    )
    with pytest.raises(WorkflowInvalid) as caught:
        read_t2flow(broken)
    assert caught.value.problems == (
        "line 1: 2 times output port 'a'",
        "line 2: 'many' is not a depth",
        "line 6: processor 'A' executes the dataflow 'nowhere', which is not in the document",
    )


def test_ports_are_found_in_a_workflow_that_cannot_run() -> None:
    broken = document(dataflow("a:1", "o", [processor("A", activity="<activity/>")]))
    found = read_ports(broken)
    assert (found.inputs[0].name, found.inputs[0].depth, found.outputs[0].name) == ("a", 1, "o")
    with pytest.raises(WorkflowInvalid, match="<activity> has no <class>"):
        read_t2flow(broken)


@pytest.mark.parametrize("path", sorted(MALFORMED.glob("*.t2flow")), ids=lambda path: path.stem)
def test_malformed_document_is_refused(path: Path) -> None:
    """``<fault>.expected`` holds what the one sentence must contain."""
    expected = (path.with_suffix(".expected")).read_text().strip()
    with pytest.raises((MalformedDocument, WorkflowInvalid)) as caught:
        read_t2flow(path.read_bytes())
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)

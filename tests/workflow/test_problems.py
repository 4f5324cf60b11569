"""Everything that keeps a workflow from running is reported, and nothing twice."""

from __future__ import annotations

import pytest

from taverna_server.errors import WorkflowInvalid
from taverna_server.workflow.problems import check, require_valid
from taverna_server.workflow.t2flow import read_t2flow

from .documents import dataflow, document, nested_activity, processor

P = processor("P", "i")
THROUGH = ["a -> P.i", "P.o -> out"]
A, B, C = (processor(name, "i") for name in "ABC")


def problems(*args: object, **kwargs: object) -> list[str]:
    """Without the lines, which depend on how the document is put together."""
    found = check(read_t2flow(document(dataflow(*args, **kwargs))))  # type: ignore[arg-type]
    return [sentence.partition(": ")[2] for sentence in found]


def test_sound_workflow_has_none() -> None:
    assert problems("a", "out", [P], THROUGH) == []


def test_passing_an_input_through_is_sound() -> None:
    assert problems("a", "out", links=["a -> out"]) == []


def test_workflow_without_outputs_may_do_something() -> None:
    assert problems("", "", [processor("P")]) == []


@pytest.mark.parametrize(
    ("links", "sentence"),
    [
        (["P.o -> out"], "'P.i' has no incoming link"),  # H9
        (["a -> P.i"], "the workflow output 'out' has no incoming link"),  # H12
        ([*THROUGH, "b -> P.i"], "'P.i' has 2 incoming links that are not merged"),  # G10
        ([*THROUGH, "b => P.i"], "'P.i' has links that are merged and links that are not"),
        (["b => P.i", *THROUGH], "'P.i' has links that are merged and links that are not"),
        ([*THROUGH, "c -> out2"], "a link comes from the workflow input 'c', which does not exist"),
        ([*THROUGH, "P.z -> out2"], "a link comes from 'P.z', which does not exist"),
        ([*THROUGH, "a -> Q.i"], "a link goes to 'Q.i', which does not exist"),
        (
            [*THROUGH, "a -> gone"],
            "a link goes to the workflow output 'gone', which does not exist",
        ),
        (
            ["a => P.i", "l => P.i", "P.o -> out"],
            "the values merged at 'P.i' differ in depth: 0, 1 in the order of the links",
        ),  # G6
    ],
)
def test_link_fault_is_named(links: list[str], sentence: str) -> None:
    outputs = "out out2" if "out2" in " ".join(links) else "out"
    assert problems("a b l:1", outputs, [P], links) == [sentence]


def test_workflow_without_anything_is_incomplete() -> None:
    """Case H10."""
    assert problems("a") == ["the workflow has neither processors nor outputs"]


def test_circle_is_shown() -> None:
    """Case H11."""
    links = ["A.o -> B.i", "B.o -> A.i", "B.o -> C.i", "C.o -> out"]
    (sentence,) = problems("", "out", [A, B, C], links)
    assert sentence in (
        "data would flow in a circle: A -> B -> A",
        "data would flow in a circle: B -> A -> B",
    )


def test_every_circle_is_shown() -> None:
    assert len(problems("", "", [A, B], ["A.o -> A.i", "B.o -> B.i"])) == 2


def test_control_link_against_the_data_is_a_circle() -> None:
    (sentence,) = problems("a", "", [A, B], ["a -> A.i", "A.o -> B.i"], ["B A"])
    assert sentence.startswith("processors wait for each other: ")


def test_control_link_needs_both_processors() -> None:
    assert problems("a", "out", [P], THROUGH, ["P Q"]) == [
        "a control link names the processor 'Q', which does not exist"
    ]


@pytest.mark.parametrize(
    ("inputs", "iterate"),
    [("a b:1 c", "D(a,b)"), ("a:2 b:1 c", "D(a,b)"), ("a:1 b:1 c:1", "D(a,X(b,c))")],
    ids=["C7", "C12", "D3"],
)
def test_dot_product_of_unequal_depths_is_refused(inputs: str, iterate: str) -> None:
    names = [name for name in "abc" if name in iterate]
    step = processor("P", " ".join(names), iterate=iterate)
    links = [*(f"{name} -> P.{name}" for name in names), "P.o -> out"]
    (sentence,) = problems(inputs, "out", [step], links)
    assert "'P': a dot product joins inputs that iterate to different depths" in sentence


@pytest.mark.parametrize(
    ("iterate", "sentence"),
    [
        ("", "processor 'P' has inputs but no iteration strategy"),
        ("X(i,j)", "processor 'P': its iteration strategy names 'j', which is no input"),
        ("X(i,i)", "processor 'P': its iteration strategy names the input 'i' 2 times"),
    ],
)
def test_strategy_has_the_ports_of_the_processor(iterate: str, sentence: str) -> None:
    assert problems("a", "out", [processor("P", "i", iterate=iterate)], THROUGH) == [sentence]


def test_processor_needs_an_activity() -> None:
    assert problems("a", "out", [processor("P", "i", activity="")], THROUGH) == [
        "processor 'P' has no activity"
    ]


def test_fault_inside_is_reported_with_the_name_of_the_nested_workflow() -> None:
    inner = dataflow("", "o", name="Inner", role="nested", id="inner")
    unused = dataflow("", "", name="Unused", role="nested", id="unused")
    step = processor("N", activity=nested_activity("inner"))
    outer = dataflow("", "out", [step], ["N.o -> out"])
    found = check(read_t2flow(document(outer, inner, unused)))
    assert [sentence.partition(": in ")[2] for sentence in found] == [
        "'Inner': the workflow output 'o' has no incoming link"
    ]


def test_workflows_that_double_at_every_level_are_too_many() -> None:
    """Twenty levels in 32 kB: a million processors, and gigabytes of the engine's memory."""
    levels = [_doubled(f"level{n}", f"level{n + 1}") for n in range(20)]
    end = dataflow("", "o", [processor("C")], ["C.o -> o"], role="nested", id="level20")
    top = _doubled("top", "level0").replace('role="nested"', 'role="top"')
    with pytest.raises(WorkflowInvalid, match="it has more than 10,000 processors"):
        read_t2flow(document(top, *levels, end))
    assert check(read_t2flow(document(top.replace("level0", "level12"), *levels[12:], end))) == []


def _doubled(name: str, inner: str) -> str:
    steps = [processor(step, activity=nested_activity(inner)) for step in "MN"]
    return dataflow("", "o", steps, ["N.o -> o"], role="nested", id=name)


def test_all_problems_are_raised_together_by_line() -> None:
    workflow = read_t2flow(document(dataflow("a", "x y", [P])))
    with pytest.raises(WorkflowInvalid) as caught:
        require_valid(workflow)
    lines = [
        int(sentence.split(":")[0].removeprefix("line ")) for sentence in caught.value.problems
    ]
    assert len(lines) == 3
    assert lines == sorted(lines)

"""Cases H2 to H8: from what a run was given to values at the ports."""

from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.data.baclava import write_baclava
from taverna_server.data.rundir import RunOrder
from taverna_server.data.values import FileValue
from taverna_server.engines.taverna.inputs import java_split, read_inputs
from taverna_server.engines.taverna.plan import DataflowPlan, plan_workflow
from taverna_server.errors import WorkflowInvalid
from taverna_server.model.run import RunInput
from tests.engines.taverna.building import flow, plain, value

SPLITS = [
    ("H4", "a,b,,", ",", ["a", "b"]),
    ("H5", "abc", "|", ["a", "b", "c"]),
    ("H6", "", ",", [""]),
    ("only delimiters", ",,,", ",", []),
    ("at the start", ",a", ",", ["", "a"]),
    ("none", "abc", ",", ["abc"]),
    ("any character", "abc", ".", []),
    ("line ends", "a\nb\n", "\n", ["a", "b"]),
    ("the end", "abc", "$", ["abc"]),
    ("the beginning", "abc", "^", ["abc"]),
]


@pytest.mark.parametrize(("case", "text", "delimiter", "parts"), SPLITS)
def test_delimiter_splits_as_java_does(
    case: str, text: str, delimiter: str, parts: list[str]
) -> None:
    assert java_split(text, delimiter) == parts


def _plan(**depths: int) -> DataflowPlan:
    return plan_workflow(flow(depths, [], *(f"{name} > {name}" for name in depths))).top


def _order(*inputs: RunInput) -> RunOrder:
    return RunOrder("id", inputs=inputs)


def test_literal_value_is_bytes(tmp_path: Path) -> None:
    """18: on the server every input is bytes."""
    order = _order(RunInput("a", value="fünf"))
    assert read_inputs(order, tmp_path, _plan(a=0), tmp_path) == {"a": "fünf".encode()}


def test_file_is_not_read_into_memory(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"\x00\xff")
    order = _order(RunInput("a", file="in"))
    assert read_inputs(order, tmp_path, _plan(a=0), tmp_path) == {"a": FileValue(tmp_path / "in")}


def test_shallower_value_is_wrapped(tmp_path: Path) -> None:
    """H2"""
    found = read_inputs(_order(RunInput("a", value="x")), tmp_path, _plan(a=2), tmp_path)
    assert plain(found["a"]) == [[b"x"]]


def test_delimited_value_is_a_list_of_texts(tmp_path: Path) -> None:
    """H4, H6; the file of a delimited input is decoded (14)."""
    (tmp_path / "in").write_text("x y")
    order = _order(
        RunInput("a", value="p,q,", delimiter=","), RunInput("b", file="in", delimiter=" ")
    )
    found = read_inputs(order, tmp_path, _plan(a=1, b=2), tmp_path)
    assert {port: plain(item) for port, item in found.items()} == {
        "a": ["p", "q"],
        "b": [["x", "y"]],
    }


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        (_order(RunInput("a", value="x", delimiter=",")), "requires a single item and the data"),
        (_order(), "The number of inputs provided does not match"),
        (_order(RunInput("b", value="x")), "does not contain an input for the port 'a'"),
        (_order(RunInput("a", file="absent")), "Could not read input a"),
        (_order(RunInput("a", file="../secret")), "not in the working directory"),
        (_order(RunInput("a", value="x", delimiter="[")), "cannot be used"),
        (RunOrder("id", baclava_input="absent"), "Could not read the input document"),
    ],
    ids=["H3", "H7", "H7 other", "no file", "elsewhere", "no expression", "no document"],
)
def test_unusable_inputs_are_refused(order: RunOrder, problem: str, tmp_path: Path) -> None:
    with pytest.raises(WorkflowInvalid) as refused:
        read_inputs(order, tmp_path, _plan(a=0), tmp_path)
    assert problem in "\n".join(refused.value.problems)


def test_missing_inputs_are_listed(tmp_path: Path) -> None:
    """H7"""
    with pytest.raises(WorkflowInvalid) as refused:
        read_inputs(_order(RunInput("b", value="x")), tmp_path, _plan(a=0, b=0), tmp_path)
    assert refused.value.problems == (
        "The number of inputs provided does not match the number of input ports.",
        "2 inputs were expected which are:",
        "'a' 'b'",
        "1 inputs were provided which are:",
        "'b'",
    )


def test_document_without_a_used_input_is_refused(tmp_path: Path) -> None:
    """H8: fails at once, where Taverna waited for ever."""
    write_baclava(tmp_path / "in", {"other": "x"})
    with pytest.raises(WorkflowInvalid, match="the input port 'a' has no value"):
        read_inputs(RunOrder("id", baclava_input="in"), tmp_path, _plan(a=0), tmp_path)


def test_document_gives_lists_of_lists(tmp_path: Path) -> None:
    write_baclava(tmp_path / "in", {"a": value([["x"], []], 2)})
    found = read_inputs(RunOrder("id", baclava_input="in"), tmp_path, _plan(a=2), tmp_path)
    assert found == {"a": value([["x"], []], 2)}

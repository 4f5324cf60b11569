"""The examples are sound, described, and complete: other tests run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.data.outputs import OutputList, describe_output
from taverna_server.data.values import depth_of, make_list
from taverna_server.workflow.depths import output_depths
from taverna_server.workflow.problems import check
from taverna_server.workflow.t2flow import read_ports, read_t2flow
from tests.outputtrees import write_output

from ..example_workflows import EXAMPLES, ROOT, Example


@pytest.fixture(params=EXAMPLES, ids=lambda example: example.name)
def example(request: pytest.FixtureRequest) -> Example:
    found: Example = request.param
    return found


def test_example_can_run(example: Example) -> None:
    assert check(read_t2flow(example.document)) == []


def test_example_is_described(example: Example) -> None:
    ports = read_ports(example.document)
    notes = ports.annotations
    assert notes.title
    assert notes.author
    assert notes.description
    assert all(port.annotations.description for port in [*ports.inputs, *ports.outputs])


def test_example_has_a_value_for_every_input(example: Example) -> None:
    expected = {port.name: port.depth for port in read_ports(example.document).inputs}
    assert {port: depth_of(value) for port, value in example.inputs.items()} == expected


def test_example_expects_every_output_at_its_depth(example: Example) -> None:
    for port, depth in output_depths(read_t2flow(example.document)).items():
        found = describe_output(example.folder / "outputs", port)
        assert isinstance(found, OutputList) == (depth > 0), port


def test_every_example_is_in_the_table() -> None:
    table = (ROOT / "README.md").read_text()
    assert [e.name for e in EXAMPLES if f"| `{e.name}` |" not in table] == []


def test_differences_are_found(tmp_path: Path) -> None:
    (tmp_path / "outputs" / "list" / "2").mkdir(parents=True)
    (tmp_path / "outputs" / "list" / "2" / ".gitkeep").touch()
    (tmp_path / "outputs" / "list" / "1").write_text("a")
    write_output(tmp_path / "same", "list", make_list(["a"]))
    (tmp_path / "same" / "list" / "2").mkdir()
    write_output(tmp_path / "other", "list", make_list(["b", "c", "d"]))
    assert Example(tmp_path).differences(tmp_path / "same") == []
    assert Example(tmp_path).differences(tmp_path / "other") == [
        "/list/1: b'b' instead of b'a'",
        "/list/2: a value where a list was expected",
        "/list/3: a value where nothing was expected",
    ]

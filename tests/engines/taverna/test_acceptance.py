"""Acceptance workflows with known results: expected-behaviour-cases L and K25.

L1 to L9 were workflows of the Ruby client's live tests. Those are not at hand;
the ones here have the same ports and do the same. L10 and L11 are the command
line tool's own, from the corpus; L12 is ``test_corpus_runs.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taverna_server.data.baclava import write_baclava
from taverna_server.data.outputs import OutputError, describe_output
from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.taverna.engine import TavernaEngine
from taverna_server.model.run import RunInput
from tests.corpus import CORPUS, needs_corpus
from tests.engines.taverna.building import value
from tests.engines.taverna.scripted import made, one_script, port_map, scripted
from tests.workflow.documents import dataflow, document, processor

COMMAND_LINE = CORPUS / "incubator-taverna-commandline"
MANY = [[["boo"]], [["", "Hello"]], [], [[], ["test"], []]]


def execute(directory: RunDirectory) -> RunDirectory:
    code = TavernaEngine().execute(directory, directory.read_order(), lambda kind, fields: None)
    assert code == 0
    return directory


def tree(path: Path) -> Any:
    """Nested lists of texts; an error document is None."""
    if path.is_dir():
        items = sorted(path.iterdir(), key=lambda item: int(item.name.partition(".")[0]))
        return [tree(item) for item in items]
    return None if path.suffix == ".error" else path.read_text()


def with_document(root: Path, workflow: bytes, values: dict[str, Any]) -> RunDirectory:
    """A run that takes its inputs from a Baclava document."""
    directory = made(root, workflow)
    write_baclava(directory.wd / "in.baclava", values)
    directory.write_order(RunOrder("acceptance", baclava_input="in.baclava"))
    return directory


def test_value_passes_through(tmp_path: Path) -> None:
    """L1"""
    workflow = document(dataflow("IN", "OUT", [], ["IN -> OUT"]))
    run = execute(made(tmp_path, workflow, RunInput("IN", value="Hello, World!")))
    assert tree(run.out / "OUT") == "Hello, World!"


@pytest.mark.parametrize("single", [["1", "2", "3", "4", "5"], []], ids=["L2", "L3"])
def test_empty_lists_pass_through(single: list[str], tmp_path: Path) -> None:
    links = ["SINGLE_IN -> SINGLE", "MANY_IN -> MANY"]
    workflow = document(dataflow("SINGLE_IN:1 MANY_IN:3", "SINGLE MANY", [], links))
    given = {"SINGLE_IN": value(single, 1), "MANY_IN": value(MANY, 3)}
    run = execute(with_document(tmp_path, workflow, given))
    assert tree(run.out / "SINGLE") == single
    assert tree(run.out / "MANY") == MANY
    assert sum(p.stat().st_size for p in (run.out / "MANY").rglob("*") if p.is_file()) == 12


def test_list_and_file_pass_through(tmp_path: Path) -> None:
    """L4"""
    links = ["list_in -> list_out", "singleton_in -> singleton_out"]
    workflow = document(dataflow("list_in:1 singleton_in", "list_out singleton_out", [], links))
    listed = RunInput("list_in", value="one,2,three", delimiter=",")
    directory = made(tmp_path, workflow, listed, RunInput("singleton_in", file="in.txt"))
    (directory.wd / "in.txt").write_text("Hello, World!")
    run = execute(directory)
    assert tree(run.out / "list_out") == ["one", "2", "three"]
    assert tree(run.out / "singleton_out") == "Hello, World!"


XPATH = f"""<activity><class>net.sf.taverna.t2.activities.xpath.XPathActivity</class>
{port_map("inputMap", "xml_text")}{port_map("outputMap", "nodelist")}
<configBean encoding="xstream">
<net.sf.taverna.t2.activities.xpath.XPathActivityConfigurationBean xmlns="">
<xpathExpression>//yes</xpathExpression><xpathNamespaceMap/>
</net.sf.taverna.t2.activities.xpath.XPathActivityConfigurationBean></configBean></activity>"""


def test_nodes_are_found(tmp_path: Path) -> None:
    """L5"""
    step = processor("X", "xml_text", "nodelist:1", activity=XPATH)
    links = ["xml -> X.xml_text", "X.nodelist -> nodes"]
    workflow = document(dataflow("xml", "nodes", [step], links))
    text = "<hello><yes>hello</yes><no>everybody</no><yes>world</yes></hello>"
    run = execute(made(tmp_path, workflow, RunInput("xml", value=text)))
    assert tree(run.out / "nodes") == ["hello", "world"]


def test_trailing_empty_lists_are_lost(tmp_path: Path) -> None:
    """L6, that is bug T2-2100: ten items, none, ten, none give a list of three."""
    ten = [f"item {number}" for number in range(10)]
    outs = ["OUT_1", "OUT_2", "OUT_3"]
    steps = [scripted(f"P{out}", "o = a;", "a") for out in outs]
    links = [link for out in outs for link in (f"IN -> P{out}.a", f"P{out}.o -> {out}")]
    workflow = document(dataflow("IN:2", " ".join(outs), steps, links))
    run = execute(with_document(tmp_path, workflow, {"IN": value([ten, [], ten, []], 2)}))
    assert [tree(run.out / out) for out in outs] == [[ten, [], ten]] * 3


def test_script_that_always_fails_gives_an_error(tmp_path: Path) -> None:
    """L7"""
    script = 'throw new RuntimeException("This script fails!");'
    run = execute(made(tmp_path, one_script(script, "", "OUT")))
    described = describe_output(run.out, "OUT")
    assert isinstance(described, OutputError)
    assert "This script fails!" in (run.out / "OUT.error").read_text()


def test_list_has_values_and_errors_side_by_side(tmp_path: Path) -> None:
    """L8: forty items, a quarter of them errors (every fourth here, by chance there)."""
    script = 'if (Integer.parseInt(a) % 4 == 3) throw new Exception("no"); o = a;'
    workflow = document(
        dataflow("a:1", "OUT", [scripted("P", script, "a")], ["a -> P.a", "P.o -> OUT"])
    )
    items = RunInput("a", value=",".join(map(str, range(40))), delimiter=",")
    run = execute(made(tmp_path, workflow, items))
    expected = [None if number % 4 == 3 else str(number) for number in range(40)]
    assert tree(run.out / "OUT") == expected


def test_disabled_service_gives_an_error_that_says_so(tmp_path: Path) -> None:
    """K25"""
    disabled = b"workflowmodel.processor.activity.DisabledActivity<"
    workflow = one_script("o = 1;").replace(b"activities.beanshell.BeanshellActivity<", disabled)
    run = execute(made(tmp_path, workflow))
    said = "Processor 'P' - Port 'o': The service is not executable"
    assert (run.out / "o.error").read_text().startswith(said)


@needs_corpus
@pytest.mark.parametrize(
    ("case", "name", "inputs", "expected"),
    [
        ("K6", "xpath", {}, "<test-element>test</test-element>"),
        ("L10", "beanshell", {"in": "test"}, [f"test:{number}" for number in range(1000)]),
        ("L11", "in-out", {"in": "abc"}, "abc"),
        ("L11", "localworker", {"in": "x"}, "Hello x"),
        ("L11", "stringconstant", {}, "Test Value"),
    ],
)
def test_workflow_of_the_command_line_tool(
    case: str, name: str, inputs: dict[str, str], expected: Any, tmp_path: Path
) -> None:
    workflow = (COMMAND_LINE / f"{name}.t2flow").read_bytes()
    given = [RunInput(port, value=text) for port, text in inputs.items()]
    run = execute(made(tmp_path, workflow, *given))
    assert tree(run.out / "out") == expected

"""Run bundles of workflows executed here."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Graph

from taverna_server.data.outputs import file_name
from taverna_server.engines.taverna.local import LocalOrder, run_locally
from tests.engines.taverna.scripted import scripted
from tests.example_workflows import EXAMPLES, Example
from tests.provenance.bundles import HALVES, NUMBERS, TAVERNAPROV, WFPROV, Bundle, faults
from tests.workflow.documents import dataflow, document


def run(order: LocalOrder, folder: Path) -> Bundle:
    bundle = folder / "run.bundle.zip"
    assert run_locally(replace(order, output=folder / "out", bundle=bundle)) == 0
    return Bundle(bundle)


def list_of(folder: Path, values: list[str]) -> Path:
    folder.mkdir()
    for number, text in enumerate(values, start=1):
        (folder / str(number)).write_text(text)
    return folder


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("halves")
    numbers = list_of(folder / "numbers", NUMBERS)
    return run(LocalOrder(HALVES, files={"numbers": numbers}), folder)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_bundles_of_all_examples_break_no_rule(example: Example, tmp_path: Path) -> None:
    workflow = example.folder / "workflow.t2flow"
    files = {} if example.baclava else example.input_files
    bundle = run(LocalOrder(workflow, files=files, baclava=example.baclava), tmp_path)
    assert list(faults(bundle)) == []
    given = {name.split("/")[1] for name in bundle.names if name.startswith("inputs/")} - {""}
    assert {name.partition(".")[0] for name in given} == {file_name(p) for p in example.inputs}


def test_a_nested_iterating_partly_failing_run_breaks_no_rule(halves: Bundle) -> None:
    assert list(faults(halves)) == []


def test_empty_list_between_others_is_described_once(tmp_path: Path) -> None:
    lists = 'o = new ArrayList(); o.add(new ArrayList()); o.add(new String[] {"x"});'
    steps = [scripted("L", lists, "", "o:2"), scripted("P", "o = a;", "a")]
    workflow = tmp_path / "gap.t2flow"
    workflow.write_bytes(document(dataflow("", "o", steps, ["L.o -> P.a", "P.o -> o"])))
    bundle = run(LocalOrder(workflow), tmp_path)
    assert list(faults(bundle)) == []
    described = bundle.archive.read("workflowrun.prov.ttl").count(b"prov:EmptyDictionary ;")
    assert described == len(["that of L", "that of P"])


def test_values_and_errors_lie_where_they_belong(halves: Bundle) -> None:
    read = {name: halves.archive.read(name) for name in halves.names if not name.endswith("/")}
    assert read["inputs/numbers/1.txt"] == b"five"
    assert read["outputs/labels/0.txt"] == b"half: 2"
    assert read["outputs/total.txt"] == b"3"
    assert b"\nProcessor 'Label' - Port 'label'" in read["outputs/labels/1.err"]
    assert (
        b"\nCaused by: Processor 'Read' - Port 'value': Line 1: java"
        in read["outputs/labels/1.err"]
    )
    stored = sorted(content for name, content in read.items() if name.startswith("intermediates/"))
    assert [one for one in stored if len(one) < 3] == [b"10", b"2", b"4", b"5"]
    assert [one.split(b"'")[1] for one in stored if len(one) > 3] == [b"Halve", b"Read"]


def test_the_trace_says_who_made_an_output_and_of_what(halves: Bundle) -> None:
    made = halves.ask("Which process run made this output?", PATH="labels/2.txt")
    assert [label for label, _ in made] == ["Processor execution Label"]
    used = halves.ask("Which inputs did it use?", PATH="labels/2.txt")
    assert used == [("half", "http://example.org/bundle/outputs/halves/2.txt")]


def test_the_trace_leads_from_an_output_to_the_inputs(halves: Bundle) -> None:
    title = "Which inputs of the workflow does it come from?"
    assert halves.ask(title, PATH="labels/2.txt") == [
        ("http://example.org/bundle/inputs/numbers/2.txt",)
    ]
    everything = halves.ask(title, PATH="labels/")
    assert everything == [(f"http://example.org/bundle/inputs/numbers/{n}.txt",) for n in range(3)]


def test_the_trace_says_what_failed_first(halves: Bundle) -> None:
    ((label, message),) = halves.ask("What failed first?")
    assert label == "Processor execution Read"
    assert "NumberFormatException" in message


def test_the_trace_keeps_the_order_of_lists(halves: Bundle) -> None:
    rows = halves.ask("What did each processor give, in order?", PATH="labels/")
    endings = [(place, file.rpartition("/")[2]) for _, place, file in rows]
    assert endings == [("0", "0.txt"), ("1", "1.err"), ("2", "2.txt")]


def test_every_iteration_is_a_process_run(halves: Bundle) -> None:
    labels = [
        str(label)
        for run in halves.graph.subjects(RDF.type, WFPROV.ProcessRun)
        for label in halves.graph.objects(run, RDFS.label)
    ]
    counts = {name: labels.count(f"Processor execution {name}") for name in ("Half", "Read")}
    assert counts == {"Half": 3, "Read": 3}


def test_the_checksums_of_the_trace_are_right(halves: Bundle) -> None:
    for place, sha512 in halves.graph[: TAVERNAPROV.sha512 :]:
        content = halves.archive.read(halves.file(place))
        assert hashlib.sha512(content).hexdigest() == str(sha512)


def test_the_workflow_is_in_the_bundle_twice(halves: Bundle) -> None:
    assert halves.archive.read("workflow.t2flow") == HALVES.read_bytes()
    assert halves.archive.read("workflow.wfbundle").startswith(b"PK")


def test_the_annotations_are_turtle(halves: Bundle) -> None:
    for name in halves.names:
        if name.startswith(".ro/annotations/") and name.endswith(".ttl"):
            assert len(Graph().parse(data=halves.archive.read(name), format="turtle"))


def test_the_crate_says_what_failed(halves: Bundle) -> None:
    failed = [one for one in halves.entities().values() if "error" in one]
    assert sorted(one["name"] for one in failed) == [
        "Execution of Half[2]", "Execution of Halve", "Execution of Label[2]", "Execution of Read",
    ]  # fmt: skip
    assert all(one["actionStatus"].endswith("FailedActionStatus") for one in failed)


BEANSHELL = """
zip = new java.util.zip.ZipInputStream(new java.io.FileInputStream("BUNDLE"));
entries = 0;
buffer = new byte[65536];
while ((entry = zip.getNextEntry()) != null) {
    while (zip.read(buffer) > 0) { }
    if (entries++ == 0) print(entry.getName() + " " + entry.getMethod());
}
print(entries);
"""


def test_java_reads_the_bundle_as_a_stream(halves: Bundle, tmp_path: Path) -> None:
    """Through BeanShell, because a JRE has no compiler."""
    script = tmp_path / "entries.bsh"
    script.write_text(BEANSHELL.replace("BUNDLE", str(halves.path)))
    jar = Path("/usr/share/java/bsh.jar")
    if not jar.exists():
        pytest.skip("BeanShell is not among the system's jars")
    done = subprocess.run(
        ["java", "-cp", jar, "bsh.Interpreter", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["mimetype", "0", str(len(halves.names))]

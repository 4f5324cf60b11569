"""A workflow of Taverna 1 runs here, as far as its services do."""

from __future__ import annotations

from pathlib import Path

from taverna_server.engines.taverna.local import LocalOrder, run_locally

from ...workflow.scufl_documents import (
    JAVA,
    beanshell,
    greetings,
    link,
    local,
    processor,
    scufl,
    sink,
    source,
)


def run(document: bytes, inputs: dict[str, str], folder: Path) -> Path:
    (folder / "workflow.xml").write_bytes(document)
    assert run_locally(LocalOrder(folder / "workflow.xml", inputs, output=folder / "out")) == 0
    return folder / "out"


def test_scufl_workflow_runs(tmp_path: Path) -> None:
    out = run(greetings(), {"names": "Ada;Bob", "ends": "!;?"}, tmp_path)
    assert (out / "lines").read_text() == "Hello Ada!\nHello Bob?"
    assert [(out / "all" / str(n)).read_text() for n in (1, 2, 3, 4)] == ["Ada", "Bob", "!", "?"]


def test_local_worker_that_had_no_script_fails_politely(tmp_path: Path) -> None:
    document = scufl(
        source("a"), sink("b"), processor("P", local("PadNumber")),
        link("a -> P:input"), link("P:padded -> b"),
    )  # fmt: skip
    out = run(document, {"a": "7"}, tmp_path)
    said = f"Taverna 1 had no script for the local worker {JAVA}PadNumber"
    assert said in (out / "b.error").read_text()


def test_native_worker_without_its_inputs_fails_politely(tmp_path: Path) -> None:
    document = scufl(
        source("a"), sink("b"), processor("P", local("StringConcat")),
        link("a -> P:string1"), link("P:output -> b"),
    )  # fmt: skip
    out = run(document, {"a": "7"}, tmp_path)
    assert "cannot do this with the inputs it was given" in (out / "b.error").read_text()


def test_beanshell_of_taverna_1_runs(tmp_path: Path) -> None:
    script = "for (w : words) { n = (n == void ? 0 : n) + w.length(); } n = n.toString();"
    count = beanshell(script, {"words": "l('text/plain')"}, {"n": "'text/plain'"})
    document = scufl(
        source("text"), sink("n"), processor("Split", local("SplitByRegex")),
        processor("Count", count), link("text -> Split:string"),
        link("Split:split -> Count:words"), link("Count:n -> n"),
    )  # fmt: skip
    assert (run(document, {"text": "one,two,three"}, tmp_path) / "n").read_text() == "11"


def test_splitter_of_taverna_1_runs(tmp_path: Path) -> None:
    types = (
        "<s:extensions><s:complextype name='person' qname='{urn:x}person'><s:elements>"
        "<s:basetype name='name' typename='string' qname='{urn:x}person>name'/>"
        "</s:elements></s:complextype></s:extensions>"
    )
    document = scufl(
        source("name"), sink("xml"),
        processor("P", f"<s:local>{JAVA}XMLInputSplitter{types}</s:local>"),
        link("name -> P:name"), link("P:output -> xml"),
    )  # fmt: skip
    made = (run(document, {"name": "Ada"}, tmp_path) / "xml").read_text()
    assert made == '<person xmlns="urn:x"><name>Ada</name></person>'


def test_nested_workflow_that_lies_elsewhere_fails_politely(tmp_path: Path) -> None:
    remote = "<s:workflow><s:xscufllocation>http://localhost/w.xml</s:xscufllocation></s:workflow>"
    document = scufl(
        source("a"), sink("b"), processor("P", remote), link("a -> P:x"), link("P:y -> b")
    )
    out = run(document, {"a": "7"}, tmp_path)
    assert "lies at another place, from where it is not fetched" in (out / "b.error").read_text()

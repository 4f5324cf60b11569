"""A workflow of Taverna 1 runs here, as far as its services do."""

from __future__ import annotations

from pathlib import Path

from taverna_server.engines.taverna.local import LocalOrder, run_locally

from ...workflow.scufl_documents import JAVA, greetings, link, local, processor, scufl, sink, source


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

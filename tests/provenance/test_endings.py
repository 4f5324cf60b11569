"""Runs that end otherwise: no bundle, or one that could not be written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.taverna.engine import STOPPED, TavernaEngine
from taverna_server.engines.taverna.local import COULD_NOT_RUN, LocalOrder, run_locally
from taverna_server.engines.taverna.recording import Recording
from taverna_server.model.run import RunInput
from taverna_server.provenance.recorder import Recorder
from taverna_server.workflow.reading import as_wfbundle
from tests.example_workflows import ROOT
from tests.provenance.bundles import Bundle, faults

HELLO = ROOT / "hello_world" / "workflow.t2flow"
CONCATENATE = ROOT / "string_concatenation" / "workflow.t2flow"


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    found = RunDirectory(tmp_path / "run")
    found.create(HELLO.read_bytes())
    return found


def execute(
    directory: RunDirectory, engine: TavernaEngine | None = None, **more: Any
) -> tuple[int, list[str]]:
    """The exit code, and what was reported as an error."""
    told: list[str] = []

    def report(kind: str, fields: Mapping[str, Any]) -> None:
        if fields.get("level") == "error":
            told.append(fields["message"])

    order = RunOrder("aaaaaaaa-0000-4000-8000-000000000001", generate_provenance=True, **more)
    return (engine or TavernaEngine()).execute(directory, order, report), told


def test_a_run_that_is_asked_to_leaves_a_bundle(directory: RunDirectory) -> None:
    assert execute(directory) == (0, [])
    assert list(faults(Bundle(directory.run_bundle))) == []


def test_a_stopped_run_leaves_none(directory: RunDirectory) -> None:
    engine = TavernaEngine()
    engine.stop()
    assert execute(directory, engine)[0] == STOPPED
    assert not directory.run_bundle.exists()


def test_a_run_stopped_while_its_bundle_is_written_leaves_nothing_half_done(
    directory: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, save = TavernaEngine(), Recording.save

    def stopping(recording: Recording, *arguments: Any) -> bool:
        engine.stop()
        return save(recording, *arguments)

    monkeypatch.setattr(Recording, "save", stopping)
    assert execute(directory, engine)[0] == STOPPED
    assert [path.name for path in directory.wd.iterdir() if "bundle" in path.name] == []


def test_a_disk_that_is_full_while_recording_costs_only_the_bundle(
    directory: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    init = Recorder.__init__
    monkeypatch.setattr(
        Recorder, "__init__", lambda self, graph, path, clock: init(self, graph, full, clock)
    )
    code, told = execute(directory)
    assert code == 0
    assert told == ["No run bundle was written: [Errno 28] No space left on device"]
    assert (directory.out / "greeting").exists()
    assert told[0] in directory.detail_log.read_text()


def test_a_place_that_cannot_be_written_costs_only_the_bundle(directory: RunDirectory) -> None:
    directory.run_bundle.mkdir()
    code, told = execute(directory)
    assert (code, len(told)) == (0, 1)
    assert [path.name for path in directory.wd.glob(".out.bundle.zip.*")] == []


def test_an_existing_file_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "run.bundle.zip"
    bundle.write_text("mine")
    order = LocalOrder(HELLO, output=tmp_path / "out", bundle=bundle)
    assert run_locally(order) == COULD_NOT_RUN
    assert f"The run bundle '{bundle}' already exists." in capsys.readouterr().err
    assert bundle.read_text() == "mine"


def test_a_missing_folder_is_told_before_the_workflow_runs(tmp_path: Path) -> None:
    order = LocalOrder(HELLO, output=tmp_path / "out", bundle=tmp_path / "no" / "bundle.zip")
    assert run_locally(order) == COULD_NOT_RUN
    assert not (tmp_path / "out").exists()


def test_a_workflow_bundle_is_kept_as_it_came(tmp_path: Path) -> None:
    workflow = tmp_path / "hello.wfbundle"
    workflow.write_bytes(as_wfbundle(HELLO.read_bytes()))
    order = LocalOrder(workflow, output=tmp_path / "out", bundle=tmp_path / "run.bundle.zip")
    assert run_locally(order) == 0
    bundle = Bundle(tmp_path / "run.bundle.zip")
    assert list(faults(bundle)) == []
    assert bundle.archive.read("workflow.wfbundle") == workflow.read_bytes()


def test_odd_names_of_ports_are_files_and_uris(tmp_path: Path) -> None:
    document = HELLO.read_text().replace(">greeting<", ">grüße aus/über.50%<")
    workflow = tmp_path / "odd.t2flow"
    workflow.write_text(document)
    order = LocalOrder(workflow, output=tmp_path / "out", bundle=tmp_path / "run.bundle.zip")
    assert run_locally(order) == 0
    bundle = Bundle(tmp_path / "run.bundle.zip")
    assert list(faults(bundle)) == []
    assert "outputs/grüße aus%2Füber.50%25.txt" in bundle.names


def test_files_and_bytes_are_described_by_content(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "run")
    directory.create((ROOT / "list_passthrough" / "workflow.t2flow").read_bytes())
    names = [port for port, _ in inputs_of(directory)]
    (directory.wd / "picture").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    given = tuple(RunInput(name, file="picture") for name in names)
    code, told = execute(directory, inputs=given)
    assert (code, told) == (0, [])
    bundle = Bundle(directory.run_bundle)
    assert list(faults(bundle)) == []
    assert any(name.endswith(".png") for name in bundle.names)


def inputs_of(directory: RunDirectory) -> list[tuple[str, int]]:
    from taverna_server.workflow.reading import read_workflow

    top = read_workflow(directory.workflow.read_bytes()).top
    return [(port.name, port.depth) for port in top.inputs]

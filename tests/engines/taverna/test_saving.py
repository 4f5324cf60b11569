"""Outputs are there as soon as they come."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from taverna_server.data.rundir import RunDirectory
from taverna_server.engines.taverna.events import OutputItems, OutputReady
from taverna_server.engines.taverna.saving import BaclavaFile, OutputFiles
from taverna_server.errors import WorkflowInvalid
from tests.engines.taverna.building import value


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    found = RunDirectory(tmp_path / "run")
    found.create(b"")
    return found


def test_output_is_saved_when_it_is_ready(directory: RunDirectory) -> None:
    files = OutputFiles(directory.out)
    files.said(OutputReady("o", value(["a"], 1)))
    assert (directory.out / "o" / "1").read_text() == "a"
    files.finish()


def test_items_are_saved_before_their_list(directory: RunDirectory) -> None:
    files = OutputFiles(directory.out)
    files.said(OutputItems((("o", (1,), "b"), ("o", (0,), "a"))))
    assert sorted(path.name for path in (directory.out / "o").iterdir()) == ["1", "2"]
    files.said(OutputReady("o", value(["a", "b"], 1)))
    files.finish()


def test_problem_is_told_at_the_end(directory: RunDirectory) -> None:
    """Other outputs are saved all the same."""
    directory.out.mkdir(exist_ok=True)
    (directory.out / "o").touch()
    files = OutputFiles(directory.out)
    files.said(OutputItems((("o", (0,), "x"), ("o", (1,), "y"))))
    files.said(OutputReady("o", value(["x", "y"], 1)))
    files.said(OutputReady("p", "y"))
    assert (directory.out / "p").read_text() == "y"
    with pytest.raises(WorkflowInvalid, match=r"There is already data saved to: .*/o"):
        files.finish()


def test_output_that_a_client_removes_meanwhile_is_told_in_a_sentence(
    directory: RunDirectory,
) -> None:
    files = OutputFiles(directory.out)
    files.said(OutputItems((("o", (0,), "x"),)))
    shutil.rmtree(directory.out / "o")
    files.said(OutputItems((("o", (1,), "y"), ("p", (0,), "z"))))
    with pytest.raises(WorkflowInvalid) as told:
        files.finish()
    assert told.value.problems == ("The output 'o' could not be saved: No such file or directory",)
    assert (directory.out / "p" / "1").read_text() == "z"


def test_document_that_cannot_be_written_is_told_in_a_sentence(directory: RunDirectory) -> None:
    files = BaclavaFile(directory.wd)
    with pytest.raises(WorkflowInvalid, match="could not be saved to wd: Is a directory"):
        files.finish()


def test_document_is_written_at_the_end(directory: RunDirectory) -> None:
    files = BaclavaFile(directory.wd / "out.xml")
    files.said(OutputReady("o", "x"))
    assert not (directory.wd / "out.xml").exists()
    files.finish()
    assert (directory.wd / "out.xml").exists()
    assert not (directory.out / "o").exists()

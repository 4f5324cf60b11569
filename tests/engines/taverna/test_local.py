"""What ``taverna-server run`` does: messages and places as Taverna's command line had them."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from taverna_server.data.values import ErrorDocument
from taverna_server.engines.taverna.display import LiveTable, PlainLines, make_display
from taverna_server.engines.taverna.events import JobErred, ProcessorFinished, ProcessorStarted
from taverna_server.engines.taverna.local import LocalOrder, run_locally
from taverna_server.engines.taverna.tally import Tally
from tests.example_workflows import ROOT

HELLO = ROOT / "hello_world" / "workflow.t2flow"
LISTS = ROOT / "list_passthrough" / "workflow.t2flow"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_default_directory_is_named_for_the_workflow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """I12"""
    assert run_locally(LocalOrder(HELLO)) == 0
    assert run_locally(LocalOrder(HELLO)) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "Hello_World_output",
        "Hello_World_output_1",
    ]
    told = capsys.readouterr().out
    assert f"Outputs will be saved to the directory: {tmp_path}/Hello_World_output\n" in told


def test_output_directory_must_be_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """I11"""
    assert run_locally(LocalOrder(HELLO, output=tmp_path)) == 255
    assert f"The specified output directory '{tmp_path}' already exists." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (LocalOrder(Path("absent.t2flow")), "There was an error opening the workflow"),
        (LocalOrder(ROOT / "README.md"), "There was an error opening the workflow"),
        (LocalOrder(HELLO, {"x": "1"}), "Cannot find an input port named 'x'"),
        (LocalOrder(LISTS), "The number of inputs provided does not match"),
        (LocalOrder(HELLO, files={"x": Path("absent")}), "there is no file 'absent'"),
        (LocalOrder(HELLO, {"x": "1"}, baclava=Path("b")), "both -input and -inputdoc"),
    ],
)
def test_what_cannot_run_is_told(
    order: LocalOrder, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_locally(order) == 255
    assert message in capsys.readouterr().err


class Terminal(io.StringIO):
    """Says it is one."""

    def isatty(self) -> bool:
        return True


def test_display_suits_the_stream() -> None:
    assert isinstance(make_display(Terminal()), LiveTable)
    assert isinstance(make_display(io.StringIO()), PlainLines)


def test_plain_lines_tell_what_happens() -> None:
    stream = io.StringIO()
    display = PlainLines(stream)
    display.said(ProcessorStarted("P"))
    display.said(JobErred("P", (1,), ErrorDocument("bounced", causes=(ErrorDocument("root"),))))
    display.said(ProcessorFinished("P", 2, 1))
    assert stream.getvalue().splitlines() == [
        "P started",
        "P[2] failed: root",
        "P finished: 2 iterations, 1 error",
    ]


def test_table_is_painted_over_itself() -> None:
    stream = Terminal()
    display = LiveTable(stream)
    display.progress({"P": Tally(arrived=4, running=1, done=2, errors=1)})
    display.said(JobErred("P", (), ErrorDocument("why")))
    display.progress({"P": Tally(arrived=4, done=4, errors=1)})
    first, _, second = stream.getvalue().partition("\x1b[1A")
    assert first == "\x1b[JP  ##########..........  2/4, 1 running, 1 error\n"
    assert second == "\x1b[JP failed: why\nP  ####################  4/4, 1 error\n"


def test_failure_among_the_outputs_is_no_failure_of_the_run(tmp_path: Path) -> None:
    """E22; the list is given as a directory of its items."""
    out = tmp_path / "out"
    source = ROOT / "partial_failure"
    files = {path.name: path for path in (source / "inputs").iterdir()}
    assert run_locally(LocalOrder(source / "workflow.t2flow", files=files, output=out)) == 0
    assert list(out.rglob("*.error"))


def test_interrupted_run_keeps_what_was_finished(tmp_path: Path) -> None:
    """Ctrl-C while the second item is under way."""
    tool = Path(__file__).parents[2] / "benchmarks" / "tool.t2flow"
    command = "[ %%item%% = one ] || sleep 100; printf %%item%%"
    workflow = tmp_path / "tool.t2flow"
    workflow.write_text(tool.read_text().replace("$jobs", "1").replace("$command", command))
    (tmp_path / "items").mkdir()
    for number, word in enumerate(("one", "two"), start=1):
        (tmp_path / "items" / str(number)).write_text(word)
    first = tmp_path / "out" / "result" / "1"

    def interrupt() -> None:
        deadline = time.monotonic() + 30
        while not first.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    order = LocalOrder(workflow, files={"items": tmp_path / "items"}, output=tmp_path / "out")
    assert run_locally(order) == 130
    assert first.read_text() == "one"
    assert [path.name for path in first.parent.iterdir()] == ["1"]

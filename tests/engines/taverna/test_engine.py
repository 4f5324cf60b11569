"""The engine on a run directory, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from taverna_server.data.baclava import read_baclava, write_baclava
from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.taverna.engine import TavernaEngine
from taverna_server.errors import WorkflowInvalid
from taverna_server.model.run import RunInput
from tests.engines.taverna.building import plain, value
from tests.engines.taverna.scripted import made, one_script, scripted
from tests.workflow.documents import dataflow, document

ABC = RunInput("a", value="a,b,c", delimiter=",")


class Run:
    """What an execution leaves behind."""

    def __init__(self, directory: RunDirectory) -> None:
        self.directory = directory
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self.engine = TavernaEngine()

    def execute(self) -> int:
        order = self.directory.read_order()
        return self.engine.execute(self.directory, order, self._report)

    def _report(self, kind: str, fields: Mapping[str, Any]) -> None:
        self.events.append((kind, fields))

    @property
    def log(self) -> str:
        return self.directory.detail_log.read_text()

    def files(self) -> dict[str, str]:
        out = self.directory.out
        return {
            str(path.relative_to(out)): path.read_text() if path.is_file() else "/"
            for path in sorted(out.rglob("*"))
        }


PASS_LIST = document(dataflow("a:1", "o", [], ["a -> o"]))


def test_outputs_lie_in_out(tmp_path: Path) -> None:
    """I2"""
    run = Run(made(tmp_path, PASS_LIST, ABC))
    assert run.execute() == 0
    assert run.files() == {"o": "/", "o/1": "a", "o/2": "b", "o/3": "c"}


FAILED = "Processor 'P' - Port 'o': Line 2: java.lang.Exception: x\n"


@pytest.mark.parametrize(
    ("case", "script", "depth", "files"),
    [
        ("I1", 'o = "abc";', 0, {"o": "abc"}),
        ("I3", 'o = Arrays.asList(new Object[] {"a".split(","), "b,c".split(",")});', 2,
         {"o": "/", "o/1": "/", "o/1/1": "a", "o/2": "/", "o/2/1": "b", "o/2/2": "c"}),
        ("I4", 'throw new Exception("x");', 0, {"o.error": FAILED}),
        ("I6", 'throw new Exception("x");', 1, {"o.error": FAILED}),
        ("I7", "o = new ArrayList();", 1, {"o": "/"}),
        ("I8", 'o = Arrays.asList(new Object[] {"a".split(","), new ArrayList()});', 2,
         {"o": "/", "o/1": "/", "o/1/1": "a", "o/2": "/"}),
    ],
)  # fmt: skip
def test_layout_of_outputs(
    case: str, script: str, depth: int, files: dict[str, str], tmp_path: Path
) -> None:
    run = Run(made(tmp_path, one_script("import java.util.*;\n" + script, "", f"o:{depth}")))
    run.execute()
    assert run.files() == files


def test_bytes_pass_unchanged(tmp_path: Path) -> None:
    """I10"""
    workflow = document(dataflow("a", "o", [], ["a -> o"]))
    run = Run(made(tmp_path, workflow, RunInput("a", file="in")))
    (run.directory.wd / "in").write_bytes(b"\x00\xff")
    run.execute()
    assert (run.directory.out / "o").read_bytes() == b"\x00\xff"


def test_empty_inner_list_is_a_directory(tmp_path: Path) -> None:
    """I9: the final value is saved whole, where 2.5 left the directory out (15)."""
    steps = [scripted("P", "o = a;", "a")]
    workflow = document(dataflow("a:2", "o", steps, ["a -> P.a", "P.o -> o"]))
    run = Run(made(tmp_path, workflow))
    write_baclava(run.directory.wd / "in", {"a": value([[], ["a"]], 2)})
    run.directory.write_order(RunOrder("id", baclava_input="in"))
    run.execute()
    assert run.files() == {"o": "/", "o/1": "/", "o/2": "/", "o/2/1": "a"}


HALF = """if (a.equals("b")) throw new IllegalStateException("not b"); o = a + "!";"""


def test_errors_among_the_outputs_are_files(tmp_path: Path) -> None:
    """I5, E13"""
    links = ["a -> P.a", "P.o -> o"]
    workflow = document(dataflow("a:1", "o", [scripted("P", HALF, "a")], links))
    run = Run(made(tmp_path, workflow, ABC))
    assert run.execute() == 0
    assert list(run.files()) == ["o", "o/1", "o/2.error", "o/3"]
    assert run.files()["o/2.error"].startswith("Processor 'P' - Port 'o': Line 1: ")


def test_log_and_events_name_processor_iteration_and_cause(tmp_path: Path) -> None:
    steps = [scripted("P", HALF, "a"), scripted("Q", "o = a;", "a")]
    workflow = document(dataflow("a:1", "o", steps, ["a -> P.a", "P.o -> Q.a", "Q.o -> o"]))
    run = Run(made(tmp_path, workflow, ABC))
    run.execute()
    assert "Processor 'P' started" in run.log
    cause = "Line 1: java.lang.IllegalStateException: not b"
    assert f"Processor 'Q', iteration [2] failed: Processor 'P' - Port 'o': {cause}" in run.log
    assert "Processor 'Q' finished: 3 iterations, 1 error" in run.log
    last = {fields["name"]: fields for kind, fields in run.events if kind == "processor"}
    assert last["Q"] == {"name": "Q", "queued": 0, "running": 0, "done": 3, "errors": 1}
    assert run.events[0] == ("started", {"workflow": "W"})


def test_outputs_may_go_into_a_baclava_document(tmp_path: Path) -> None:
    run = Run(made(tmp_path, PASS_LIST, ABC, baclava_output="out.xml"))
    assert run.execute() == 0
    found = read_baclava(run.directory.wd / "out.xml")
    assert plain(found["o"]) == ["a", "b", "c"]
    assert not run.directory.out.exists()


def test_existing_output_is_not_overwritten(tmp_path: Path) -> None:
    """15"""
    run = Run(made(tmp_path, PASS_LIST, ABC))
    run.directory.out.mkdir()
    (run.directory.out / "o").write_text("mine")
    with pytest.raises(WorkflowInvalid, match=r"There is already data saved to: .*/o"):
        run.execute()
    assert (run.directory.out / "o").read_text() == "mine"


def test_run_without_anything_to_run_completes(tmp_path: Path) -> None:
    """L9"""
    run = Run(made(tmp_path, document(dataflow("", "", [scripted("P", "x = 1;", "", "")]))))
    assert run.execute() == 0
    assert run.files() == {}


def test_iterations_do_not_see_each_other(tmp_path: Path) -> None:
    """J17"""
    script = "count = (count == void) ? 1 : count + 1; o = count;"
    workflow = document(
        dataflow("a:1", "o", [scripted("P", script, "a")], ["a -> P.a", "P.o -> o"])
    )
    run = Run(made(tmp_path, workflow, ABC))
    run.execute()
    assert run.files() == {"o": "/", "o/1": "1", "o/2": "1", "o/3": "1"}


def test_empty_list_stays_one(tmp_path: Path) -> None:
    run = Run(made(tmp_path, PASS_LIST, RunInput("a", value=",,", delimiter=",")))
    run.execute()
    assert run.files() == {"o": "/"}


def test_activity_that_cannot_run_fails_politely(tmp_path: Path) -> None:
    workflow = one_script("o = a;").replace(b"beanshell.BeanshellActivity<", b"x.NoSuchActivity<")
    run = Run(made(tmp_path, workflow))
    assert run.execute() == 0
    assert list(run.files()) == ["o.error"]
    assert "Processor 'P' failed: " in run.log


def test_stop_before_the_start_is_heeded(tmp_path: Path) -> None:
    run = Run(made(tmp_path, one_script("Thread.sleep(60000); o = 1;")))
    run.engine.stop()
    assert run.execute() == 143

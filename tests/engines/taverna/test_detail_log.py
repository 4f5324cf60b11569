"""The log that people read when something went wrong."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

from taverna_server.data.values import ErrorDocument
from taverna_server.engines.taverna.detail_log import DetailLog, RollingFile
from taverna_server.engines.taverna.events import (
    Failure,
    JobErred,
    JobRetried,
    OutputReady,
    ProcessorFinished,
    ProcessorStarted,
    RunCompleted,
)
from tests.engines.taverna.building import value


def _lines(path: Path) -> list[str]:
    """Levels and texts, once the layout is seen to be right."""
    layout = re.compile(r"(\w+) +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \([\w.]+\) - (.*)")
    found = [layout.fullmatch(line) for line in path.read_text().splitlines()]
    return [f"{match[1]} {match[2]}" for match in found if match is not None]


def test_lines_name_processor_iteration_and_root_cause(tmp_path: Path) -> None:
    root = ErrorDocument("first\nline", exception="java.lang.Exception: why")
    bounced = ErrorDocument("P", causes=(value([root], 1),))
    with closing(DetailLog(tmp_path / "logs" / "detail.log")) as log:
        log.started("W", {"a": value([1, 2], 1), "b": b"\x00"})
        log.said(ProcessorStarted("N[2]/P"))
        log.said(JobRetried("P", (), Failure("busy"), 1.5))
        log.said(JobErred("P", (0, 2), bounced))
        log.said(ProcessorFinished("P", 1, 0))
        log.said(OutputReady("o", bounced))
        log.said(RunCompleted())
    assert _lines(tmp_path / "logs" / "detail.log") == [
        "INFO Workflow 'W' started",
        "INFO Input 'a': list, 2 items",
        "INFO Input 'b': 1 byte",
        "INFO Processor 'N[2]/P' started",
        "WARN Processor 'P' failed and is tried again in 1.5 s: busy",
        r"WARN Processor 'P', iteration [1][3] failed: first\nline (java.lang.Exception: why)",
        "INFO Processor 'P' finished: 1 iteration",
        r"WARN Output 'o': error: first\nline (java.lang.Exception: why)",
        "INFO Workflow completed",
    ]


def test_file_rolls_and_keeps_a_few_old_ones(tmp_path: Path) -> None:
    file = RollingFile(tmp_path / "log", largest=20, old_files=2)
    for number in range(10):
        file.write(f"line {number}")
    file.close()
    assert {path.name: path.read_text().split()[1::2] for path in tmp_path.iterdir()} == {
        "log": ["8", "9"],
        "log.1": ["6", "7"],
        "log.2": ["4", "5"],
    }


def test_lines_are_visible_with_the_progress(tmp_path: Path) -> None:
    with closing(DetailLog(tmp_path / "log")) as log:
        log.said(ProcessorStarted("P"))
        log.progress({})
        assert _lines(tmp_path / "log") == ["INFO Processor 'P' started"]

"""``executeworkflow RUN_DIRECTORY``: puts one run together and executes it.

The command that a runner starts. Whatever happens, ``outcome.json`` is the last
thing written, and nothing that the run has started outlives it: this process
adopts its orphans and ends all its descendants. Imports are kept few, because
the time this takes to start is time every user waits.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import Any

from taverna_server.data.rundir import Outcome, RunDirectory
from taverna_server.engines.base import Engine
from taverna_server.engines.descendants import adopt_orphans, end_descendants
from taverna_server.errors import TavernaServerError, WorkflowInvalid

ENGINES = {
    "yadage": "taverna_server.engines.yadage.engine:YadageEngine",
    "taverna": "taverna_server.engines.taverna.engine:TavernaEngine",
    "cwl": "taverna_server.engines.cwl.engine:CwlEngine",
    "snakemake": "taverna_server.engines.snakemake.engine:SnakemakeEngine",
    "serial": "taverna_server.engines.serial.engine:SerialEngine",
}
"""Module and class by the workflow type of ``run.json``."""

HINT = "It is what the server starts; 'taverna-server run' executes a workflow without one."
USAGE, COULD_NOT_RUN, CRASHED = 1, 255, 1
"""Exit codes beside the engine's own (execution-semantics 17)."""


class EventLog:
    """``events.jsonl``, a line an event; a reader sees whole lines only."""

    def __init__(self, path: Path) -> None:
        self._stream: TextIOWrapper = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def __call__(self, kind: str, fields: Mapping[str, Any]) -> None:
        line = json.dumps({"event": kind, "time": _now(), **fields}, ensure_ascii=False)
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()


def main(argv: list[str] | None = None) -> int:
    """Execute the run of a directory, and end this process with its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(f"usage: executeworkflow RUN_DIRECTORY\n{HINT}", file=sys.stderr)
        return USAGE
    directory = RunDirectory(Path(arguments[0]).absolute())
    if not (directory.run_json.is_file() or directory.workflow.is_file()):
        print(f"executeworkflow: {directory.root} is no run directory\n{HINT}", file=sys.stderr)
        return USAGE
    adopt_orphans()
    code = run(directory)
    # A thread that does not heed the cancel would keep the process alive.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(directory: RunDirectory) -> int:
    """Execute, end what is left over, and write the outcome."""
    started = _now()
    report = EventLog(directory.events)
    code, message = _execute(directory, report)
    if message:
        print(message, file=sys.stderr)
    end_descendants()
    report("ended", {"exit_code": code})
    directory.write_outcome(Outcome(code, started, _now(), message, usage()))
    return code


def _execute(directory: RunDirectory, report: EventLog) -> tuple[int, str]:
    """The exit code, and why it could not run."""
    try:
        order = directory.read_order()
        directory = replace(directory, workspace=order.workspace)
        engine = make_engine(order.workflow_type)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _calling(engine.stop))
        return engine.execute(directory, order, report), ""
    except WorkflowInvalid as invalid:
        return COULD_NOT_RUN, "\n".join(invalid.problems)
    except TavernaServerError as error:
        return COULD_NOT_RUN, str(error)
    except Exception as error:
        import traceback

        traceback.print_exc()
        return CRASHED, f"The engine failed: {type(error).__name__}: {error}"


def make_engine(workflow_type: str) -> Engine:
    """Raises WorkflowInvalid for a type that nothing here executes."""
    if workflow_type not in ENGINES:
        raise WorkflowInvalid([f"No engine executes workflows of type '{workflow_type}'"])
    module, name = ENGINES[workflow_type].split(":")
    engine: Engine = getattr(import_module(module), name)()
    return engine


def _calling(stop: Callable[[], None]) -> Callable[[int, FrameType | None], None]:
    def handler(number: int, frame: FrameType | None) -> None:
        stop()

    return handler


def usage() -> dict[str, float]:
    """CPU seconds and memory of this process and of all it waited for."""
    taken = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "user": sum(item.ru_utime for item in taken),
        "system": sum(item.ru_stime for item in taken),
        "max_rss": float(max(item.ru_maxrss for item in taken) * 1024),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


if __name__ == "__main__":
    sys.exit(main())

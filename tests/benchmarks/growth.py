"""What an iteration costs as lists grow, where it may run, and how soon it begins."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from pathlib import Path

from orders import Given, concatenate, execute, hello_world, tool
from report import Scale, line, medians, title
from workers import dask_workers

from taverna_server.data.rundir import RunDirectory

BUSY = "awk 'BEGIN { for (n = 0; n &lt; %s; n++) s += n; print s %%%%item%%%% }'"
_numbers = count()


def measure(scale: Scale, scratch: Path) -> None:
    _growth(scale, scratch)
    _beginnings(scratch)
    _two_cores(scale, scratch)
    _places(scale, scratch)


def _growth(scale: Scale, scratch: Path) -> None:
    title("cost of an item in a whole run, as the list grows (the floor: the shortest list)")
    for name, workflow in (
        ("string-only local worker", concatenate("localworker")),
        ("beanshell", concatenate("beanshell")),
        ("external tool", tool("echo %%item%%")),
    ):
        floor = 0.0
        for items in scale.growth:
            each, memory = _each(scale, scratch, workflow, items)
            floor = floor or each
            note = f"{each / floor:.2f} times the floor; peak {memory / 2**20:.0f} MiB"
            line(f"{name}, {items:,} items", each * 1e6, "µs/item", note)


def _each(scale: Scale, scratch: Path, workflow: bytes, items: int) -> tuple[float, float]:
    """Seconds for an item, beginning and end of a run not counted, and bytes at the peak."""
    peaks = []

    def many() -> None:
        peaks.append(_peak(_iterate(scratch, workflow, items)))

    repeats = min(scale.repeats, max(1, 50_000 // items))
    one, taken = medians(repeats, lambda: _iterate(scratch, workflow, 1), many)
    return max(taken - one, 1e-9) / items, max(peaks)


def _beginnings(scratch: Path) -> None:
    title("from starting the command to its first event (the floor: without a JVM)")
    floor = _first_event(scratch, hello_world(), {})
    line("without a JVM", floor, "ms", "the floor")
    with_jvm = _first_event(scratch, concatenate("beanshell"), _list(1))
    line("with a JVM", with_jvm, "ms", f"{with_jvm / floor:.2f} times the floor")


def _first_event(scratch: Path, workflow: bytes, inputs: Mapping[str, Given]) -> float:
    begun = time.time()
    directory = execute(_new(scratch), workflow, inputs)
    first = json.loads(directory.events.read_text().splitlines()[0])
    return (datetime.fromisoformat(first["time"]).timestamp() - begun) * 1000


def _two_cores(scale: Scale, scratch: Path) -> None:
    title("a tool that computes, over 8 items (the floor: one at a time)")
    command = BUSY % scale.busy
    floor = 0.0
    for jobs in (1, 2):
        taken, _ = _timed(scratch, tool(command, jobs), 8)
        floor = floor or taken
        line(f"{jobs} at a time", taken, "s", f"{floor / taken:.2f} times as fast as the floor")


def _places(scale: Scale, scratch: Path) -> None:
    title(f"a list of {scale.items:,} through beanshell elsewhere (the floor: in the engine)")
    workflow, floor = concatenate("beanshell", 2), 0.0
    with dask_workers(2) as address:
        for name, options in (
            ("on the engine's threads", {}),
            ("in processes of this machine", {"executor": "processes"}),
            ("on two Dask workers", {"executor": "dask", "dask_scheduler": address}),
        ):
            taken, _ = _timed(scratch, workflow, scale.items, options)
            floor = floor or taken
            line(name, taken, "s", f"{taken / floor:.2f} times the floor")


def _timed(
    scratch: Path, workflow: bytes, items: int, options: Mapping[str, str] | None = None
) -> tuple[float, RunDirectory]:
    begun = time.perf_counter()
    directory = _iterate(scratch, workflow, items, options)
    return time.perf_counter() - begun, directory


def _iterate(
    scratch: Path, workflow: bytes, items: int, options: Mapping[str, str] | None = None
) -> RunDirectory:
    inputs = _list(items)
    if b"<name>suffix</name>" not in workflow:
        del inputs["suffix"]
    directory = execute(_new(scratch), workflow, inputs, options)
    if not (directory.out / "result" / str(items)).exists():
        raise SystemExit(f"{directory.out} lacks item {items}")
    return directory


def _list(items: int) -> dict[str, Given]:
    return {"items": (",".join(map(str, range(items))), ","), "suffix": ("!", None)}


def _new(scratch: Path) -> Path:
    return scratch / f"growth{next(_numbers)}"


def _peak(directory: RunDirectory) -> float:
    outcome = directory.read_outcome()
    return outcome.usage["max_rss"] if outcome else 0.0

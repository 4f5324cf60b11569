"""Iterations per second over a long list, beside round trips through a pipe to a bare process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from orders import concatenate, execute
from report import Scale, line, medians, seconds, title

ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"


def measure(scale: Scale, scratch: Path) -> None:
    title(f"iterations per second, a list of {scale.items:,} (starting and ending not counted)")
    floor = _round_trips(scale.items)
    line("round trip through a pipe to a bare process (the floor)", floor, "/s")
    for activity, name in (("localworker", "string-only local worker"), ("beanshell", "beanshell")):
        _show(name, scale.items, floor, *_times(scratch, activity, scale))


def _times(scratch: Path, activity: str, scale: Scale) -> list[float]:
    """Median times of whole runs over one item and over all of them."""
    numbers = iter(range(1000))

    def run(items: int) -> None:
        _iterate(scratch / f"{activity}{next(numbers)}", activity, items)

    return medians(min(scale.repeats, 3), lambda: run(1), lambda: run(scale.items))


def _show(name: str, items: int, floor: float, one: float, many: float) -> None:
    if many - one < one / 10:
        line(name, many, "s", "too few items to tell how far from the floor")
        return
    rate = (items - 1) / (many - one)
    line(name, rate, "/s", f"1/{floor / rate:.1f} of the floor; whole run {many:.1f} s")


def _iterate(root: Path, activity: str, items: int) -> None:
    text = ",".join(f"item {number}" for number in range(items))
    inputs = {"items": (text, ","), "suffix": ("!", None)}
    directory = execute(root, concatenate(activity), inputs)
    last = directory.out / "result" / str(items)
    if last.read_text() != f"item {items - 1}!":
        raise SystemExit(f"{last} is wrong")


def _round_trips(count: int) -> float:
    command = [sys.executable, "-c", ECHO]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None

        def go(trips: int) -> None:
            for number in range(trips):
                print(number, file=child.stdin, flush=True)
                child.stdout.readline()

        go(1)  # until it has started
        taken = seconds(lambda: go(count))
        child.stdin.close()
    return count / taken

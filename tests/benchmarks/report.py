"""How much to measure, and how a measurement is printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """``repeats`` of what is timed one by one, ``rounds`` of a second of load each,
    runs of ``others`` in the store, ``items`` of the long list, lists that grow
    through ``growth``, and a tool that is ``busy`` for so many turns."""

    repeats: int
    rounds: int
    others: int
    items: int
    growth: tuple[int, ...]
    busy: int


def title(words: str) -> None:
    print(f"\n{words}", flush=True)


def line(name: str, value: float, unit: str, note: str = "") -> None:
    number = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    print(f"  {name:58} {number:>9} {unit:12} {note}".rstrip(), flush=True)


def seconds(action: Callable[[], object]) -> float:
    """How long the action took."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def medians(repeats: int, *actions: Callable[[], object]) -> list[float]:
    """Median time of each, taken in turns so that a busy moment hits all of them."""
    taken = [[seconds(action) for action in actions] for _ in range(repeats)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]

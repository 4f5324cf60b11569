"""Requests per second of what clients poll, beside a bare Flask view of the same web server.

Lists are read on two servers: with few and with many runs of other people in
the store, because a list that slows down with what others do is what users of
such servers complain about. Everything is read in turns of a second, so that a
busy moment of the machine hits all of it; what is printed are medians.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from crowd import add_runs
from load import basic, rate
from orders import hello_world
from report import Scale, line, title
from serving import OTHERS, USER, Server, bare, ours

OWN = 10
FEW = 10


class Target(NamedTuple):
    """What is read, and as whom."""

    url: str
    headers: Mapping[str, str]


def measure(scale: Scale, scratch: Path) -> None:
    title("reading: requests per second, 8 connections (medians)")
    (scratch / "few").mkdir()
    (scratch / "many").mkdir()
    with (
        bare(scratch) as floor,
        ours(scratch / "few") as few,
        ours(scratch / "many") as many,
    ):
        _report(scale, _rates(scale.rounds, _targets(floor, few, many, scale.others)))


def _targets(floor: str, few: Server, many: Server, others: int) -> dict[str, Target]:
    run = _fill(few, FEW)
    _fill(many, others)
    mine = basic(USER, few.password)
    return {
        "floor": Target(floor, {}),
        "status": Target(f"{run}/status", mine),
        "run": Target(run, mine),
        "few": Target(f"{few.url}/runs", mine),
        "many": Target(f"{many.url}/runs", basic(USER, many.password)),
    }


def _rates(rounds: int, targets: Mapping[str, Target]) -> dict[str, list[float]]:
    """Requests per second of each target in each round; the first one only warms up."""
    rates = [{name: rate(*target) for name, target in targets.items()} for _ in range(rounds + 1)]
    return {name: [turn[name] for turn in rates[1:]] for name in targets}


def _report(scale: Scale, rates: Mapping[str, list[float]]) -> None:
    line("bare Flask view (the floor)", statistics.median(rates["floor"]), "/s")
    for name, words in (
        ("status", "GET status"),
        ("run", "GET one run"),
        ("few", f"GET runs, {OWN} own, {FEW} of others"),
        ("many", f"GET runs, {OWN} own, {scale.others:,} of others"),
    ):
        note = f"1/{_ratio(rates['floor'], rates[name]):.1f} of the floor"
        if name == "many":
            note += f"; {_ratio(rates['few'], rates['many']):.2f} x slower (at most 1.5)"
        line(words, statistics.median(rates[name]), "/s", note)


def _ratio(above: list[float], below: list[float]) -> float:
    """How many times faster, in the median round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def _fill(server: Server, others: int) -> str:
    """Own runs and those of others; the address of one of the own."""
    kind = {"Content-Type": "application/vnd.taverna.t2flow+xml"}
    session = server.session()
    for _ in range(OWN):
        created = session.post(f"{server.url}/runs", data=hello_world(), headers=kind)
        created.raise_for_status()
    add_runs(server.data, OTHERS, others)
    return created.headers["Location"]

"""Requests per second of what clients poll, beside a bare Flask view of the same web server.

Lists are read twice: with few and with many runs of other people in the store,
because a list that slows down with what others do is what users of such
servers complain about.
"""

from __future__ import annotations

from pathlib import Path

from crowd import add_runs
from load import basic, rate
from orders import hello_world
from report import Scale, line, title
from serving import OTHERS, USER, Server, bare, ours

OWN = 10
FEW = 10


def measure(scale: Scale, scratch: Path) -> None:
    title("reading: requests per second, 8 connections")
    with bare(scratch) as url:
        floor = rate(url, scale.seconds, {})
    line("bare Flask view (the floor)", floor, "/s")
    with ours(scratch / "reads") as server:
        run = _own_runs(server)
        add_runs(server.data, OTHERS, FEW)
        for name, url in (("GET status", f"{run}/status"), ("GET one run", run)):
            _show(name, _read(server, url, scale.seconds), floor)
        few = _read(server, f"{server.url}/runs", scale.seconds)
        _show(f"GET runs, {OWN} own, {FEW} of others", few, floor)
        add_runs(server.data, OTHERS, scale.others - FEW)
        many = _read(server, f"{server.url}/runs", scale.seconds)
    _show(f"GET runs, {OWN} own, {scale.others:,} of others", many, floor, few / many)


def _show(name: str, value: float, floor: float, slower: float | None = None) -> None:
    note = f"1/{floor / value:.1f} of the floor"
    if slower is not None:
        note += f"; {slower:.2f} x slower than with few (at most 1.5)"
    line(name, value, "/s", note)


def _own_runs(server: Server) -> str:
    kind = {"Content-Type": "application/vnd.taverna.t2flow+xml"}
    session = server.session()
    for _ in range(OWN):
        created = session.post(f"{server.url}/runs", data=hello_world(), headers=kind)
        created.raise_for_status()
    return created.headers["Location"]


def _read(server: Server, url: str, seconds: int) -> float:
    return rate(url, seconds, basic(USER, server.password))

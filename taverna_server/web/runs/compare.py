"""``/runs/compare?a=&b=``: two runs side by side, what differs first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from flask import Response, request

from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import BadPath, NotAuthenticated, UnknownEntry, UnknownRun
from taverna_server.model.library import RunQuery
from taverna_server.serving.context import manager
from taverna_server.serving.files import PIECE
from taverna_server.web.page import page
from taverna_server.web.routes import views
from taverna_server.web.runs.context import Viewed, viewed, viewer
from taverna_server.web.runs.given import given_inputs
from taverna_server.web.runs.rows import lasted
from taverna_server.web.runs.show import outputs_of
from taverna_server.web.runs.shown import Shown
from taverna_server.web.words import lasting, when

MOST_ITEMS = 5
MOST_COMPARED = 64 << 20
"""Bytes of an output that are compared; of a longer one, the size."""
CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """What both have under one name."""

    name: str
    left: Shown | str | None
    right: Shown | str | None
    differs: bool


@views.get("/runs/compare")
def get_comparison() -> Response:
    """With one run given, a choice of others to put beside it."""
    chosen = [viewed(number) for name in "ab" if (number := _number(name))]
    if len(chosen) < 2:
        return _choice(chosen[0] if chosen else None)
    left, right = chosen
    return page(
        "runs/compare.html",
        left=left,
        right=right,
        facts=list(_facts(left, right)),
        inputs=_sorted(_lines(given_inputs(left, MOST_ITEMS), given_inputs(right, MOST_ITEMS))),
        outputs=_sorted(_output_lines(left, right)),
    )


def _choice(first: Viewed | None) -> Response:
    query = RunQuery(entry=first.run.entry if first else None, per_page=CANDIDATES)
    found = manager().find_runs(viewer(), query)
    others = [run for run in found.runs if first is None or run.number != first.run.number]
    return page("runs/compare_with.html", first=first, others=others)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UnknownRun(text[:20])
    return int(text) if text else None


def _facts(left: Viewed, right: Viewed) -> Iterator[Line]:
    for name, get in (
        ("State", lambda it: str(it.run.state)),
        ("Workflow", _workflow),
        ("Owner", lambda it: it.run.owner),
        ("Started", lambda it: when(it.run.started, "not yet")),
        ("Duration", lambda it: lasting(lasted(it.run))),
    ):
        one, other = get(left), get(right)
        yield Line(name, one, other, one != other and name not in ("Started", "Duration"))


def _workflow(found: Viewed) -> str:
    try:
        entry = manager().entry_of(found.run)
        return f"{entry.title} ({found.run.workflow_id[:8]})"
    except (UnknownRun, NotAuthenticated):
        return found.run.workflow_id[:8]


def _lines(left: Sequence[Shown], right: Sequence[Shown]) -> list[Line]:
    """By port name, in the order of the first run; what only the other has comes last."""
    ours, theirs = ({it.port: it for it in side} for side in (left, right))
    names = dict.fromkeys([*ours, *theirs])
    return [Line(it, ours.get(it), theirs.get(it), ours.get(it) != theirs.get(it)) for it in names]


def _output_lines(left: Viewed, right: Viewed) -> list[Line]:
    lines = _lines(outputs_of(left), outputs_of(right))
    return [it if it.differs else _looked_closer(it, left, right) for it in lines]


def _looked_closer(line: Line, left: Viewed, right: Viewed) -> Line:
    """The beginnings are alike: whether the rest is, too."""
    prints = [_fingerprint(it, line.name) for it in (left, right)]
    return replace(line, differs=prints[0] != prints[1])


def _fingerprint(found: Viewed, port: str) -> str:
    """Of everything at a port, names and contents."""
    wd = found.manager.working_directory(found.user, found.run.id)
    digest, left = sha256(), MOST_COMPARED
    for path, size in sorted(_files(wd, port)):
        digest.update(f"{path.partition('/')[2]}\0{size}\0".encode("utf-8", "surrogatepass"))
        left -= size
        if left >= 0:
            for piece in _pieces(wd, path):
                digest.update(piece)
    return digest.hexdigest()


def _files(wd: WorkDirectory, port: str) -> Iterator[tuple[str, int]]:
    for name in (port, f"{port}.error"):
        try:
            entry = wd.entry(f"out/{name}")
            if entry.is_dir:
                yield from ((f"out/{name}/{path}", it.size) for path, it in wd.walk(f"out/{name}"))
            else:
                yield f"out/{name}", entry.size
        except (UnknownEntry, BadPath):
            continue


def _pieces(wd: WorkDirectory, path: str) -> Iterator[bytes]:
    stream, _ = wd.open_file(path)
    with stream:
        while piece := stream.read(PIECE):
            yield piece


def _sorted(lines: list[Line]) -> list[Line]:
    """What differs first."""
    return sorted(lines, key=lambda line: not line.differs)

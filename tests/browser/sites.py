"""A server with something on it: workflows, and runs in every state that people see."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.live import runs
from tests.live.server import Server, running
from tests.live.test_engine_control import started
from tests.live.test_interactions import asking, requests_of

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Site:
    """``numbers`` are those of alice's runs, by what they show."""

    server: Server
    numbers: Mapping[str, int]

    @property
    def worth_seeing(self) -> list[str]:
        """Pages of alice's that are looked at whatever links lead to."""
        compared = f"/runs/compare?a={self.numbers['lists']}&b={self.numbers['again']}"
        embedded = f"/runs/{self.numbers['lists']}?embedded=true"
        several = f"/runs/several?parent_id={self.numbers['lists']}"
        pages = (f"/runs/{number}" for number in self.numbers.values())
        return [*pages, compared, embedded, several]


@contextlib.contextmanager
def site(directory: Path) -> Iterator[Site]:
    """With the examples in the library, and the runs of alice."""
    with running(directory, run_limit=1000) as server:
        documents = sorted(str(path) for path in EXAMPLES.rglob("*.t2flow"))
        server.command("workflow", "add", *documents)
        with server.session("alice") as alice:
            yield Site(server, _runs(alice, server))


def _runs(alice: requests.Session, server: Server) -> dict[str, int]:
    """Numbers are given in the order in which runs are made."""
    made = {
        "finished": _finished(alice, server, "hello_world"),
        "errors": _finished(alice, server, "partial_failure"),
        "lists": runs.finished_echo(alice, server),
        "asking": asking_run(alice, server),
        "running": started(alice, server, "sleep 1000"),
        "new": runs.create(alice, server),
        "again": _echo(alice, server, {"IN": "eat me", "WORDS": "four"}),
        "failed": _echo(alice, server, {"IN": "only one of two"}),
        "nested": _finished(alice, server, "nested_workflow"),
    }
    return {kind: number for number, kind in enumerate(made, 1)}


def _finished(alice: requests.Session, server: Server, example: str) -> str:
    run = runs.create(alice, server, (EXAMPLES / example / "workflow.t2flow").read_bytes())
    for path in sorted((EXAMPLES / example / "inputs").glob("*")):
        _give(alice, run, path)
    runs.start(alice, run)
    runs.wait(alice, run)
    return run


def _give(alice: requests.Session, run: str, path: Path) -> None:
    """An input of an example: a file is a value, a directory a list."""
    if path.is_file():
        runs.set_value(alice, run, path.name, path.read_text())
        return
    items = (item.read_text() for item in sorted(path.iterdir(), key=lambda path: int(path.stem)))
    body = {"runInput": {"@listDelimiter": ",", "value": ",".join(items)}}
    assert alice.put(f"{run}/input/input/{path.name}", json=body).status_code == 200


def _echo(alice: requests.Session, server: Server, inputs: Mapping[str, str]) -> str:
    run = runs.create(alice, server)
    for port, value in inputs.items():
        runs.set_value(alice, run, port, value)
    runs.start(alice, run)
    runs.wait(alice, run)
    return run


def asking_run(alice: requests.Session, server: Server) -> str:
    run = runs.create(alice, server, asking("ask"))
    runs.start(alice, run)
    runs.until(lambda: requests_of(alice, run), 60)
    return run

"""Activities bound to a run of their own, as the engine binds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taverna_server.engines.taverna.activities.base import BoundActivity, RunContext
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity, ActivityPort, Bean

Bind = Callable[..., BoundActivity]


def new_run(place: Path) -> RunContext:
    """A run whose directories exist."""
    for name in ("wd/lib", "scratch"):
        (place / name).mkdir(parents=True)
    return RunContext(place / "wd", place / "scratch")


def port(text: str) -> ActivityPort:
    """``name``, ``name:depth`` or ``name:depth:bytes``."""
    name, depth, kind = [*text.split(":"), "0", ""][:3]
    return ActivityPort(name, int(depth), kind == "bytes")


def bound(
    context: RunContext, kind: str, config: Bean | None = None, inputs: str = "", outputs: str = ""
) -> BoundActivity:
    """An activity of a kind; ports are written as in ``port``, separated by blanks."""
    ports = (tuple(map(port, names.split())) for names in (inputs, outputs))
    activity = Activity(kind, f"org.example.{kind}", {}, {}, config, None, *ports)
    return bound_activity_class(kind)(activity, context)


def script(text: str) -> Bean:
    return Bean("bean", children=(Bean("script", text),))


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunContext]:
    run = new_run(tmp_path)
    yield run
    run.close()


@pytest.fixture
def bind(context: RunContext) -> Bind:
    """Binds an activity to the test's run."""
    return lambda *config, **ports: bound(context, *config, **ports)

"""Activities bound to a run of their own, as the engine binds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from taverna_server.engines.taverna.activities.base import BoundActivity, RunContext
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity, ActivityPort, Bean

Bind = Callable[..., BoundActivity]


@pytest.fixture
def context(tmp_path: Path) -> RunContext:
    """A run whose directories exist."""
    for name in ("wd/lib", "scratch"):
        (tmp_path / name).mkdir(parents=True)
    return RunContext(tmp_path / "wd", tmp_path / "scratch")


@pytest.fixture
def bind(context: RunContext) -> Iterator[Bind]:
    """Binds an activity of a kind with the fields of its configuration."""
    bound: list[BoundActivity] = []

    def bind(
        kind: str,
        config: Bean | None = None,
        inputs: tuple[ActivityPort, ...] = (),
        outputs: tuple[ActivityPort, ...] = (),
    ) -> BoundActivity:
        activity = Activity(kind, f"org.example.{kind}", {}, {}, config, None, inputs, outputs)
        bound.append(bound_activity_class(kind)(activity, context))
        return bound[-1]

    yield bind
    for activity in bound:
        activity.close()

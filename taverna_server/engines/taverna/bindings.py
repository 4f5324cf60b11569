"""The activities of a workflow, bound to one run.

All are bound before the run begins: then the JVM knows every script's libraries
when it starts, and it starts while inputs are read. One that cannot be bound
does not keep the others from running; it fails when it is invoked.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor

from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.engines.taverna.plan import WorkflowPlan
from taverna_server.workflow.model import Activity


class Bindings:
    """Bound activities by the scheduler's keys."""

    def __init__(self, plan: WorkflowPlan, context: RunContext) -> None:
        self._activities = dict(plan.activities())
        self._context = context
        self._bound = {key: _bind(a, context) for key, a in self._activities.items()}
        for key, bound in self._bound.items():
            bound.path = _path(key)

    def __getitem__(self, key: str) -> BoundActivity:
        return self._bound[key]

    def close(self) -> None:
        """Let go of all of them."""
        for bound in self._bound.values():
            bound.close()

    def send_through(self, executor: Executor) -> None:
        """From now on activities are invoked in the executor's processes, where they can be."""
        from taverna_server.engines.taverna.remote import RemoteActivity  # few runs need it

        for key, bound in self._bound.items():
            if not (bound.instant or bound.here or isinstance(bound, NotBound)):
                self._bound[key] = RemoteActivity(key, bound, executor)

    def problems(self) -> Iterator[tuple[str, str]]:
        """What will fail when it is invoked: the processor's path and a sentence."""
        for key, activity in self._activities.items():
            if activity.nested is None:
                for problem in bound_activity_class(activity.kind).problems(activity):
                    yield _path(key), problem

    def warm(self) -> None:
        """Begin to start the JVM, if anything needs it."""
        for activity in self._activities.values():
            if activity.nested is None and bound_activity_class(activity.kind).needs_jvm(activity):
                self._context.jvm.warm()
                return


def _path(key: str) -> str:
    """The processor of a scheduler's key."""
    return key.rpartition("#")[0]


def _bind(activity: Activity, context: RunContext) -> BoundActivity:
    if activity.nested is not None:
        return NotBound(activity, context, ValueError("nested workflows are not invoked"))
    try:
        return bound_activity_class(activity.kind)(activity, context)
    except Exception as error:
        return NotBound(activity, context, error)


class NotBound(BoundActivity):
    """Stands in for an activity whose configuration cannot be used."""

    def __init__(self, activity: Activity, context: RunContext, error: Exception) -> None:
        super().__init__(activity, context)
        self._error = error

    def invoke(self, inputs: Inputs) -> Outputs:
        raise ActivityFailure(f"The service is not executable: {self._error}")

"""String constants: one output, always the same text (activities.md 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.workflow.model import Activity, ActivityPort


class StringConstant(BoundActivity):
    """Gives its text verbatim, with white space and line ends as they are."""

    instant = True

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._outputs = {"value": _text(activity) or ""}

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        if _text(activity) is None:
            yield "The string constant has no value."

    @classmethod
    def output_ports(cls, activity: Activity) -> Sequence[ActivityPort]:
        return (ActivityPort("value"),)

    def invoke(self, inputs: Inputs) -> Outputs:
        return self._outputs

    def invoke_all(self, batch: Sequence[Inputs]) -> Iterator[Outputs | ActivityFailure]:
        return (self._outputs for _ in batch)


def _text(activity: Activity) -> str | None:
    value = activity.config.find("value") if activity.config else None
    return value.text if value else None

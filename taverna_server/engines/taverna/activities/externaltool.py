"""External tools, on this machine and by ssh on others (activities.md 10)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.tooldescription import Tool, read_tool
from taverna_server.engines.taverna.activities.toolinvocation import Invocation
from taverna_server.workflow.model import Activity, ActivityPort, Bean


class ExternalTool(BoundActivity):
    """Runs the command of the configuration."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._tool = _tool(activity)

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        if not _tool(activity).command.strip():
            yield "The command of the tool is missing."

    @classmethod
    def output_ports(cls, activity: Activity) -> Sequence[ActivityPort]:
        tool = _tool(activity)
        streams = (("STDOUT", tool.gives_stdout), ("STDERR", tool.gives_stderr))
        return (
            *(ActivityPort(output.port, binary=output.binary) for output in tool.outputs),
            *(ActivityPort(name, binary=True) for name, given in streams if given),
        )

    def invoke(self, inputs: Inputs) -> Outputs:
        kind = _invocation_class(self._tool.mechanism)
        self.context.check_cancelled()
        place = Path(tempfile.mkdtemp(prefix="tool-", dir=self.context.scratch))
        try:
            return kind(self._tool, self.context, place).run(inputs)
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _tool(activity: Activity) -> Tool:
    return read_tool(activity.config or Bean("none"))


def _invocation_class(mechanism: str) -> type[Invocation]:
    if mechanism == "local":
        return Invocation
    if mechanism == "ssh":
        from taverna_server.engines.taverna.activities.toolssh import (  # seldom needed
            RemoteInvocation,
        )

        return RemoteInvocation
    raise ActivityFailure("No invocation mechanism found")

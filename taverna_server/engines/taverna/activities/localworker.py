"""Local workers: scripts, the frequent ones native (activities.md 2)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from taverna_server.data.values import FileValue, Value
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.beanshell import Beanshell, script_text
from taverna_server.engines.taverna.activities.jvmprocess import LARGE
from taverna_server.engines.taverna.activities.nativeworkers import Declined, native_worker
from taverna_server.workflow.model import Activity


class LocalWorker(Beanshell):
    """Works natively where that is certain to give the same, else runs the script."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._native = native_worker(activity, script_text(activity))

    @classmethod
    def needs_jvm(cls, activity: Activity) -> bool:
        return native_worker(activity, script_text(activity)) is None

    def invoke_all(self, batch: Sequence[Inputs]) -> Iterator[Outputs | ActivityFailure]:
        if self._native is None:
            yield from super().invoke_all(batch)
            return
        for inputs in batch:
            try:
                yield self._kept(self._native(inputs))
            except Declined:
                yield from super().invoke_all((inputs,))

    def _kept(self, outputs: dict[str, Value]) -> Outputs:
        """Large texts go to files, as those of scripts do."""
        for port, value in outputs.items():
            if isinstance(value, str) and len(value) >= LARGE:
                outputs[port] = self._in_file(value)
        return outputs

    def _in_file(self, text: str) -> FileValue:
        with tempfile.NamedTemporaryFile(dir=self.context.scratch, delete=False) as file:
            file.write(text.encode("utf-8", "surrogatepass"))
        return FileValue(Path(file.name), "utf-8")

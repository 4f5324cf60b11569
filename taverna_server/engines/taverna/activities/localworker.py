"""Local workers: scripts, the frequent ones native (activities.md 2).

Those of Taverna 1 came without scripts; of them only the native ones work.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
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
from taverna_server.engines.taverna.activities.nativeworkers import (
    Declined,
    NativeWorker,
    named_worker,
    native_worker,
)
from taverna_server.workflow.model import Activity


class LocalWorker(Beanshell):
    """Works natively where that is certain to give the same, else runs the script."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._native = _native(activity)

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        if not _scripted(activity) and _native(activity) is None:
            yield _unknown(activity)

    @classmethod
    def needs_jvm(cls, activity: Activity) -> bool:
        return _scripted(activity) and _native(activity) is None

    def invoke_all(self, batch: Sequence[Inputs]) -> Iterator[Outputs | ActivityFailure]:
        if self._native is None:
            yield from self._by_script(batch)
            return
        for inputs in batch:
            try:
                yield self._kept(self._native(inputs))
            except Declined:
                yield from self._by_script((inputs,))

    def _by_script(self, batch: Sequence[Inputs]) -> Iterator[Outputs | ActivityFailure]:
        if _scripted(self.activity):
            yield from super().invoke_all(batch)
        else:
            yield from (ActivityFailure(_unknown(self.activity)) for _ in batch)

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


def _scripted(activity: Activity) -> bool:
    return activity.config is not None and activity.config.find("script") is not None


def _native(activity: Activity) -> NativeWorker | None:
    if _scripted(activity):
        return native_worker(activity, script_text(activity))
    return named_worker(activity)


def _unknown(activity: Activity) -> str:
    name = activity.config.text_of("localworkerName") if activity.config else ""
    if named_worker(activity):
        return f"The local worker {name} of Taverna 1 cannot do this with the inputs it was given"
    return f"The service is not executable: Taverna 1 had no script for the local worker {name}"

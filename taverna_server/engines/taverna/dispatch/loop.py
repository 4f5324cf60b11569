"""Run a job again while a condition says so (7.3).

The condition is an activity. Its inputs come by name from the last outputs, else
from the job; its output ``loop`` decides, and all its outputs are laid over the
job's own inputs for the next turn, which is how feedback works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from taverna_server.data.values import ErrorDocument, ListValue, Value, contains_errors, read_text
from taverna_server.engines.taverna.dispatch.base import Call, Layer, Services
from taverna_server.engines.taverna.events import Failure, Index, Job, Values

NO_CONDITION = Failure("Can't invoke condition service ")
"""The trailing space is Taverna's."""

NEVER_INVOKED = Failure("The loop condition did not ask for a first invocation")


class Loop(Layer):
    """Each job loops by itself."""

    def __init__(
        self, condition: Call, ports: Sequence[str], run_first: bool, services: Services
    ) -> None:
        """``ports`` are the names of the condition's inputs."""
        self._condition = condition
        self._ports = ports
        self._run_first = run_first
        self._services = services
        self._jobs: dict[Index, Job] = {}
        self._last: dict[Index, Values] = {}

    def job(self, job: Job) -> None:
        self._jobs[job.index] = job
        if self._run_first:
            self.below.job(job)
        else:
            self._ask(job, {})

    def result(self, job: Job, outputs: Values) -> None:
        self._last[job.index] = outputs
        self._ask(self._jobs[job.index], outputs)

    def failure(self, job: Job, failure: Failure) -> None:
        self._forget(job)
        self.above.failure(job, failure)

    def _ask(self, job: Job, outputs: Values) -> None:
        known = {**job.inputs, **outputs}
        inputs = {port: known[port] for port in self._ports if port in known}
        if any(map(contains_errors, inputs.values())):
            self.failure(job, NO_CONDITION)
        else:
            self._services.call(self._condition, [(job, inputs)], self)

    def answered(self, job: Job, outputs: Values) -> None:
        """The condition has spoken."""
        again = _says_again(outputs.get("loop"))
        if again is None:
            self.failure(job, NO_CONDITION)
        elif again:
            self.send(replace(job, inputs={**job.inputs, **outputs}))
        else:
            self._finish(job)

    def failed(self, job: Job, failure: Failure) -> None:
        """The condition failed."""
        self.failure(job, replace(NO_CONDITION, exception=failure.message))

    def _finish(self, job: Job) -> None:
        outputs = self._last.get(job.index)
        self._forget(job)
        if outputs is None:
            self.above.failure(job, NEVER_INVOKED)
        else:
            self.above.result(job, outputs)

    def _forget(self, job: Job) -> None:
        self._jobs.pop(job.index, None)
        self._last.pop(job.index, None)


def _says_again(loop: Value | None) -> bool | None:
    """None where there is no single value to read."""
    if loop is None or isinstance(loop, ListValue | ErrorDocument):
        return None
    return read_text(loop).lower() == "true"

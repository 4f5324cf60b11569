"""Errors travel around activities, not through them (7.2, 8).

A job with an error among its inputs comes back at once with error documents for
all outputs; so does a job that failed below. Either way it counts as a result,
and the other iterations go on. A job that failed when some items of its lists had
left already keeps them: the error is the last item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from taverna_server.data.values import ErrorDocument, ListValue, Value, contains_errors
from taverna_server.engines.taverna.dispatch.base import Layer
from taverna_server.engines.taverna.events import Failure, Index, Job

Erred = Callable[[Index, ErrorDocument], None]
"""Told of each job whose outputs are errors, with one of them."""


def error_for(processor: str, port: str) -> str:
    """The beginning of every message about a port without a value."""
    return f"Processor '{processor}' - Port '{port}'"


class ErrorBounce(Layer):
    """Makes error documents of bad inputs and of failures."""

    def __init__(self, processor: str, depths: Mapping[str, int], erred: Erred) -> None:
        """``depths`` of the processor's output ports."""
        self._processor = processor
        self._depths = depths
        self._erred = erred

    def job(self, job: Job) -> None:
        for value in job.inputs.values():
            if isinstance(value, ListValue | ErrorDocument) and contains_errors(value):
                self._bounce(job)
                return
        self.below.job(job)

    def _bounce(self, job: Job) -> None:
        causes = tuple(filter(contains_errors, job.inputs.values()))
        self.above.result(job, self._errors(job, ErrorDocument("", causes=causes)))

    def failure(self, job: Job, failure: Failure) -> None:
        self.above.result(job, self._errors(job, _error(failure)))

    def broken(self, job: Job, failure: Failure) -> None:
        self.above.part(job, self._errors(job, _error(failure), part=True))
        self.above.parts_ended(job)

    def _errors(self, job: Job, error: ErrorDocument, part: bool = False) -> dict[str, Value]:
        """One for each port, for the whole of a job or for one item of its lists."""
        outputs: dict[str, Value] = {
            port: ErrorDocument(
                error_for(self._processor, port) + error.message,
                depth - part,
                error.exception,
                error.trace,
                error.causes,
            )
            for port, depth in self._depths.items()
        }
        first = next(iter(outputs.values()), error)
        assert isinstance(first, ErrorDocument)  # noqa: S101
        self._erred(job.index, first)
        return outputs


def _error(failure: Failure) -> ErrorDocument:
    return ErrorDocument(f": {failure.message}", 0, failure.exception, failure.trace)

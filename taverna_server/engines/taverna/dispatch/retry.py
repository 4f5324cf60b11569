"""When an activity fails, wait and try it again (7.5).

The job keeps its place in ``Parallelize`` meanwhile.
"""

from __future__ import annotations

from functools import partial

from taverna_server.engines.taverna.dispatch.base import Layer, Services
from taverna_server.engines.taverna.events import Failure, Index, Job, JobRetried, Values
from taverna_server.workflow import model


class Retry(Layer):
    """Counts the failures of each job."""

    def __init__(self, config: model.Retry, label: str, services: Services) -> None:
        self._config = config
        self._label = label
        self._services = services
        self._failures: dict[Index, int] = {}

    def result(self, job: Job, outputs: Values) -> None:
        self._failures.pop(job.index, None)
        self.above.result(job, outputs)

    def parts_ended(self, job: Job) -> None:
        self._failures.pop(job.index, None)
        self.above.parts_ended(job)

    def broken(self, job: Job, failure: Failure) -> None:
        self._failures.pop(job.index, None)
        self.above.broken(job, failure)

    def failure(self, job: Job, failure: Failure) -> None:
        failures = self._failures.pop(job.index, 0)
        if failures >= self._config.max_retries:
            self.above.failure(job, failure)
            return
        self._failures[job.index] = failures + 1
        seconds = delay(self._config, failures)
        self._services.say(JobRetried(self._label, job.index, failure, seconds))
        self._services.later(seconds, partial(self.send, job))


def delay(config: model.Retry, failures: int) -> float:
    """Seconds to wait after so many earlier failures."""
    try:
        wanted = config.initial_delay * config.backoff_factor**failures
    except OverflowError:
        wanted = config.max_delay
    return int(min(wanted, config.max_delay)) / 1000

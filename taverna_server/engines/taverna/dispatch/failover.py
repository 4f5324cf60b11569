"""When an activity fails, try the next alternate (7.4).

Retry lies below, so each alternate gets all its retries. Error documents among
the outputs are not failures and change nothing.
"""

from __future__ import annotations

from dataclasses import replace

from taverna_server.engines.taverna.dispatch.base import Layer
from taverna_server.engines.taverna.events import Failure, Job


class Failover(Layer):
    """The last alternate's failure is the job's."""

    def __init__(self, alternates: int) -> None:
        self._alternates = alternates

    def failure(self, job: Job, failure: Failure) -> None:
        if job.alternate + 1 < self._alternates:
            self.send(replace(job, alternate=job.alternate + 1))
        else:
            self.above.failure(job, failure)

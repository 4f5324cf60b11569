"""The top layer: how many jobs of a processor are under way at once (7.1).

Jobs that wait together leave together, as a batch that one thread works through
in order: it counts as one of ``max_jobs``, so one after the other stays one
after the other, without a trip through the scheduler for each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from taverna_server.engines.taverna.dispatch.base import Layer
from taverna_server.engines.taverna.events import Completion, Index, Job, Values
from taverna_server.engines.taverna.tally import Tally

UNLIMITED = 1 << 30


class Parallelize(Layer):
    """Keeps at most ``max_jobs`` batches below it, and completions behind earlier jobs."""

    def __init__(
        self, max_jobs: int, largest_batch: int, tally: Tally, wake: Callable[[], None]
    ) -> None:
        """``wake`` asks for ``release`` to be called soon."""
        self._tally = tally
        self._max_jobs = max(1, max_jobs)
        self._largest_batch = largest_batch
        self._wake = wake
        self._queue: deque[Job | Completion] = deque()
        self._slots: dict[int, int] = {}
        self._slot_of: dict[Index, int] = {}
        self._last_slot = 0

    def enqueue(self, item: Job | Completion) -> None:
        """Take what the iteration strategy made; ``release`` sends it on."""
        self._queue.append(item)
        self._wake()

    def release(self) -> None:
        """Send on as much as may go."""
        while self._queue:
            head = self._queue[0]
            if isinstance(head, Completion):
                if self._slot_of:
                    return
                self._queue.popleft()
                self.above.completion(head.index)
            elif len(self._slots) < self._max_jobs:
                self._start(self._next_batch())
            else:
                return

    def _next_batch(self) -> list[Job]:
        batch: list[Job] = []
        limit = min(self._largest_batch, self._fair_share())
        while self._queue and len(batch) < limit and isinstance(self._queue[0], Job):
            batch.append(self._queue.popleft())  # type: ignore[arg-type]
        return batch

    def _fair_share(self) -> int:
        """With several at once, small enough that the last ones do not wait for one."""
        if self._max_jobs == 1:
            return UNLIMITED
        return max(1, len(self._queue) // (2 * self._max_jobs))

    def _start(self, batch: list[Job]) -> None:
        self._last_slot += 1
        slot = self._last_slot
        self._slots[slot] = len(batch)
        self._tally.running += 1
        for job in batch:
            self._slot_of[job.index] = slot
        for job in batch:
            self.below.job(job)
        self.below.flush()

    def result(self, job: Job, outputs: Values) -> None:
        self._answered(job)
        self.above.result(job, outputs)

    def parts_ended(self, job: Job) -> None:
        self._answered(job)
        self.above.parts_ended(job)

    def not_started(self, jobs: Sequence[Job]) -> None:
        for job in reversed(jobs):
            self._answered(job)
            self._queue.appendleft(job)

    def _answered(self, job: Job) -> None:
        slot = self._slot_of.pop(job.index)
        self._slots[slot] -= 1
        if not self._slots[slot]:
            del self._slots[slot]
            self._tally.running -= 1
            self._wake()

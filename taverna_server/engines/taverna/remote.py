"""Invocations in other processes: a pool of this machine, or Dask workers.

Theory of operation. The scheduler, the driver and the order of things stay
where they are; a ``RemoteActivity`` stands where the activity itself would
stand, and sends rows of inputs through an executor to a process that has the
same activity bound to the same run. How much goes side by side is decided as
ever by ``max_jobs``: what is sequential in the workflow stays sequential here,
a chunk of rows after the other.

A worker process makes a ``Workshop`` for each run it works for: a context with
a JVM of its own and its own corner of the run's scratch directory. So values in
files travel as their paths, and workers elsewhere need the run directories on a
file system they share with the server.

A worker learns that a run was stopped, or has ended, from the run's scratch
directory: a file ``cancelled`` appears, or the directory goes. That works over
any distance, also when the engine was killed, and nothing but a look at a
directory is asked of the cluster.

What is unlovely: static state of Java classes, which scripts of one run share
otherwise, is shared only by the scripts that meet in one worker.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor
from dataclasses import dataclass
from pathlib import Path

from taverna_server.data.rundir import RunDirectory
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunCancelled,
    RunContext,
)
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity

CHUNK = 64
"""Rows in one task: few enough to see a stop soon, enough to pay for the trip."""
CANCELLED = "cancelled"
LOOK_SECONDS = 0.2
"""Between looks of a worker at whether the run still wants it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a worker must know of a run."""

    run_id: str
    wd: Path
    scratch: Path
    options: Mapping[str, object]
    security: RunDirectory | None

    @classmethod
    def of(cls, context: RunContext) -> Place:
        """The place of a run that executes here."""
        options = dict(context.options)
        return cls(context.run_id, context.wd, context.scratch, options, context.security)

    def is_over(self) -> bool:
        """Whether nobody waits for answers any more."""
        return not self.scratch.exists() or (self.scratch / CANCELLED).exists()


class RemoteActivity(BoundActivity):
    """An activity whose invocations go through an executor."""

    def __init__(self, key: str, local: BoundActivity, executor: Executor) -> None:
        super().__init__(local.activity, local.context)
        self._key = key
        self._local = local
        self._executor = executor
        self._place = Place.of(local.context)

    def invoke(self, inputs: Inputs) -> Outputs:
        (answer,) = self._ask((inputs,))
        if isinstance(answer, ActivityFailure):
            raise answer
        return answer

    def invoke_all(self, batch: Sequence[Inputs]) -> Iterator[Outputs | ActivityFailure]:
        rows = iter(batch)
        while chunk := tuple(itertools.islice(rows, CHUNK)):
            yield from self._ask(chunk)

    def _ask(self, chunk: Sequence[Inputs]) -> Sequence[Outputs | ActivityFailure]:
        future = self._executor.submit(work, self._place, self._key, self.activity, chunk)

        def give_up() -> None:
            (self._place.scratch / CANCELLED).touch()
            future.cancel()

        with self.context.cancelled.stopping(give_up):
            try:
                return future.result()
            except CancelledError as error:
                raise RunCancelled from error

    def close(self) -> None:
        self._local.close()


# -- in the worker ---------------------------------------------------------------------------


def work(
    place: Place, key: str, activity: Activity, chunk: Sequence[Inputs]
) -> list[Outputs | ActivityFailure]:
    """Invoke an activity for each row, in order, in a process that is not the engine's."""
    return _workshop(place).work(key, activity, chunk)


class Workshop:
    """A run as a worker process sees it."""

    def __init__(self, place: Place) -> None:
        corner = place.scratch / f"worker-{os.uname().nodename}-{os.getpid()}"
        corner.mkdir(exist_ok=True)
        self._place = place
        self.context = RunContext(
            place.wd, corner, place.run_id, place.options, security=place.security
        )
        self._bound: dict[str, BoundActivity] = {}
        self._lock = threading.Lock()

    def work(
        self, key: str, activity: Activity, chunk: Sequence[Inputs]
    ) -> list[Outputs | ActivityFailure]:
        """One answer for each row."""
        return list(self._activity(key, activity).invoke_all(chunk))

    def _activity(self, key: str, activity: Activity) -> BoundActivity:
        with self._lock:
            if key not in self._bound:
                self._bound[key] = bound_activity_class(activity.kind)(activity, self.context)
            return self._bound[key]

    def stay_until_over(self) -> None:
        """Let go of everything as soon as the run wants nothing more."""
        pause = threading.Event()
        while not self._place.is_over():
            pause.wait(LOOK_SECONDS)
        self.context.cancel()
        for bound in self._bound.values():
            bound.close()
        self.context.close()


_workshops: dict[Path, Workshop] = {}
_opening = threading.Lock()


def _workshop(place: Place) -> Workshop:
    with _opening:
        if place.is_over():
            raise RunCancelled
        if place.scratch not in _workshops:
            made = _workshops[place.scratch] = Workshop(place)
            threading.Thread(target=_keep, args=(place, made), daemon=True, name="workshop").start()
        return _workshops[place.scratch]


def _keep(place: Place, workshop: Workshop) -> None:
    try:
        workshop.stay_until_over()
    finally:
        with _opening:
            del _workshops[place.scratch]

"""Carries the scheduler's instructions out, and reports back what happened.

One thread, the caller's, owns the scheduler: it takes events from a queue, asks
what now, and does it: batches go to the executor, delays into a heap, notes to
the listeners. Everything else (activities at work, a stop from a signal handler)
only puts events into the queue. All events that lie in the queue are handled
together, so a busy run costs fewer turns, not more.
"""

from __future__ import annotations

import heapq
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Protocol

from taverna_server.data.values import Value
from taverna_server.engines.taverna.activities.base import BoundActivity, RunContext
from taverna_server.engines.taverna.batch import BatchWork
from taverna_server.engines.taverna.events import (
    Event,
    Instruction,
    InvokeBatch,
    OutputReady,
    ResumeAsked,
    RunCancelled,
    RunCompleted,
    RunStarted,
    RunStuck,
    StopAsked,
    SuspendAsked,
    TimeCame,
    WakeLater,
)
from taverna_server.engines.taverna.listening import Listener
from taverna_server.engines.taverna.scheduler import Scheduler

PROGRESS_INTERVAL = 0.25
LONGEST_INTERVAL = 2.0
INTERVALS = 400
"""Between two tellings lies this fraction of the time the run has taken, within the two
limits: what a run of days tells can be read in a second."""
MOST_EVENTS = 1000
"""Handled in one turn, so that results reach the next processors in between."""
CROWD = 5000
"""Waiting events that make batches wait: results are not made faster than they are saved."""


class Bound(Protocol):
    """Finds the bound activity of a key."""

    def __getitem__(self, key: str) -> BoundActivity: ...


@dataclass(slots=True)
class Ended:
    """How a run ended, with the outputs that were ready."""

    end: RunCompleted | RunCancelled | RunStuck
    outputs: Mapping[str, Value] = field(default_factory=dict)


class Controls:
    """Asks a run to stop or wait; may be used from any thread, before and during the run."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.gate = threading.Event()
        self.gate.set()
        self.stopped = threading.Event()

    def stop(self) -> None:
        """End as soon as possible."""
        self.stopped.set()
        self.events.put(StopAsked())
        self.gate.set()

    def suspend(self) -> None:
        """Begin nothing new."""
        self.gate.clear()
        self.events.put(SuspendAsked())

    def resume(self) -> None:
        """Go on."""
        self.events.put(ResumeAsked())
        self.gate.set()


class Driver:
    """Runs one scheduler to its end."""

    def __init__(
        self,
        scheduler: Scheduler,
        bound: Bound,
        executor: Executor,
        context: RunContext,
        controls: Controls,
        listeners: Sequence[Listener] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scheduler = scheduler
        self._bound = bound
        self._executor = executor
        self._context = context
        self._controls = controls
        self._listeners = listeners
        self._clock = clock
        self._timers: list[tuple[float, int]] = []
        self._outputs: dict[str, Value] = {}
        self._end: RunCompleted | RunCancelled | RunStuck | None = None
        self._news = False
        self._began = clock()
        self._next_progress = 0.0
        self._room = threading.Event()
        self._room.set()

    def run(self, inputs: Mapping[str, Value]) -> Ended:
        """Returns when the run has ended; nothing is being invoked any more, or soon."""
        try:
            self._run(inputs)
        finally:
            self._room.set()
        assert self._end is not None  # noqa: S101
        if isinstance(self._end, RunCancelled):
            self._context.cancel()
        return Ended(self._end, self._outputs)

    def _run(self, inputs: Mapping[str, Value]) -> None:
        self._carry_out(self._scheduler.handle(RunStarted(inputs)))
        while self._end is None:
            events = self._next_events()
            if events:
                self._carry_out(self._scheduler.handle(*events))
            self._tell_progress()
        self._tell_progress(at_once=True)

    def _next_events(self) -> list[Event]:
        """What has happened; empty when it is only time to tell the progress."""
        waiting = self._controls.events
        events: list[Event] = []
        try:
            events.append(waiting.get(timeout=self._patience()))
            while len(events) < MOST_EVENTS:
                events.append(waiting.get_nowait())
        except queue.Empty:
            pass
        if waiting.qsize() < CROWD // 2:
            self._room.set()
        return events + list(self._due())

    def _post(self, event: Event) -> None:
        """From a batch's thread."""
        waiting = self._controls.events
        waiting.put(event)
        if waiting.qsize() > CROWD and self._end is None:
            self._room.clear()
            if waiting.qsize() < CROWD // 2 or self._end is not None:  # nobody would set it
                self._room.set()
            self._room.wait()

    def _patience(self) -> float | None:
        """How long there is nothing to do but wait."""
        moments = [due for due, _ in self._timers[:1]]
        if self._news:
            moments.append(self._next_progress)
        return max(0.0, min(moments) - self._clock()) if moments else None

    def _due(self) -> list[TimeCame]:
        came = []
        while self._timers and self._timers[0][0] <= self._clock():
            came.append(TimeCame(heapq.heappop(self._timers)[1]))
        return came

    def _carry_out(self, instructions: Sequence[Instruction]) -> None:
        self._news = True
        for instruction in instructions:
            if isinstance(instruction, InvokeBatch):
                self._invoke(instruction)
                continue
            if isinstance(instruction, WakeLater):
                due = self._clock() + instruction.seconds
                heapq.heappush(self._timers, (due, instruction.timer))
            elif isinstance(instruction, OutputReady):
                self._outputs[instruction.port] = instruction.value
            elif isinstance(instruction, RunCompleted | RunCancelled | RunStuck):
                self._end = instruction
            for listener in self._listeners:
                listener.said(instruction)

    def _invoke(self, batch: InvokeBatch) -> None:
        bound = self._bound[batch.activity]
        here = bound.instant and self._controls.gate.is_set()
        post = self._controls.events.put if here else self._post
        work = BatchWork(batch, bound, self._context, self._controls.gate, post)
        if here:
            work()
        else:
            self._executor.submit(work)

    def _tell_progress(self, at_once: bool = False) -> None:
        now = self._clock()
        if at_once or (self._news and now >= self._next_progress):
            pause = max((now - self._began) / INTERVALS, PROGRESS_INTERVAL)
            self._next_progress = now + min(pause, LONGEST_INTERVAL)
            self._news = False
            for listener in self._listeners:
                listener.progress(self._scheduler.tallies)

"""One batch of invocations, on a thread of the executor.

Whatever an activity does, each invocation of the batch is answered exactly once
or given back; a run never waits for an answer that will not come. Only when the
run is cancelled does the batch end without a word. What an activity gives in parts
is posted part by part; while the run is suspended the activity is held there.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator

from taverna_server.data.values import StackFrame
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    GivesParts,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.events import (
    Event,
    Failure,
    InvocationDone,
    InvocationFailed,
    InvocationsNotStarted,
    InvokeBatch,
    PartCame,
    PartsEnded,
    Values,
)

_EPOCH = time.time() - time.monotonic()


def now() -> float:
    """Seconds since 1970 by a clock that never steps back: an effect is not before its cause."""
    return _EPOCH + time.monotonic()


class RunOver(Exception):
    """Ends a batch whose run was cancelled."""


class BatchWork:
    """Works through a batch and posts what happens."""

    def __init__(
        self,
        batch: InvokeBatch,
        bound: BoundActivity,
        context: RunContext,
        gate: threading.Event,
        post: Callable[[Event], None],
    ) -> None:
        """``gate`` is closed while the run is suspended."""
        self._batch = batch
        self._bound = bound
        self._context = context
        self._gate = gate
        self._post = post
        self._giver = bound if batch.in_parts and isinstance(bound, GivesParts) else None
        self._began = 0.0

    def __call__(self) -> None:
        try:
            self._proceed()
            self._began = now()
            if self._batch.stop_at_failure:
                self._until_a_failure()
            elif self._giver is not None:
                self._one_by_one()
            else:
                self._all()
        except RunOver:
            return

    def _all(self) -> None:
        """As one stream; after an uncaught exception, one by one."""
        items = self._batch.items
        answered = 0
        for answer, (number, _) in zip(self._answers(), items, strict=False):
            self._answer(number, answer)
            answered += 1
            self._proceed()
        for number, inputs in items[answered:]:
            self._one(number, inputs)

    def _answers(self) -> Iterator[Outputs | ActivityFailure]:
        try:
            yield from self._bound.invoke_all([inputs for _, inputs in self._batch.items])
        except GeneratorExit:
            raise
        except BaseException as error:  # an activity may raise anything
            yield self._uncaught(error)

    def _one_by_one(self) -> None:
        for number, inputs in self._batch.items:
            self._one(number, inputs)

    def _until_a_failure(self) -> None:
        for place, (number, inputs) in enumerate(self._batch.items):
            if not self._one(number, inputs):
                rest = tuple(number for number, _ in self._batch.items[place + 1 :])
                if rest:
                    self._post(InvocationsNotStarted(rest))
                return

    def _one(self, number: int, inputs: Values) -> bool:
        self._proceed()
        try:
            answer = self._invoked(number, inputs)
        except ActivityFailure as failure:
            answer = failure
        except BaseException as error:  # an activity may raise anything
            answer = self._uncaught(error)
        self._answer(number, answer)
        return not isinstance(answer, ActivityFailure)

    def _invoked(self, number: int, inputs: Values) -> Outputs | ActivityFailure | None:
        """None where all outputs have gone out in parts."""
        if self._giver is None:
            return self._bound.invoke(inputs)

        def give(part: Outputs) -> None:
            self._proceed()
            self._post(PartCame(number, part))

        self._giver.invoke_in_parts(inputs, give)
        return None

    def _answer(self, number: int, answer: Outputs | ActivityFailure | None) -> None:
        """One begins where the one before it ended: a batch is worked through in order."""
        ended = now()
        self._post(_event(number, answer, (self._began, ended)))
        self._began = ended

    def _proceed(self) -> None:
        """Wait while the run is suspended; raises RunOver once it is cancelled."""
        self._gate.wait()
        if self._context.cancelled.is_set():
            raise RunOver

    def _uncaught(self, error: BaseException) -> ActivityFailure:
        if self._context.cancelled.is_set():
            raise RunOver from error
        return ActivityFailure(
            f"Uncaught exception while invoking {self._bound.activity.class_name}",
            f"{type(error).__name__}: {error}",
            tuple(
                StackFrame(frame.name, frame.filename, frame.lineno or 0)
                for frame in reversed(traceback.extract_tb(error.__traceback__))
            ),
        )


def _event(
    number: int, answer: Outputs | ActivityFailure | None, times: tuple[float, float]
) -> Event:
    if answer is None:
        return PartsEnded(number, times)
    if isinstance(answer, ActivityFailure):
        failure = Failure(answer.message, answer.exception, answer.trace)
        return InvocationFailed(number, failure, times)
    return InvocationDone(number, answer, times)

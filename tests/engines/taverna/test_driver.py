"""The driver and its batches, with activities that wait, fail or break on cue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from taverna_server.data.values import ErrorDocument, ListValue, Value
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.driver import (
    PROGRESS_INTERVAL,
    Controls,
    Driver,
    Ended,
)
from taverna_server.engines.taverna.events import (
    Instruction,
    RunCancelled,
    RunCompleted,
    RunStuck,
)
from taverna_server.engines.taverna.listening import Listener
from taverna_server.engines.taverna.plan import plan_workflow
from taverna_server.engines.taverna.scheduler import Scheduler
from taverna_server.engines.taverna.tally import Tally
from taverna_server.workflow.model import Retry, Workflow
from tests.engines.taverna.building import (
    Fails,
    Service,
    activity,
    flow,
    join,
    one_step,
    plain,
    step,
    value,
)


class Serves(BoundActivity):
    """Calls a function for each invocation."""

    def __init__(self, service: Service, context: RunContext) -> None:
        super().__init__(activity("fake", [], {}), context)
        self.service = service

    def invoke(self, inputs: Inputs) -> Outputs:
        return self.service(inputs)


class Bench:
    """A context, an executor and controls for one run at a time."""

    def __init__(self, root: Path, executor: ThreadPoolExecutor) -> None:
        self.context = RunContext(root, root)
        self.executor = executor
        self.controls = Controls()
        self.listeners: list[Listener] = []

    def run(
        self, workflow: Workflow, services: Mapping[str, Any], inputs: Mapping[str, Value]
    ) -> Ended:
        bound = {
            key: service if isinstance(service, BoundActivity) else Serves(service, self.context)
            for key, service in services.items()
        }
        scheduler = Scheduler(plan_workflow(workflow))
        driver = Driver(
            scheduler, bound, self.executor, self.context, self.controls, self.listeners
        )
        return driver.run(inputs)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ThreadPoolExecutor(20) as executor:
        yield Bench(tmp_path, executor)


P, Q = step("P", {"a": 0}), step("Q", {"a": 0})
CHAIN = flow({"a": 1}, [P, Q], "a > P.a", "P.o > Q.a", "Q.o > o")


def test_ten_thousand_items_pass_two_processors_quickly(bench: Bench) -> None:
    items = [str(number) for number in range(10_000)]
    begin = time.perf_counter()
    ended = bench.run(CHAIN, {"P#0": join, "Q#0": join}, {"a": value(items, 1)})
    assert plain(ended.outputs["o"]) == items
    assert time.perf_counter() - begin < 5, "about 0.3 s on an idle machine"


def test_items_stream_downstream_before_the_list_is_complete(bench: Bench) -> None:
    """12: Q works on the first item while P still waits with the second."""
    first_arrived = threading.Event()

    def slow(inputs: Inputs) -> Outputs:
        if inputs["a"] == "second":
            assert first_arrived.wait(10)
        return join(inputs)

    def next_step(inputs: Inputs) -> Outputs:
        first_arrived.set()
        return join(inputs)

    ended = bench.run(CHAIN, {"P#0": slow, "Q#0": next_step}, {"a": value(["first", "second"], 1)})
    assert plain(ended.outputs["o"]) == ["first", "second"]


class Counts:
    """How many are at work at once, and in which order they began."""

    def __init__(self, pause: float = 0.002) -> None:
        self.pause, self.now, self.most = pause, 0, 0
        self.began: list[Value] = []
        self.guard = threading.Lock()

    def __call__(self, inputs: Inputs) -> Outputs:
        with self.guard:
            self.now += 1
            self.most = max(self.most, self.now)
            self.began.append(inputs["a"])
        time.sleep(self.pause)
        with self.guard:
            self.now -= 1
        return join(inputs)


def test_one_at_a_time_in_list_order(bench: Bench) -> None:
    """F10"""
    counts = Counts()
    bench.run(one_step({"a": 1}, P), {"P#0": counts}, {"a": value(list("abcd"), 1)})
    assert (counts.most, counts.began) == (1, list("abcd"))


def test_as_many_at_once_as_allowed(bench: Bench) -> None:
    """F11"""
    counts = Counts(0.3)
    processor = step("P", {"a": 0}, max_jobs=3)
    begin = time.monotonic()
    given = {"a": value(list("abcde"), 1)}
    ended = bench.run(one_step({"a": 1}, processor), {"P#0": counts}, given)
    assert counts.most == 3
    assert 0.6 <= time.monotonic() - begin < 1.4, "two rounds; one after the other takes 1.5 s"
    assert plain(ended.outputs["o"]) == list("abcde")


def test_different_processors_work_at_the_same_time(bench: Bench) -> None:
    meeting = threading.Barrier(2, timeout=10)

    def meet(inputs: Inputs) -> Outputs:
        meeting.wait()
        return {"o": "met"}

    workflow = flow({}, [step("A"), step("B")], "A.o > a", "B.o > b")
    ended = bench.run(workflow, {"A#0": meet, "B#0": meet}, {})
    assert ended.outputs == {"a": "met", "b": "met"}


def test_retry_waits(bench: Bench) -> None:
    """F2, on a real clock"""
    processor = step("P", {"a": 0}, retry=Retry(3, 50, 50, 1.0))
    service = Fails()
    begin = time.monotonic()
    ended = bench.run(one_step({"a": 0}, processor), {"P#0": service}, {"a": "x"})
    assert service.calls == 4
    assert time.monotonic() - begin >= 0.15
    assert plain(ended.outputs["o"]) == "ERR0"


def test_only_failed_items_are_tried_again_in_order(bench: Bench) -> None:
    counts: list[Value] = []
    fails = Fails(when="bad", times=2)

    def service(inputs: Inputs) -> Outputs:
        counts.append(inputs["a"])
        return fails(inputs)

    processor = step("P", {"a": 0}, retry=Retry(3, 1, 1, 1.0))
    given = {"a": value(["bad", "p", "q"], 1)}
    ended = bench.run(one_step({"a": 1}, processor), {"P#0": service}, given)
    assert counts == ["bad", "bad", "bad", "p", "q"]
    assert plain(ended.outputs["o"]) == ["bad", "p", "q"]


def _error(ended: Ended, item: int | None = None) -> ErrorDocument:
    found = ended.outputs["o"]
    if item is not None:
        assert isinstance(found, ListValue)
        found = found.items[item]
    assert isinstance(found, ErrorDocument)
    return found


def test_uncaught_exception_is_the_items_failure(bench: Bench) -> None:
    """F21"""

    def broken(inputs: Inputs) -> Outputs:
        if inputs["a"] == "bad":
            raise KeyError("oops")
        return join(inputs)

    given = {"a": value(["x", "bad", "y"], 1)}
    ended = bench.run(one_step({"a": 1}, P), {"P#0": broken}, given)
    assert plain(ended.outputs["o"]) == ["x", "ERR0", "y"]
    error = _error(ended, 1)
    assert error.message.startswith("Processor 'P' - Port 'o': Uncaught exception while invoking")
    assert error.exception == "KeyError: 'oops'"
    assert error.trace[0].where == "broken"


class AnswersTooFew(Serves):
    """Forgets the second half of every batch."""

    def invoke_all(self, batch: Sequence[Inputs]) -> Iterator[Outputs | ActivityFailure]:
        yield from super().invoke_all(batch[: len(batch) // 2])


class AnswersTooMany(Serves):
    """Goes on after the end of a batch."""

    def invoke_all(self, batch: Sequence[Inputs]) -> Iterator[Outputs | ActivityFailure]:
        yield from super().invoke_all(batch)
        yield {"o": "one more"}


@pytest.mark.parametrize("kind", [AnswersTooFew, AnswersTooMany])
def test_every_invocation_is_answered_once(bench: Bench, kind: type[Serves]) -> None:
    bound = kind(join, bench.context)
    ended = bench.run(one_step({"a": 1}, P), {"P#0": bound}, {"a": value(list("abcd"), 1)})
    assert plain(ended.outputs["o"]) == list("abcd")


class Exits(Serves):
    """Ends its thread."""

    def invoke(self, inputs: Inputs) -> Outputs:
        raise SystemExit(3)


def test_activity_that_ends_its_thread_does_not_hang_the_run(bench: Bench) -> None:
    ended = bench.run(one_step({"a": 0}, P), {"P#0": Exits(join, bench.context)}, {"a": "x"})
    assert _error(ended).exception == "SystemExit: 3"


def test_stop_ends_the_run_and_tells_the_activities(bench: Bench) -> None:
    began = threading.Event()

    def waits(inputs: Inputs) -> Outputs:
        began.set()
        bench.context.cancelled.wait(10)
        bench.context.check_cancelled()
        raise AssertionError("not reached")

    def stopper() -> None:
        began.wait(10)
        bench.controls.stop()

    threading.Thread(target=stopper).start()
    begin = time.monotonic()
    steps = [step("A", {"a": 0}), step("B", {"a": 0})]
    workflow = flow({"a": 1}, steps, "a > A.a", "A.o > a", "a > B.a", "B.o > b", "a > c")
    ended = bench.run(workflow, {"A#0": waits, "B#0": join}, {"a": value(["x", "y"], 1)})
    assert isinstance(ended.end, RunCancelled)
    assert ended.outputs["c"] == value(["x", "y"], 1), "what was ready is kept"
    assert "a" not in ended.outputs
    assert time.monotonic() - begin < 5


def test_stop_before_the_start_invokes_next_to_nothing(bench: Bench) -> None:
    bench.controls.stop()
    counts = Counts()
    ended = bench.run(one_step({"a": 1}, P), {"P#0": counts}, {"a": value(list("abcdefgh"), 1)})
    assert isinstance(ended.end, RunCancelled)
    assert len(counts.began) <= 2


def test_stop_during_a_retry_delay_is_at_once(bench: Bench) -> None:
    """F20"""
    processor = step("P", {"a": 0}, retry=Retry(1, 60_000, 60_000, 1.0))
    threading.Timer(0.1, bench.controls.stop).start()
    begin = time.monotonic()
    ended = bench.run(one_step({"a": 0}, processor), {"P#0": Fails()}, {"a": "x"})
    assert isinstance(ended.end, RunCancelled)
    assert time.monotonic() - begin < 5


def test_suspended_run_begins_nothing_until_resumed(bench: Bench) -> None:
    counts = Counts(0.01)
    first = threading.Event()

    def service(inputs: Inputs) -> Outputs:
        first.set()
        return counts(inputs)

    seen: list[int] = []

    def controller() -> None:
        first.wait(10)
        bench.controls.suspend()
        time.sleep(0.1)
        seen.append(len(counts.began))
        time.sleep(0.2)
        seen.append(len(counts.began))
        bench.controls.resume()

    threading.Thread(target=controller).start()
    items = [str(number) for number in range(50)]
    ended = bench.run(one_step({"a": 1}, P), {"P#0": service}, {"a": value(items, 1)})
    assert isinstance(ended.end, RunCompleted)
    assert seen[0] == seen[1] < 50
    assert counts.began == items


class Remembers(Listener):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[Instruction] = []
        self.told: list[dict[str, tuple[int, int, int]]] = []

    def said(self, instruction: Instruction) -> None:
        self.heard.append(instruction)

    def progress(self, tallies: Mapping[str, Tally]) -> None:
        self.told.append({k: (t.queued, t.running, t.done) for k, t in tallies.items()})


def test_progress_is_told_while_the_run_lasts_and_at_its_end(bench: Bench) -> None:
    remembers = Remembers()
    bench.listeners = [remembers]
    slow: Callable[[Inputs], Outputs] = Counts(0.2)
    begin = time.monotonic()
    bench.run(one_step({"a": 1}, P), {"P#0": slow}, {"a": value(list("abcd"), 1)})
    assert remembers.told[-1] == {"P": (0, 0, 4)}
    assert 2 <= len(remembers.told) <= (time.monotonic() - begin) / PROGRESS_INTERVAL + 2
    assert remembers.heard[-1] == RunCompleted()


def test_run_that_cannot_go_on_ends(bench: Bench) -> None:
    """H8"""
    ended = bench.run(one_step({"a": 0}, P), {"P#0": join}, {})
    assert isinstance(ended.end, RunStuck)

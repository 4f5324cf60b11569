"""Cases F: the layers around one invocation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from taverna_server.data.values import ErrorDocument, Value
from taverna_server.engines.taverna.dispatch.retry import delay
from taverna_server.engines.taverna.events import (
    InvokeBatch,
    ResumeAsked,
    RunCancelled,
    RunCompleted,
    RunStarted,
    StopAsked,
    SuspendAsked,
    WakeLater,
)
from taverna_server.workflow.model import Activity, Loop, Retry
from tests.engines.taverna.building import (
    E,
    Fails,
    Play,
    Service,
    activity,
    flow,
    graph,
    join,
    nested,
    one_step,
    plain,
    step,
    value,
)


@pytest.mark.parametrize(
    ("case", "retry", "failing", "calls", "delays", "wanted"),
    [
        ("F1", Retry(0), 9, 1, [], "ERR0"),
        ("F2", Retry(3, 1000, 5000, 1.0), 9, 4, [1.0, 1.0, 1.0], "ERR0"),
        ("F3", Retry(5, 1000, 5000, 2.0), 9, 6, [1.0, 2.0, 4.0, 5.0, 5.0], "ERR0"),
        ("F4", Retry(2), 2, 3, [1.0, 1.0], "x"),
    ],
)
def test_retry(
    case: str, retry: Retry, failing: int, calls: int, delays: list[float], wanted: str
) -> None:
    play = Play(one_step({"a": 0}, step("P", {"a": 0}, retry=retry)), Fails(times=failing))
    play.run({"a": "x"})
    assert (len(play.called), play.delays, plain(play.outputs["o"])) == (calls, delays, wanted)


def test_delay_is_never_longer_than_the_longest() -> None:
    assert delay(Retry(1000, 1000, 5000, 1e6), 999) == 5.0


def test_error_among_the_outputs_is_not_retried() -> None:
    """F5, F6"""
    play = Play(one_step({"a": 0}, step("P", {"a": 0}, retry=Retry(2))), lambda _: {"o": E})
    play.run({"a": "x"})
    assert (len(play.called), plain(play.outputs["o"])) == (1, "ERR0")


def test_only_the_failed_item_is_tried_again_and_before_the_next() -> None:
    """M6; the order is Taverna's, where a retry keeps its place (7.5)."""
    service = Fails(when="bad", times=3)
    play = Play(one_step({"a": 1}, step("P", {"a": 0}, retry=Retry(3))), service)
    play.run({"a": value(["p", "bad", "q"], 1)})
    assert [i["a"] for _, i in play.called] == ["p", "bad", "bad", "bad", "q"]


def _alternates(second: Activity | None = None) -> list[Activity]:
    return [activity("fake", ["a"], {"o": 0}), second or activity("fake", ["a"], {"o": 0})]


def test_alternate_stands_in() -> None:
    """F7"""
    processor = step("P", {"a": 0}, alternates=_alternates())
    services: dict[str, Service] = {"P#0": Fails("A"), "P#1": join}
    play = Play(one_step({"a": 0}, processor), services).run({"a": "x"})
    assert [key for key, _ in play.called] == ["P#0", "P#1"]
    assert play.outputs["o"] == "x"


def test_every_alternate_has_its_retries() -> None:
    """F8"""
    processor = step("P", {"a": 0}, alternates=_alternates(), retry=Retry(1))
    play = Play(one_step({"a": 0}, processor), {"P#0": Fails("A"), "P#1": Fails("B")})
    play.run({"a": "x"})
    assert [key for key, _ in play.called] == ["P#0", "P#0", "P#1", "P#1"]
    assert play.outputs["o"] == ErrorDocument("Processor 'P' - Port 'o': B")


def test_alternate_has_port_names_of_its_own() -> None:
    """F9"""
    other = Activity("fake", "test.Other", {"a": "left"}, {"right": "o"})
    processor = step("P", {"a": 0}, alternates=_alternates(other))
    services: dict[str, Service] = {"P#0": Fails(), "P#1": lambda i: {"right": f"<{i['left']}>"}}
    play = Play(one_step({"a": 1}, processor), services).run({"a": value([1, 2], 1)})
    assert plain(play.outputs["o"]) == ["<1>", "<2>"]


def test_one_at_a_time_means_in_list_order() -> None:
    """F10"""
    play = Play(one_step({"a": 1}, step("P", {"a": 0}))).run({"a": value([1, 2, 3, 4], 1)})
    assert [i["a"] for _, i in play.called] == ["1", "2", "3", "4"]
    assert len(play.said(InvokeBatch)) == 1


def test_never_more_at_once_than_allowed() -> None:
    """F11"""
    play = Play(one_step({"a": 1}, step("P", {"a": 0}, max_jobs=3)))
    play.tell(RunStarted({"a": value(range_of(5), 1)}))
    assert len(play.waiting) == 3
    while play.waiting:
        assert len(play.waiting) <= 3
        play.step()
    play.check()
    assert plain(play.outputs["o"]) == range_of(5)


def range_of(length: int) -> list[str]:
    return [str(number) for number in range(length)]


def _looping(condition: Service, service: Service, **more: Any) -> Play:
    ports = more.pop("ports", ["status"])
    outs = more.pop("gives", {"loop": 0})
    loop = Loop(activity("beanshell", ports, outs), more.pop("run_first", True))
    processor = step("P", {"next": 0}, {"status": 0}, loop=loop, **more)
    return Play(one_step({"next": 0}, processor), {"P#0": service, "P#loop": condition})


class Sequence:
    """Gives one answer after the other."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def __call__(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {"status": self.answers.pop(0)}


def _until_completed(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
    return {"loop": str(inputs["status"] != "COMPLETED").lower()}


def _while_running(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
    return {"loop": str(inputs["status"] == "RUNNING").upper()}


@pytest.mark.parametrize("condition", [_until_completed, _while_running], ids=["F12", "F13"])
def test_loop_goes_on_until_the_condition_says_no(condition: Service) -> None:
    play = _looping(condition, Sequence("RUNNING", "RUNNING", "COMPLETED")).run({"next": "x"})
    assert [key for key, _ in play.called] == ["P#0", "P#loop"] * 3
    assert play.outputs["status"] == "COMPLETED"


def test_processor_without_loop_runs_once() -> None:
    """F14: an unconfigured loop is read as none."""
    play = Play(one_step({"a": 0}, step("P", {"a": 0}, loop=None))).run({"a": "x"})
    assert len(play.called) == 1


def test_condition_feeds_back() -> None:
    """F15"""

    def service(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {"status": f"{inputs['next']}+"}

    def condition(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        text = str(inputs["status"])
        return {"loop": str(len(text) < 4).lower(), "next": text}

    play = _looping(condition, service, gives={"loop": 0, "next": 0}).run({"next": "x"})
    assert [i["next"] for key, i in play.called if key == "P#0"] == ["x", "x+", "x++"]


def test_condition_sees_inputs_that_are_not_outputs() -> None:
    seen = []

    def condition(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        seen.append(dict(inputs))
        return {"loop": "false"}

    _looping(condition, Sequence("S"), ports=["status", "next", "other"]).run({"next": "x"})
    assert seen == [{"status": "S", "next": "x"}]


def _not_said(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
    return {}


@pytest.mark.parametrize(
    ("case", "condition", "service"),
    [
        ("F16", Fails(), Sequence("S")),
        ("F16 no loop", _not_said, Sequence("S")),
        ("F16 a list", lambda _: {"loop": value(["true"], 1)}, Sequence("S")),
        ("F17", _until_completed, lambda _: {"status": E}),
    ],
)
def test_condition_that_cannot_be_asked(case: str, condition: Service, service: Service) -> None:
    found = _looping(condition, service).run({"next": "x"}).outputs["status"]
    assert isinstance(found, ErrorDocument)
    assert found.message == "Processor 'P' - Port 'status': Can't invoke condition service "


def test_failing_service_does_not_loop() -> None:
    """F18"""
    play = _looping(_until_completed, Fails("own message")).run({"next": "x"})
    assert plain(play.outputs["status"]) == "ERR0"
    assert [key for key, _ in play.called] == ["P#0"]


def test_every_item_loops_by_itself() -> None:
    """F19"""
    counts: dict[Value, int] = {}

    def service(inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        item = inputs["next"]
        counts[item] = counts.get(item, 0) + 1
        return {"status": "COMPLETED" if counts[item] == int(str(item)) else "RUNNING"}

    loop = Loop(activity("beanshell", ["status"], {"loop": 0}))
    processor = step("P", {"next": 0}, {"status": 0}, loop=loop)
    services: dict[str, Service] = {"P#0": service, "P#loop": _until_completed}
    play = Play(one_step({"next": 1}, processor), services).run({"next": value([2, 3], 1)})
    assert counts == {"2": 2, "3": 3}
    assert plain(play.outputs["status"]) == ["COMPLETED", "COMPLETED"]


def test_condition_may_come_first() -> None:
    """7.3: with runFirst off the condition is asked before the first invocation too."""
    asked = iter(["true", "false"])
    play = _looping(lambda _: {"loop": next(asked)}, Sequence("S"), ports=["next"], run_first=False)
    play.run({"next": "x"})
    assert [key for key, _ in play.called] == ["P#loop", "P#0", "P#loop"]
    never = _looping(lambda _: {"loop": "false"}, Sequence("S"), run_first=False).run({"next": "x"})
    assert plain(never.outputs["status"]) == "ERR0"


def test_condition_may_be_a_nested_workflow() -> None:
    inner = graph({"status": 0}, [step("C", {"status": 0}, {"loop": 0})],
                  "status > C.status", "C.loop > loop", name="condition")  # fmt: skip
    condition = Activity("dataflow", "DataflowActivity", {}, {}, nested=inner.id)
    processor = step("P", {"next": 0}, {"status": 0}, loop=Loop(condition))
    workflow = flow({"next": 0}, [processor], "next > P.next", "P.status > s", inner=[inner])
    services: dict[str, Service] = {"P#0": Sequence("R", "COMPLETED"), "P/C#0": _until_completed}
    assert Play(workflow, services).run({"next": "x"}).outputs["s"] == "COMPLETED"


def test_run_stopped_while_a_retry_waits_invokes_nothing_more() -> None:
    """F20"""
    play = Play(one_step({"a": 0}, step("P", {"a": 0}, retry=Retry(3))), Fails())
    play.tell(RunStarted({"a": "x"}))
    play.step()
    assert play.said(WakeLater)
    assert play.tell(StopAsked()) == [RunCancelled()]
    play.step()
    assert len(play.called) == 1
    play.check()


def test_suspended_run_holds_its_jobs() -> None:
    """7.6"""
    workflow = flow({"a": 1}, [step("P", {"a": 0}, max_jobs=2), step("Q", {"a": 0})],
                    "a > P.a", "P.o > Q.a", "Q.o > o")  # fmt: skip
    play = Play(workflow)
    play.tell(RunStarted({"a": value(["x", "y", "z"], 1)}), SuspendAsked())
    while play.waiting:
        play.step()
    before = len(play.called)
    assert before < 6
    assert not play.said(RunCompleted)
    play.tell(ResumeAsked())
    while play.waiting:
        play.step()
    play.check()
    assert plain(play.outputs["o"]) == ["x", "y", "z"]


def test_nested_workflow_runs_one_instance_at_a_time() -> None:
    inner = graph({"a": 0}, [step("I", {"a": 0})], "a > I.a", "I.o > o", name="inner")
    workflow = flow({"a": 1}, [nested("N", inner, {"o": 0})], "a > N.a", "N.o > o", inner=[inner])
    play = Play(workflow)
    play.tell(RunStarted({"a": value(["x", "y"], 1)}))
    assert [len(waiting.items) for waiting in play.waiting] == [1]  # type: ignore[union-attr]

from taverna_server.engines.taverna.activities.base import Cancellation


def test_cancel_stops_what_is_under_way() -> None:
    cancelled, stops = Cancellation(), list[str]()
    with cancelled.stopping(lambda: stops.append("tool")):
        cancelled.set()
    assert stops == ["tool"]


def test_cancel_leaves_alone_what_has_ended() -> None:
    cancelled, stops = Cancellation(), list[str]()
    with cancelled.stopping(lambda: stops.append("tool")):
        pass
    cancelled.set()
    assert stops == []


def test_what_begins_after_a_cancel_is_stopped_at_once() -> None:
    cancelled, stops = Cancellation(), list[str]()
    cancelled.set()
    with cancelled.stopping(lambda: stops.append("tool")):
        assert stops == ["tool"]

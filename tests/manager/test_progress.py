"""Progress read from what engines report."""

from __future__ import annotations

import json
import time
import tracemalloc
import uuid
from pathlib import Path

import pytest

from taverna_server.manager.progress import (
    LONGEST_LINE,
    MOST_MESSAGES,
    Counts,
    newest,
    read_events,
)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Of a run of its own: the process remembers the others."""
    return tmp_path / str(uuid.uuid4()) / "events.jsonl"


def tell(path: Path, *told: dict[str, object]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as stream:
        stream.writelines(json.dumps(one) + "\n" for one in told)


def moved(name: str, *counts: int) -> dict[str, object]:
    words = ("queued", "running", "done", "errors")
    return {"event": "processor", "name": name, **dict(zip(words, counts, strict=True))}


def test_nothing_is_known_before_the_start(events: Path) -> None:
    progress = newest(events)
    assert (progress.begun, progress.processors, progress.exit_code) == (False, {}, None)


def test_last_counts_of_a_processor_stand(events: Path) -> None:
    tell(events, {"event": "started"}, moved("A", 3, 1, 0, 0), moved("A/B", 0, 0, 2, 1))
    tell(events, moved("A", 0, 0, 4, 0), {"event": "ended", "exit_code": 0})
    progress = newest(events)
    assert progress.processors == {"A": Counts(0, 0, 4, 0), "A/B": Counts(0, 0, 2, 1)}
    assert [it.state for it in progress.processors.values()] == ["done", "failed"]
    assert (progress.counts, progress.exit_code) == (Counts(0, 0, 6, 1), 0)


def test_reading_goes_on_where_it_stopped(events: Path) -> None:
    tell(events, moved("A", 1, 0, 0, 0))
    before = newest(events)
    tell(events, moved("A", 0, 0, 1, 0))
    assert newest(events).processors["A"].state == "done"
    assert before.processors["A"].state == "running"
    assert newest(events) is newest(events)


def test_half_a_line_waits_for_its_end(events: Path) -> None:
    line = json.dumps(moved("A", 0, 0, 1, 0)) + "\n"
    tell(events, moved("A", 1, 0, 0, 0))
    with events.open("a") as stream:
        stream.write(line[:20])
        stream.flush()
        assert newest(events).processors["A"].queued == 1
        stream.write(line[20:])
    assert newest(events).processors["A"].done == 1


def test_what_is_no_event_is_passed_over(events: Path) -> None:
    tell(events, moved("A", 1, 0, 0, 0))
    with events.open("ab") as stream:
        stream.write(b"\xff{\n[]\n" + b"x" * (LONGEST_LINE * 2) + b"\n" + b"[" * 50_000 + b"\n")
    tell(events, {"event": "processor", "name": 5, "queued": "many"}, moved("A", 0, 0, 1, 0))
    assert newest(events).processors == {"A": Counts(done=1), "5": Counts()}


def test_link_in_its_place_is_not_followed(events: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    tell(elsewhere / "events.jsonl", moved("A", 1, 0, 0, 0))
    events.parent.mkdir()
    events.symlink_to(elsewhere / "events.jsonl")
    assert newest(events).processors == {}


def test_jobs_and_messages_of_any_engine_are_kept(events: Path) -> None:
    job = {"event": "job", "id": "1", "name": "fit", "status": "running"}
    tell(events, {"event": "planned", "total": 2}, job, {**job, "status": "failed"})
    tell(events, *({"event": "log", "level": "warning", "message": str(n)} for n in range(500)))
    progress = newest(events)
    assert (progress.planned, progress.jobs["1"]["status"]) == (2, "failed")
    assert [it["message"] for it in progress.messages][-1] == "499"
    assert len(progress.messages) == MOST_MESSAGES


def test_events_come_in_portions(events: Path) -> None:
    tell(events, *(moved("A", n, 0, 0, 0) for n in range(100)))
    first, offset = read_events(events, 0, most=500)
    rest, end = read_events(events, offset, most=1 << 20)
    assert [one["queued"] for one in first + rest] == list(range(100))
    assert (end, read_events(events, end, 500)) == (events.stat().st_size, ([], end))


def test_hundred_thousand_events_need_little(events: Path) -> None:
    told = "".join(json.dumps(moved(f"P{n % 50}", 0, 0, n, 0)) + "\n" for n in range(100_000))
    events.parent.mkdir()
    events.write_text(told)
    tracemalloc.start()
    try:
        assert newest(events).processors["P49"].done == 99_999
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    tell(events, moved("P0", 0, 0, 1, 1))
    began = time.process_time()
    assert newest(events).processors["P0"].errors == 1
    assert time.process_time() - began < 0.1

"""Event streams: what they tell, for how long, and what happens when many watch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from taverna_server.errors import UnknownRun
from taverna_server.manager.progress import Counts, Progress
from taverna_server.web.runs.watching import Place, Seats, Sight, place_now, stream

WORKING = Sight("running", "Running", False, (), (), {"detail": 10})
OVER = replace(WORKING, state="finished", is_over=True, outputs=("out",))
Look = Callable[[], tuple[Sight, Progress]]


def progress(offset: int = 100) -> Progress:
    return Progress(offset=offset, processors={"A": Counts(done=3, errors=1)})


def one_after_the_other(*sights: Sight) -> Look:
    left = list(sights)
    return lambda: (left.pop(0) if len(left) > 1 else left[0], progress())


def kinds(text: str) -> list[str]:
    return [line[7:] for line in text.splitlines() if line.startswith("event: ")]


def test_newcomer_is_told_everything() -> None:
    text = "".join(stream(one_after_the_other(OVER), Place(), Seats(4)))
    assert kinds(text) == ["progress", "change", "over"]
    told = json.loads(text.partition("data: ")[2].splitlines()[0])
    assert told["processors"]["A"] == {
        "state": "failed",
        "words": "3 done, 1 failed",
        "counts": [0, 0, 3, 1],
    }


def test_who_comes_back_is_told_what_is_new() -> None:
    place = Place.read(str(place_now(WORKING, progress())))
    text = "".join(stream(one_after_the_other(WORKING, OVER), place, Seats(4)))
    assert kinds(text) == ["change", "over"]


def test_stream_ends_after_a_while() -> None:
    text = "".join(stream(one_after_the_other(WORKING), Place(), Seats(4), hold=0.1))
    assert kinds(text) == ["progress", "change"]
    assert "retry: 300" in text


def test_who_finds_no_seat_is_told_at_once_and_sent_away() -> None:
    seats = Seats(4)
    first = stream(one_after_the_other(WORKING), Place(), seats)
    next(first)
    text = "".join(stream(one_after_the_other(WORKING), Place(), seats))
    assert kinds(text) == ["progress", "change"]
    assert "retry: 2000" in text
    first.close()
    assert seats.take()


def test_run_that_goes_ends_the_stream() -> None:
    def look() -> tuple[Sight, Progress]:
        raise UnknownRun("x")

    seats = Seats(4)
    assert kinds("".join(stream(look, Place(), seats))) == ["gone"]
    assert seats.take()


@pytest.mark.parametrize("text", ["", "x", "-", "9" * 30 + "-x", "-5-x", "\u0661-x"])
def test_place_that_makes_no_sense_is_the_beginning(text: str) -> None:
    assert Place.read(text) == Place()

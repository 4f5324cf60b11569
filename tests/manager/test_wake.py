import select
from pathlib import Path

from taverna_server.manager.wake import Ear, bell, ring


def rang(ear: Ear) -> bool:
    return bool(select.select([ear.handle], [], [], 0)[0])


def test_ring_is_heard_until_it_was_taken_note_of(tmp_path: Path) -> None:
    ear = Ear(tmp_path)
    assert not rang(ear)
    for _ in range(2):
        ring(tmp_path)
        ring(tmp_path)
        assert rang(ear)
        ear.quiet()
        assert not rang(ear)
    ear.close()


def test_ring_without_anybody_to_hear_is_no_error(tmp_path: Path) -> None:
    ring(tmp_path)
    assert not bell(tmp_path).exists()
    Ear(tmp_path).close()
    ring(tmp_path)


def test_bell_that_nobody_answers_does_not_block(tmp_path: Path) -> None:
    ear = Ear(tmp_path)
    for _ in range(100_000):
        ring(tmp_path)
    ear.quiet()
    assert not rang(ear)
    ear.close()


def test_second_ear_uses_the_same_bell(tmp_path: Path) -> None:
    Ear(tmp_path).close()
    ear = Ear(tmp_path)
    ring(tmp_path)
    assert rang(ear)
    ear.close()
    assert bell(tmp_path).is_fifo()
    assert bell(tmp_path).stat().st_mode & 0o077 == 0

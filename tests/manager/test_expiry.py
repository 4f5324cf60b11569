from datetime import UTC, datetime, timedelta, timezone

from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import Run


def test_expiry_can_be_moved_both_ways(manager: RunManager, alice: User, run: Run) -> None:
    for hours in (1, 1000):
        wanted = datetime.now(UTC) + timedelta(hours=hours)
        assert manager.set_expiry(alice, run.id, wanted) == wanted
        assert manager.get_run(alice, run.id).expiry == wanted


def test_expiry_in_the_past_changes_nothing(manager: RunManager, alice: User, run: Run) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    assert manager.set_expiry(alice, run.id, past) == run.expiry
    assert manager.get_run(alice, run.id).expiry == run.expiry


def test_expiry_is_kept_in_utc(manager: RunManager, alice: User, run: Run) -> None:
    noon = datetime(2099, 7, 5, 12, tzinfo=timezone(timedelta(hours=2)))
    kept = manager.set_expiry(alice, run.id, noon)
    assert kept == noon
    assert kept.tzinfo is UTC

from datetime import UTC, datetime
from pathlib import Path

import pytest

from taverna_server.errors import BadRequest
from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunStatus
from taverna_server.store import Store


def ended(store: Store, run: Run, exit_code: int) -> None:
    store.request_start(run.id, datetime.now(UTC), 10)
    store.observe(run.id, RunStatus.FINISHED, exit_code, datetime.now(UTC))


def test_there_is_one_listener_with_the_six_properties_of_old_and_three_of_ours(
    manager: RunManager, alice: User, run: Run
) -> None:
    assert manager.listeners(alice, run.id) == ("io",)
    assert len(manager.listener_properties(alice, run.id, "io")) == 9
    assert manager.listener_configuration(alice, run.id, "io") == ""


def test_exit_code_is_empty_until_the_end(
    manager: RunManager, store: Store, alice: User, run: Run
) -> None:
    assert manager.listener_property(alice, run.id, "io", "exitcode") == ""
    ended(store, run, 3)
    assert manager.listener_property(alice, run.id, "io", "exitcode") == "3"


def test_streams_are_files(manager: RunManager, alice: User, run: Run) -> None:
    for name in ("stdout", "stderr"):
        value = manager.listener_property(alice, run.id, "io", name)
        assert isinstance(value, Path)
        assert value.name == name


def test_ready_to_notify_follows_the_end_unless_it_is_set(
    manager: RunManager, store: Store, alice: User, run: Run
) -> None:
    assert manager.listener_property(alice, run.id, "io", "readyToNotify") == "false"
    ended(store, run, 0)
    assert manager.listener_property(alice, run.id, "io", "readyToNotify") == "true"
    assert manager.set_listener_property(alice, run.id, "io", "readyToNotify", "false") == "false"
    assert manager.listener_property(alice, run.id, "io", "readyToNotify") == "false"


def test_address_is_kept(manager: RunManager, alice: User, run: Run) -> None:
    address = "mailto:alice@example.org"
    assert manager.listener_property(alice, run.id, "io", "notificationAddress") == ""
    manager.set_listener_property(alice, run.id, "io", "notificationAddress", address)
    assert manager.listener_property(alice, run.id, "io", "notificationAddress") == address


@pytest.mark.parametrize(
    "address",
    [
        "mailto:",
        "mailto:alice@example.org,bob@example.org",
        "mailto:alice@example.org?cc=bob@example.org",
        "mailto:alice@example.org%0D%0ABcc:bob@example.org",
        "https://example.org/hook",
        "http://127.0.0.1:8080/rest/runs",
        "x" * 2000,
    ],
)
def test_address_that_nothing_may_go_to_is_refused(
    manager: RunManager, alice: User, run: Run, address: str
) -> None:
    with pytest.raises(BadRequest, match="failed to set property: "):
        manager.set_listener_property(alice, run.id, "io", "notificationAddress", address)


def test_addresses_of_fabrics_that_are_not_offered_do_no_harm(
    manager: RunManager, alice: User, run: Run
) -> None:
    for address in ("xmpp:alice@example.org", "sms:+44123", ""):
        manager.set_listener_property(alice, run.id, "io", "notificationAddress", address)


def test_usage_record_comes_with_the_end(manager: RunManager, alice: User, run: Run) -> None:
    assert manager.listener_property(alice, run.id, "io", "usageRecord") == ""
    assert manager.usage(alice, run.id) is None


@pytest.mark.parametrize(
    ("listener", "name", "value", "words"),
    [
        ("oi", "exitcode", "", "no such listener"),
        ("io", "color", "", "no such property"),
        ("io", "exitcode", "0", "failed to set property"),
        ("io", "readyToNotify", "perhaps", "failed to set property"),
    ],
)
def test_other_changes_are_refused(
    manager: RunManager, alice: User, run: Run, listener: str, name: str, value: str, words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        manager.set_listener_property(alice, run.id, listener, name, value)


def test_no_listener_can_be_added(manager: RunManager, alice: User, run: Run) -> None:
    with pytest.raises(BadRequest, match="failed to make listener"):
        manager.add_listener(alice, run.id, "io")

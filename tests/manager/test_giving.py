from __future__ import annotations

import io
from pathlib import Path

import pytest

from taverna_server.config import Config
from taverna_server.data.baclava import write_baclava
from taverna_server.data.values import make_list
from taverna_server.errors import BadStateChange, UnknownPort
from taverna_server.manager import RunManager
from taverna_server.manager.giving import Given, InputContent
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunStatus
from taverna_server.store import Store
from tests.manager.conftest import WORKFLOW

LONG = b"x" * 5000


def given(manager: RunManager, user: User, run: Run, value: Given) -> InputContent:
    manager.give_inputs(user, run.id, {"words": value})
    return manager.given_input(user, run.id, "words")


def content(config: Config, run: Run, path: str | None) -> bytes:
    return (config.runs_directory / run.id / "wd" / (path or "")).read_bytes()


def test_short_text_is_a_row(manager: RunManager, alice: User, run: Run) -> None:
    found = given(manager, alice, run, "ü".encode())
    assert (found.value, found.path, found.depth) == ("ü".encode(), None, 0)


@pytest.mark.parametrize("value", [LONG, b"\xff", b"a\0b"])
def test_everything_else_is_a_file(
    manager: RunManager, config: Config, alice: User, run: Run, value: bytes
) -> None:
    found = given(manager, alice, run, value)
    assert (found.value, found.depth) == (None, 0)
    assert content(config, run, found.path) == value


def test_upload_is_read_from_its_beginning(
    manager: RunManager, config: Config, alice: User, run: Run
) -> None:
    upload = io.BytesIO(LONG)
    upload.read(10)
    assert content(config, run, given(manager, alice, run, upload).path) == LONG


def test_list_is_a_directory_as_outputs_are(
    manager: RunManager, config: Config, alice: User, run: Run
) -> None:
    found = given(manager, alice, run, ((b"a", b"b"), (io.BytesIO(b"c"),)))
    assert found.depth == 2
    assert content(config, run, f"{found.path}/1/2") == b"b"
    assert content(config, run, f"{found.path}/2/1") == b"c"


def test_copy_has_what_the_other_had_and_is_its_own(
    manager: RunManager, config: Config, alice: User, run: Run
) -> None:
    """Check S8."""
    manager.give_inputs(alice, run.id, {"words": (b"a", LONG), "behaviour": b"short"})
    other = manager.create_run(alice, WORKFLOW)
    manager.copy_inputs(alice, run, other.id, {"words", "behaviour"})
    manager.delete_run(alice, run.id)
    words, behaviour = (
        manager.given_input(alice, other.id, port) for port in ("words", "behaviour")
    )
    assert behaviour.value == b"short"
    assert content(config, other, f"{words.path}/2") == LONG


def test_copy_of_a_baclava_document_gives_single_inputs(
    manager: RunManager, config: Config, alice: User, run: Run
) -> None:
    document = config.runs_directory / run.id / "wd" / "in.xml"
    write_baclava(document, {"words": make_list(["a", "b"]), "behaviour": "c"})
    manager.set_baclava_input(alice, run.id, "in.xml")
    assert [(it.port, it.depth) for it in manager.given_inputs(alice, run.id)] == [
        ("behaviour", 0),
        ("words", 1),
    ]
    other = manager.create_run(alice, WORKFLOW)
    manager.copy_inputs(alice, manager.get_run(alice, run.id), other.id, {"words"})
    [words] = manager.given_inputs(alice, other.id)
    assert content(config, other, f"{words.path}/2") == b"b"


def test_file_that_was_exchanged_for_a_link_is_not_copied(
    manager: RunManager, config: Config, alice: User, run: Run, tmp_path: Path
) -> None:
    """A workflow works below ``wd`` and could have us read what it may not."""
    path = given(manager, alice, run, LONG).path
    place = config.runs_directory / run.id / "wd" / (path or "")
    place.unlink()
    (tmp_path / "secret").write_text("secret")
    place.symlink_to(tmp_path / "secret")
    other = manager.create_run(alice, WORKFLOW)
    with pytest.raises(BadStateChange):
        manager.copy_inputs(alice, run, other.id, {"words"})


def test_started_run_is_given_nothing(
    manager: RunManager, store: Store, alice: User, run: Run
) -> None:
    manager.set_status(alice, run.id, RunStatus.OPERATING)
    with pytest.raises(BadStateChange):
        manager.give_inputs(alice, run.id, {"words": b"late"})
    with pytest.raises(UnknownPort):
        manager.given_input(alice, run.id, "words")

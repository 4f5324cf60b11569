import uuid

import pytest

from taverna_server.errors import (
    BadPath,
    BadRequest,
    BadStateChange,
    UnknownPort,
    UnknownRun,
)
from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunInput, RunStatus
from tests.manager.conftest import WORKFLOW


def test_expected_inputs_are_the_workflows_ports_in_order(
    manager: RunManager, alice: User, run: Run
) -> None:
    ports = manager.expected_inputs(alice, run.id)
    assert [(port.name, port.depth) for port in ports] == [("behaviour", 0), ("words", 0)]


@pytest.mark.parametrize(
    "given",
    [
        RunInput("words", value=""),
        RunInput("words", value="  two spaces around  "),
        RunInput("words", value="one,two", delimiter=","),
        RunInput("words", file="IN/words.csv"),
    ],
)
def test_input_reads_back_as_it_was_set(
    manager: RunManager, alice: User, run: Run, given: RunInput
) -> None:
    assert manager.set_input(alice, run.id, given) == given
    assert manager.get_input(alice, run.id, "words") == given
    assert manager.inputs(alice, run.id) == [given]


def test_port_never_set_is_unknown_even_if_expected(
    manager: RunManager, alice: User, run: Run
) -> None:
    with pytest.raises(UnknownPort, match="unknown input port name"):
        manager.get_input(alice, run.id, "words")


def test_port_the_workflow_has_not_is_refused_with_a_hint(
    manager: RunManager, alice: User, run: Run
) -> None:
    with pytest.raises(UnknownPort, match="Did you mean 'words'"):
        manager.set_input(alice, run.id, RunInput("wrds", value="x"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/etc/passwd", "filename may not be absolute"),
        ("a/../../b", "filename may not refer to parent"),
        ("a//b", "not a file name"),
        ("a b", "not a file name"),
        (".", "not a file name"),
    ],
)
def test_file_names_stay_below_the_working_directory(
    manager: RunManager, alice: User, run: Run, name: str, words: str
) -> None:
    for change in (
        lambda: manager.set_input(alice, run.id, RunInput("words", file=name)),
        lambda: manager.set_baclava_input(alice, run.id, name),
        lambda: manager.set_baclava_output(alice, run.id, name),
    ):
        with pytest.raises(BadPath, match=words):
            change()


@pytest.mark.parametrize(("text", "kept"), [(";,", ";"), ("", None), (None, None)])
def test_delimiter_is_the_first_character(
    manager: RunManager, alice: User, run: Run, text: str | None, kept: str | None
) -> None:
    given = RunInput("words", value="x", delimiter=text)
    assert manager.set_input(alice, run.id, given).delimiter == kept


@pytest.mark.parametrize("text", ["é", "\0", "€"])
def test_delimiter_is_ascii(manager: RunManager, alice: User, run: Run, text: str) -> None:
    with pytest.raises(BadRequest, match="one ASCII character"):
        manager.set_input(alice, run.id, RunInput("words", value="x", delimiter=text))


def test_baclava_input_and_single_inputs_exclude_each_other(
    manager: RunManager, alice: User, run: Run
) -> None:
    manager.set_input(alice, run.id, RunInput("words", value="x"))
    assert manager.set_baclava_input(alice, run.id, "in.baclava") == "in.baclava"
    assert manager.inputs(alice, run.id) == []
    assert manager.baclava_input(alice, run.id) == "in.baclava"
    manager.set_input(alice, run.id, RunInput("words", value="y"))
    assert manager.baclava_input(alice, run.id) is None


def test_baclava_input_needs_a_name(manager: RunManager, alice: User, run: Run) -> None:
    with pytest.raises(BadRequest, match="may not be empty"):
        manager.set_baclava_input(alice, run.id, "")


def test_baclava_output_is_reset_by_an_empty_name(
    manager: RunManager, alice: User, run: Run
) -> None:
    assert manager.set_baclava_output(alice, run.id, "out.xml") == "out.xml"
    assert manager.baclava_output(alice, run.id) == "out.xml"
    assert manager.set_baclava_output(alice, run.id, "") is None
    assert manager.baclava_output(alice, run.id) is None


def test_nothing_is_set_after_the_start(manager: RunManager, alice: User, run: Run) -> None:
    manager.set_status(alice, run.id, RunStatus.OPERATING)
    for change in (
        lambda: manager.set_input(alice, run.id, RunInput("words", value="x")),
        lambda: manager.set_input_reference(alice, run.id, "words", run.id, "x"),
        lambda: manager.set_baclava_input(alice, run.id, "x"),
        lambda: manager.set_baclava_output(alice, run.id, "x"),
    ):
        with pytest.raises(BadStateChange, match="not initializing"):
            change()


def test_reference_copies_the_file_at_once(manager: RunManager, alice: User, run: Run) -> None:
    other = manager.create_run(alice, WORKFLOW)
    manager.working_directory(alice, other.id, True).write("var/result", [b"before"])
    given = manager.set_input_reference(alice, run.id, "words", other.id, "var/result", ",")
    manager.working_directory(alice, other.id, True).write("var/result", [b"after"])
    assert given.file is not None
    assert uuid.UUID(given.file)
    assert given == RunInput("words", file=given.file, delimiter=",")
    with manager.working_directory(alice, run.id).open_file(given.file)[0] as stream:
        assert stream.read() == b"before"


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("var/none", BadRequest, "source does not exist"),
        ("../stdout", BadRequest, "source does not exist"),
        ("var", BadPath, "not a file"),
    ],
)
def test_reference_needs_a_file(
    manager: RunManager, alice: User, run: Run, path: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        manager.set_input_reference(alice, run.id, "words", run.id, path)


def test_reference_needs_a_run_the_caller_may_read(
    manager: RunManager, alice: User, bob: User, run: Run
) -> None:
    hidden = manager.create_run(bob, WORKFLOW)
    with pytest.raises(BadRequest, match="may not copy from that run"):
        manager.set_input_reference(alice, run.id, "words", hidden.id, "var/result")
    with pytest.raises(UnknownRun):
        manager.set_input_reference(bob, run.id, "words", hidden.id, "var/result")

import pytest

from taverna_server.data.outputs import OutputAbsent, OutputValue
from taverna_server.errors import BadStateChange
from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import Run, RunStatus


def test_outputs_are_not_described_before_the_start(
    manager: RunManager, alice: User, run: Run
) -> None:
    with pytest.raises(BadStateChange, match="may not get output description in initial state"):
        manager.describe_outputs(alice, run.id)


def test_outputs_are_absent_until_they_are_there(
    manager: RunManager, alice: User, run: Run
) -> None:
    manager.set_status(alice, run.id, RunStatus.OPERATING)
    ((name, output),) = manager.describe_outputs(alice, run.id)
    assert (name, type(output)) == ("answer", OutputAbsent)
    place = manager.working_directory(alice, run.id, for_writing=True)
    place.make_directory("", "out")
    place.write("out/answer", [b"42"])
    ((name, output),) = manager.describe_outputs(alice, run.id)
    assert (name, type(output), output.size) == ("answer", OutputValue, 2)


def test_outputs_in_a_baclava_document_are_not_described(
    manager: RunManager, alice: User, run: Run
) -> None:
    manager.set_baclava_output(alice, run.id, "out.xml")
    manager.set_status(alice, run.id, RunStatus.OPERATING)
    assert manager.describe_outputs(alice, run.id) == []

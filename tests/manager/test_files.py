from taverna_server.manager import RunManager
from taverna_server.model.identity import User
from taverna_server.model.run import Run


def test_log_is_its_parts_that_hold_something_oldest_first(
    manager: RunManager, alice: User, run: Run
) -> None:
    assert manager.log(alice, run.id) == []
    place = manager.working_directory(alice, run.id, for_writing=True)
    for name, text in (("detail.log", b"new"), ("detail.log.1", b""), ("detail.log.2", b"old")):
        place.write(f"logs/{name}", [text])
    assert manager.log(alice, run.id) == ["logs/detail.log.2", "logs/detail.log"]


def test_log_survives_the_removal_of_its_directory(
    manager: RunManager, alice: User, run: Run
) -> None:
    manager.working_directory(alice, run.id, for_writing=True).delete("logs")
    assert manager.log(alice, run.id) == []


def test_log_that_is_a_link_is_not_followed(manager: RunManager, alice: User, run: Run) -> None:
    wd = manager.working_directory(alice, run.id).root
    (wd / "logs" / "detail.log").symlink_to("/etc/passwd")
    assert manager.log(alice, run.id) == []

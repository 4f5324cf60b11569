"""The account of a run: for its engine, on this machine, while it is at work."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

import pytest
import requests

from taverna_server.data.credentials import credentials_for, read_credentials
from taverna_server.data.rundir import RunDirectory
from tests import fakes
from tests.live import runs
from tests.live.server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    engine = shlex.join(fakes.command("NeverEnds"))
    with running(tmp_path_factory.mktemp("accounts"), engine_command=engine) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture
def run(server: Server, alice: requests.Session) -> Iterator[str]:
    run = runs.create(alice, server)
    runs.start(alice, run)
    runs.until(lambda: read_credentials(directory_of(server, run)))
    yield run
    alice.delete(run)


@pytest.fixture
def itself(server: Server, run: str) -> Iterator[requests.Session]:
    """As an activity finds it, that knows the address of its run and nothing else."""
    account, *_ = credentials_for(directory_of(server, run), f"{run}/wd", "tavernaserver")
    assert account.username == f"wfrun_{run.rpartition('/')[2]}"
    with server.session(None) as session:
        session.auth = (account.username, account.password)
        yield session


def directory_of(server: Server, run: str) -> RunDirectory:
    return RunDirectory(server.data / "runs" / run.rpartition("/")[2])


def test_engine_publishes_pages_and_reads_answers(itself: requests.Session, run: str) -> None:
    page = f"{run}/wd/interactions/page.html"
    assert itself.put(page, data="<p>choose</p>").status_code == 201
    assert itself.get(page).text == "<p>choose</p>"
    assert itself.delete(page).status_code == 204


def test_account_is_found_for_no_other_address(server: Server, run: str) -> None:
    directory = directory_of(server, run)
    for other in (server.url, f"{server.rest}/runs", run[:-1], "http://example.org/"):
        assert credentials_for(directory, other) == []


def test_files_with_the_password_are_for_the_engine_alone(server: Server, run: str) -> None:
    directory = directory_of(server, run)
    assert directory.security.stat().st_mode & 0o777 == 0o700
    (file,) = directory.security.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.path.commonpath([directory.wd, file]) == str(directory.root)


def test_wrong_password_is_nobody(server: Server, itself: requests.Session, run: str) -> None:
    name, token = itself.auth  # type: ignore[misc]
    for auth in ((name, token[:-1]), (name, ""), (f"{name}x", token), ("wfrun_", token)):
        assert server.session(None).get(f"{run}/wd", auth=auth).status_code == 401
        assert server.session(None).get(f"{server.rest}/", auth=auth).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "192.0.2.1"},
        {"X-Forwarded-For": "127.0.0.1, 192.0.2.1"},
        {"X-Forwarded-For": "192.0.2.1, 127.0.0.1"},
        {"X-Forwarded-For": "nonsense"},
        {"X-Real-IP": "2001:db8::1"},
        {"Forwarded": "for=127.0.0.1"},
    ],
)
def test_caller_from_elsewhere_is_nobody(
    itself: requests.Session, run: str, headers: dict[str, str]
) -> None:
    assert itself.get(f"{run}/wd", headers=headers).status_code == 401


def test_caller_through_a_proxy_on_this_machine_is_known(
    itself: requests.Session, run: str
) -> None:
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1, 127.1.2.3"):
        assert itself.get(f"{run}/wd", headers={"X-Forwarded-For": address}).status_code == 200


def test_server_fetches_nothing_for_a_run(itself: requests.Session, run: str) -> None:
    kind = {"Content-Type": "text/uri-list; charset=utf-8"}
    answer = itself.post(f"{run}/wd", data="https://example.org/", headers=kind)
    assert (answer.status_code, answer.text) == (403, "Access is denied")


def test_account_ends_with_its_run(
    server: Server, alice: requests.Session, itself: requests.Session, run: str
) -> None:
    assert itself.get(f"{run}/wd").status_code == 200
    assert alice.put(f"{run}/status", data="Finished").status_code == 200
    assert itself.get(f"{run}/wd").status_code == 401
    runs.until(lambda: not directory_of(server, run).security.exists())


def test_account_outlives_the_server(server: Server, itself: requests.Session, run: str) -> None:
    server.kill()
    server.start()
    assert itself.get(f"{run}/wd").status_code == 200


def test_permission_for_its_name_changes_nothing(
    alice: requests.Session, itself: requests.Session, run: str
) -> None:
    name, _ = itself.auth  # type: ignore[misc]
    assert alice.put(f"{run}/security/permissions/{name}", data="destroy").status_code == 200
    assert itself.delete(run).status_code == 403
    assert itself.get(run).status_code == 403

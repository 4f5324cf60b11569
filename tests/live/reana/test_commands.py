"""Every command of reana-client 0.9.6, and what it prints."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.live.reana.commandline import Client
from tests.live.reana.conftest import MakeClient
from tests.live.reana.watching import Watched

EXAMPLE = Path(__file__).parents[3] / "examples" / "reana-hello-serial"
GREETINGS = "results/greetings.txt"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def alice(client: MakeClient) -> Client:
    """In the directory of the serial example."""
    made = client("alice")
    shutil.copytree(EXAMPLE, made.directory, dirs_exist_ok=True)
    return made


@pytest.fixture(scope="module")
def finished(alice: Client, watched: Watched) -> str:
    """Made and run by one command; tests only read it."""
    said = alice("run", "-w", "all")
    for path in ("reana.yaml", "code/greet.py", "data/names.txt"):
        assert f"File /{path} was successfully uploaded." in said
    assert watched.end("all.1") == "finished"
    return "all.1"


def test_ping_and_info(alice: Client, client: MakeClient) -> None:
    said = alice("ping")
    assert "Authenticated as: alice" in said
    assert "Status: Connected" in said
    facts = json.loads(alice("info", "--json"))
    assert facts["workspaces_available"]["value"] == ["/var/reana"]
    stranger = Client(alice.url, "nobody's", alice.directory)
    assert "INVALID ACCESS TOKEN" in stranger("ping", code=1)
    elsewhere = Client(f"{alice.url}/elsewhere", alice.token, alice.directory)
    assert "INVALID SERVER" in elsewhere("ping", code=1)


def test_create_upload_start_one_by_one(alice: Client, watched: Watched) -> None:
    assert alice("create", "-w", "steps").splitlines()[-2:] == [
        "steps.1",
        "==> SUCCESS: File /reana.yaml was successfully uploaded.",
    ]
    said = alice("upload", "-w", "steps")
    assert "File /code/greet.py was successfully uploaded." in said
    assert "steps.1" in alice("start", "-w", "steps.1", "-p", "pause=0", "-o", "TARGET=greet")
    assert watched.end("steps.1") == "finished"
    assert list(watched.logs("steps.1")["job_logs"])[1:] == []
    said = alice("start", "-w", "steps.1", code=1)
    assert "could not be started because it has already finished." in said


def test_status_and_logs(alice: Client, finished: str) -> None:
    assert alice("status", "-w", finished).split()[-2:] == ["finished", "2/2"]
    verbose = json.loads(alice("status", "-w", finished, "-v", "--json"))[0]
    assert (verbose["name"], verbose["run_number"], verbose["progress"]) == ("all", "1", "2/2")
    said = alice("logs", "-w", finished)
    assert "Publishing step:0, cmd: python code/greet.py" in said
    assert "greeted Ada Lovelace" in said
    only = alice("logs", "-w", finished, "--filter", "step=count")
    assert "Step: count" in only
    assert "greeted" not in only


def test_files_are_listed_and_downloaded(alice: Client, finished: str, tmp_path: Path) -> None:
    files = [line.split()[0] for line in alice("ls", "-w", finished).splitlines()[1:] if line]
    assert files == ["code/greet.py", "data/names.txt", "reana.yaml", GREETINGS]
    found = alice("ls", "-w", finished, "data/*", "--filter", "name=names", "--json")
    assert [it["name"] for it in json.loads(found)] == ["data/names.txt"]
    alice("download", "-w", finished, "-o", str(tmp_path))
    assert (tmp_path / GREETINGS).read_text() == (EXAMPLE / "expected" / GREETINGS).read_text()
    alice("download", "-w", finished, "-o", str(tmp_path), "data/names.txt")
    assert (tmp_path / "data/names.txt").read_bytes() == (EXAMPLE / "data/names.txt").read_bytes()
    assert "no/such" in alice("download", "-w", finished, "no/such", code=1)
    sizes = alice("du", "-w", finished)
    assert f"./{GREETINGS}" in sizes
    assert alice("du", "-w", finished, "-s", "-h").split()[-1] == "."


def test_names_that_only_some_systems_have(alice: Client, tmp_path: Path) -> None:
    name = "data/žluťoučký kůň + %41.txt"
    (alice.directory / name).write_text("x")
    alice("create", "-w", "names")
    alice("upload", "-w", "names", name)
    assert name in alice("ls", "-w", "names")
    alice("download", "-w", "names", "-o", str(tmp_path), "data/*k*")
    assert (tmp_path / name).read_text() == "x"
    assert "successfully deleted" in alice("rm", "-w", "names", name)
    (alice.directory / name).unlink()


def test_list_shows_what_is_asked_for(alice: Client, finished: str) -> None:
    assert ["all", "1"] in [line.split()[:2] for line in alice("list").splitlines()]
    found = json.loads(alice("list", "-v", "--json", "--filter", "name=all"))
    assert (found[0]["name"], found[0]["status"], found[0]["progress"]) == (
        "all",
        "finished",
        "2/2",
    )
    said = alice(
        "list", "-w", "all", "--filter", "status=finished", "--size", "3",
        "--include-progress", "--include-workspace-size", "--sort", "name",
    )  # fmt: skip
    assert "2/2" in said
    assert alice("list", "--sessions").split()[:2] == ["NAME", "RUN_NUMBER"]
    assert "all" not in alice("list", "--filter", "status=failed").split()


def test_restart_and_differences(alice: Client, watched: Watched) -> None:
    alice("run", "-w", "again")
    assert watched.end("again.1") == "finished"
    assert "again.1.1" in alice("restart", "-w", "again.1", "-p", "pause=1")
    assert watched.end("again.1.1") == "finished"
    said = alice("diff", "again.1", "again.1.1")
    assert '-        "pause": 0' in said
    assert '+        "pause": 1' in said
    other = (alice.directory / "reana.yaml").read_text().replace("name: count", "name: recount")
    (alice.directory / "reana.yaml").write_text(other)
    assert "again.1.2" in alice("restart", "-w", "again", "-f", "reana.yaml", "-o", "FROM=recount")
    assert watched.end("again.1.2") == "finished"
    assert [it["job_name"] for it in watched.logs("again.1.2")["job_logs"].values()] == ["recount"]
    shutil.copy(EXAMPLE / "reana.yaml", alice.directory)
    said = alice("restart", "-w", "again", "-p", "unknown=1")  # the client leaves it out
    assert "unknown, is not in reana.yaml" in said


def test_files_are_moved_removed_pruned(alice: Client) -> None:
    alice("create", "-w", "tidy")
    alice("upload", "-w", "tidy")
    said = alice("mv", "-w", "tidy", "data/names.txt", "names.txt")
    assert "data/names.txt was successfully moved to names.txt" in said
    assert "cannot be moved" in alice("mv", "-w", "tidy", "no/such", "x", code=1)
    said = alice("rm", "-w", "tidy", "code/*")
    assert "File code/greet.py was successfully deleted." in said
    assert "freed up" in said
    assert "did not match any existing file" in alice("rm", "-w", "tidy", "no*", code=1)
    assert "correctly pruned" in alice("prune", "-w", "tidy", "--include-inputs")
    assert alice("ls", "-w", "tidy").split() == ["NAME", "SIZE", "LAST-MODIFIED"]


def test_stopped_and_deleted_workflows_stay_in_the_list(alice: Client, watched: Watched) -> None:
    alice("run", "-w", "gone", "-p", "pause=300")
    watched.working("gone")
    assert "currently running" in alice("delete", "-w", "gone", code=1)
    assert "gone has been stopped" in alice("stop", "--force", "-w", "gone")
    assert "is not running" in alice("stop", "--force", "-w", "gone", code=1)
    alice("create", "-w", "gone")
    said = alice("delete", "-w", "gone", "--include-all-runs")
    assert "All workflows named 'gone' have been deleted" in said
    assert "gone" not in alice("list").split()
    assert alice("list", "--all").split().count("gone") == 2
    assert "has been deleted" in alice("ls", "-w", "gone", code=1)


def test_secrets_reach_the_steps(alice: Client, client: MakeClient, watched: Watched) -> None:
    (alice.directory / "key.txt").write_text("in a file\n")
    said = alice("secrets-add", "--env", "PASSWORD=hidden", "--file", "key.txt")
    assert "successfully uploaded" in said
    assert "already exist" in alice("secrets-add", "--env", "PASSWORD=x", code=1)
    alice("secrets-add", "--env", "PASSWORD=seen", "--overwrite")
    assert alice("secrets-list").split()[2:] == ["PASSWORD", "env", "key.txt", "file"]
    at = client("alice")
    (at.directory / "reana.yaml").write_text(
        "workflow: {type: serial, specification: {steps: [{environment: 'busybox', commands:"
        " ['echo $$PASSWORD > seen; cat $$REANA_SECRETS_DIRECTORY/key.txt >> seen']}]}}\n"
    )
    at("run", "-w", "secret", "--skip-validation")
    assert watched.end("secret.1") == "finished"
    at("download", "-w", "secret", "seen")
    assert (at.directory / "seen").read_text() == "seen\nin a file\n"
    assert "successfully deleted" in alice("secrets-delete", "PASSWORD", "key.txt")
    assert "do not exist" in alice("secrets-delete", "PASSWORD", code=1)


def test_quotas_and_retention_rules(alice: Client, finished: str) -> None:
    assert alice("quota-show", "--resources").split() == ["cpu", "disk"]
    assert int(alice("quota-show", "--resource", "disk", "--report", "usage")) > 0
    assert "out of" not in alice("quota-show", "--resource", "cpu", "-h")
    assert alice("retention-rules-list", "-w", finished).split()[4:6] == ["**/*", "365"]


def test_validate(alice: Client) -> None:
    said = alice("validate", "--server-capabilities")
    assert "SUCCESS: Valid REANA specification file." in said
    assert "ERROR" not in said


def test_there_are_no_notebooks(alice: Client, finished: str) -> None:
    assert "no interactive sessions" in alice("open", "-w", finished, "jupyter", code=1)
    assert "no open interactive session" in alice("close", "-w", finished, code=1)


def test_others_see_nothing(client: MakeClient, finished: str, watched: Watched) -> None:
    bob = client("bob")
    number = watched.get(f"{finished}/status")["id"]
    for said in (finished, number):
        assert "does not exist" in bob("status", "-w", said, code=1)
    assert bob("list").split()[:2] == ["NAME", "RUN_NUMBER"]
    assert "all" not in bob("list").split()


def test_taverna_runs_are_shown_everywhere(alice: Client, finished: str, watched: Watched) -> None:
    """The same run at the other faces."""
    number = watched.get(f"{finished}/status")["id"]
    with watched.server.session("alice") as session:
        listed = session.get(f"{watched.server.rest}/runs", headers={"Accept": "application/json"})
        assert number in listed.text
        assert session.get(f"{watched.server.rest}/runs/{number}/name").text == "all.1"
        files = session.get(f"{watched.server.rest}/runs/{number}/wd/{GREETINGS}")
        assert files.text == (EXAMPLE / "expected" / GREETINGS).read_text()

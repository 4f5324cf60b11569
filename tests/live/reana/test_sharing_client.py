"""reana-client 0.95: shares, and the test suites that workflows bring along."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.live.reana.commandline import SHARING, Client
from tests.live.reana.conftest import MakeClient
from tests.live.reana.watching import Watched

EXAMPLE = Path(__file__).parents[3] / "examples" / "reana-hello-serial"
FEATURE = """Feature: Greetings

    Scenario: It greets
        When the workflow is finished
        Then the workflow status should be "finished"
        And the workspace should contain "results/greetings.txt"
        And the size of the file "results/greetings.txt" should be between "1" and "1KiB"
        And the job logs for the "greet" step should contain "greeted Ada Lovelace"
        And the engine logs should contain "Publishing step:0"
        And the workflow run duration should be less than 5 minutes
        And the workspace size should be less than 1 MiB

    Scenario: It greets everybody
        When the workflow is finished
        Then the file "results/greetings.txt" should contain "Hello Ada Lovelace"
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def alice(client: MakeClient, watched: Watched) -> Client:
    """With a workflow that has ended."""
    made = client("alice", version=SHARING)
    shutil.copytree(EXAMPLE, made.directory, dirs_exist_ok=True)
    made("run", "-w", "shared")
    assert watched.end("shared.1") == "finished"
    return made


def test_shared_workflow_is_seen_by_the_other(alice: Client, client: MakeClient) -> None:
    bob = client("bob", version=SHARING)
    assert "does not exist" in bob("status", "-w", "shared.1", code=1)
    assert "shared" in alice("share-add", "-w", "shared.1", "-u", "bob")
    assert "bob" in alice("share-status", "-w", "shared.1")
    assert "bob" in alice("list", "--shared")
    found = json.loads(bob("list", "--shared", "--json"))
    assert [(it["name"], it["shared_by"]) for it in found] == [("shared", "alice")]
    assert "finished" in bob("status", "-w", "shared.1")
    assert "not permitted" in bob("delete", "-w", "shared.1", code=1)
    alice("share-remove", "-w", "shared.1", "-u", "bob")
    assert "not shared" in alice("share-remove", "-w", "shared.1", "-u", "bob", code=1)
    assert "does not exist" in bob("status", "-w", "shared.1", code=1)


def test_suite_of_a_workflow_passes(alice: Client) -> None:
    (alice.directory / "greetings.feature").write_text(FEATURE)
    said = alice("test", "-w", "shared.1", "-n", "greetings.feature")
    assert "FAIL" not in said
    assert said.count("SUCCESS: Scenario") == 2

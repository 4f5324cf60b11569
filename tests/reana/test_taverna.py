"""Taverna workflows as a type of REANA's: parameters become values of ports."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from taverna_server.config import Config
from taverna_server.data.baclava import read_baclava
from taverna_server.data.values import ListValue
from taverna_server.store import Store
from tests.applications import WORKFLOW
from tests.reana.conftest import User, end

TEXT = WORKFLOW.replace(b"<depth>1</depth>", b"<depth>0</depth>")


def posted(parameters: dict[str, Any], **workflow: Any) -> dict[str, Any]:
    where = workflow or {"file": "x.t2flow", "specification": {}}
    return {"workflow": {"type": "taverna", **where}, "inputs": {"parameters": parameters}}


def started(user: User, parameters: dict[str, Any], document: bytes = WORKFLOW) -> str:
    """A workflow whose file was uploaded, and that was started; its id."""
    name = user.create("flow", posted(parameters))
    user.upload(name, "x.t2flow", document)
    user.upload(name, "data/word.txt", b"from a file")
    user("POST", f"/workflows/{name}/start", json={})
    return str(user("GET", f"/workflows/{name}/status")["id"])


@pytest.mark.parametrize(
    ("given", "value"), [("a text", "a text"), (7, "7"), (True, "true"), (1.5, "1.5"), ("", "")]
)
def test_single_value_is_an_input(alice: User, store: Store, given: object, value: str) -> None:
    (found,) = store.inputs(started(alice, {"words": given}, TEXT))
    assert (found.port, found.value, found.file) == ("words", value, None)


def test_file_of_the_workspace_is_an_input(alice: User, store: Store) -> None:
    given = {"class": "File", "path": "data/word.txt"}
    (found,) = store.inputs(started(alice, {"words": given}, TEXT))
    assert (found.value, found.file) == (None, "data/word.txt")


def test_list_is_a_list_also_of_lists_and_files(alice: User, store: Store, config: Config) -> None:
    file = {"class": "File", "location": "data/word.txt"}
    run_id = started(alice, {"words": [["a", file], [1], []]})
    run = store.get_run(run_id)
    assert run is not None
    assert run.baclava_input is not None
    found = read_baclava(config.runs_directory / run_id / "wd" / run.baclava_input)["words"]
    assert isinstance(found, ListValue)
    assert [list(it) for it in found if isinstance(it, ListValue)] == [
        ["a", b"from a file"],
        ["1"],
        [],
    ]


def test_nothing_is_no_value(alice: User, store: Store) -> None:
    assert store.inputs(started(alice, {"words": None}, TEXT)) == []


def test_other_faces_have_an_ordinary_run(alice: User) -> None:
    run_id = started(alice, {"words": "x"}, TEXT)
    header = {"Authorization": "Bearer alice"}
    assert alice.client.get(f"/rest/runs/{run_id}/workflow", headers=header).data == TEXT
    assert (
        alice.client.get(f"/rest/runs/{run_id}/input/input/words", headers=header).status_code
        == 200
    )
    files = alice.files(alice("GET", f"/workflows/{run_id}/status")["name"])
    assert files == ["data/word.txt", "x.t2flow"]


@pytest.mark.parametrize(
    ("parameters", "document"),
    [
        ({"other": "x"}, TEXT),
        ({"words": {"class": "File", "path": "no/such"}}, TEXT),
        ({"words": {"class": "File", "path": "data"}}, TEXT),
        ({"words": {"class": "File", "path": "../../run.json"}}, TEXT),
        ({"words": {"a": 1}}, TEXT),
        ({"words": ["a", ["b"]]}, WORKFLOW),
        ({"words": "x"}, b"no workflow"),
        ({"words": "x"}, b"<workflow/>"),
    ],
)
def test_what_ports_cannot_take_is_refused(
    alice: User, parameters: dict[str, Any], document: bytes
) -> None:
    name = alice.create("flow", posted(parameters))
    alice.upload(name, "x.t2flow", document)
    alice.upload(name, "data/word.txt")
    assert alice.refused("POST", f"/workflows/{name}/start", 400, json={})
    assert alice("GET", f"/workflows/{name}/status")["status"] == "created"


def test_workflow_that_was_not_uploaded_is_named(alice: User) -> None:
    name = alice.create("flow", posted({}))
    message = alice.refused("POST", f"/workflows/{name}/start", 400, json={})
    assert message == "The workflow file 'x.t2flow' is not in the workspace."


@pytest.mark.parametrize("text", [TEXT.decode(), base64.b64encode(TEXT).decode()])
def test_workflow_may_come_with_the_specification(alice: User, store: Store, text: str) -> None:
    name = alice.create("flow", posted({"words": "x"}, specification=text))
    alice("POST", f"/workflows/{name}/start", json={"input_parameters": {"words": "y"}})
    (found,) = store.inputs(alice("GET", f"/workflows/{name}/status")["id"])
    assert found.value == "y"


def test_restart_clears_the_outputs_of_the_first_run(
    alice: User, store: Store, config: Config
) -> None:
    run_id = started(alice, {"words": "x"}, TEXT)
    name = alice("GET", f"/workflows/{run_id}/status")["name"]
    out = config.runs_directory / run_id / "wd" / "out"
    out.mkdir()
    (out / "answer").write_text("42")
    end(store, alice, name)
    assert alice.files(name, "&file_name=out") == ["out/answer"]
    alice("POST", f"/workflows/{name}/start", json={"restart": True})
    assert not out.exists()

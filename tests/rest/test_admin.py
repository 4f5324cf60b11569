"""The administration interface: who may, what it says, what it changes (dossier 11)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask
from lxml import etree
from werkzeug.test import Client, TestResponse

from taverna_server.app import create_app
from taverna_server.auth import hash_token
from taverna_server.config import Config
from taverna_server.manager.settings import SETTINGS
from taverna_server.rest.admin import FIGURES, LISTS
from taverna_server.store import Store
from tests.applications import WORKFLOW
from tests.published import check

A = "{http://ns.taverna.org.uk/2010/xml/server/admin/}"
READ_ONLY = {*FIGURES, "currentRuns", "factoryProcessMapping", "usageRecords"}
JSON = {"Accept": "application/json"}
XML = {"Accept": "application/xml"}
T2FLOW = "application/vnd.taverna.t2flow+xml"


@pytest.fixture
def store(config: Config) -> Store:
    store = Store.open(config)
    store.add_user("root", "no password", admin=True)
    store.add_token("root", hash_token("root"), "tests")
    return store


@pytest.fixture
def root(app: Flask, store: Store) -> Client:
    return client_of(app, "root")


def client_of(app: Flask, name: str) -> Client:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {name}"
    return client


def put(client: Client, name: str, value: str) -> TestResponse:
    said = {"CONTENT_LENGTH": str(len(value))}  # browsers say it of empty bodies, too
    return client.put(
        f"/admin/{name}", data=value, content_type="text/plain", environ_overrides=said
    )


def user_document(**fields: str) -> dict[str, str]:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return {"data": f'<userDesc xmlns="{A[1:-1]}">{inner}</userDesc>'}


def test_only_administrators_get_in(client: Client, alice: Client, root: Client) -> None:
    for path in ("/admin", "/admin/", "/admin/runLimit", "/admin/users", "/admin/usageRecords"):
        assert client.get(path).status_code == 401
        refused = alice.get(path)
        assert (refused.status_code, refused.text) == (403, "Access is denied")
        assert root.get(path).status_code == 200


def test_description_has_a_link_for_each_of_the_twenty_eight(root: Client) -> None:
    answer = root.get("/admin", headers=XML)
    check(answer.data, "application/xml")
    leaves = etree.fromstring(answer.data)
    assert len(leaves) == 28
    for leaf in leaves:
        address = leaf.get("{http://www.w3.org/1999/xlink}href", "")
        assert root.get(address.removeprefix("http://localhost")).status_code == 200
    assert dict(leaves.attrib) == {}


def test_options_are_as_clients_split_them(root: Client) -> None:
    for leaf in etree.fromstring(root.get("/admin", headers=XML).data):
        name = etree.QName(leaf).localname
        answer = root.options(f"/admin/{name}")
        change = "POST," if name == "users" else "" if name in READ_ONLY else "PUT,"
        assert answer.status_code == 200
        assert answer.headers["Allow"] == f"GET,{change}HEAD,OPTIONS", name
        assert answer.content_length == 0
    assert root.options("/admin").headers["Allow"] == "GET,HEAD,OPTIONS"
    assert root.options("/admin/users/alice").headers["Allow"] == "GET,PUT,DELETE,HEAD,OPTIONS"


def test_plain_values_are_plain_text_and_nothing_else(root: Client) -> None:
    for name in (*SETTINGS, *FIGURES):
        answer = root.get(f"/admin/{name}")
        assert (answer.status_code, answer.content_type) == (200, "text/plain"), name
        assert root.get(f"/admin/{name}", headers=XML).status_code == 406
    for name in LISTS:
        assert root.get(f"/admin/{name}", headers={"Accept": "text/plain"}).status_code == 406


def test_settings_begin_as_configured_and_outlive_the_server(
    root: Client, config: Config, store: Store
) -> None:
    assert root.get("/admin/runLimit").text == "100"
    assert put(root, "runLimit", "7").text == "7"
    again = client_of(create_app(replace(config, run_limit=50)), "root")
    assert again.get("/admin/runLimit").text == "7"
    assert again.get("/rest/policy/runLimit").text == "7"


def test_limits_are_heeded_at_once(root: Client, alice: Client, run: str) -> None:
    put(root, "operatingLimit", "0")
    start = alice.put(f"{run}/status", data="Operating", content_type="text/plain")
    assert (start.status_code, start.text) == (503, "server too busy; try later please")
    put(root, "runLimit", "1")
    full = alice.post("/rest/runs", data=WORKFLOW, content_type=T2FLOW)
    assert (full.status_code, full.text) == (503, "server load exceeded; please wait")


def test_creation_can_be_switched_off(root: Client, alice: Client) -> None:
    """An empty body is false: the page of the original sends it."""
    assert put(root, "allowNew", "").text == "false"
    off = alice.post("/rest/runs", data=WORKFLOW, content_type=T2FLOW)
    assert (off.status_code, off.text) == (503, "run creation not currently enabled")
    assert put(root, "allowNew", "True\n").text == "true"
    assert alice.post("/rest/runs", data=WORKFLOW, content_type=T2FLOW).status_code == 201


def test_new_runs_take_defaults_from_settings(root: Client, alice: Client) -> None:
    put(root, "generateProvenance", "true")
    put(root, "defaultLifetime", "60")
    place = alice.post("/rest/runs", data=WORKFLOW, content_type=T2FLOW).headers["Location"]
    path = place.removeprefix("http://localhost")
    assert alice.get(f"{path}/generate-provenance").text == "true"
    times = [alice.get(f"{path}/{name}").text for name in ("createTime", "expiry")]
    assert times[0][14:] == times[1][14:]  # an hour later, to the minute


def test_permitted_workflows_are_a_list_that_the_policy_shows(root: Client, alice: Client) -> None:
    body = f'<stringList xmlns="{A[1:-1]}"><string>workflows/74</string></stringList>'
    where = "/admin/permittedWorkflowURIs"
    answer = root.put(where, data=body, content_type="application/xml", headers=JSON)
    permitted = "http://www.myexperiment.org/workflows/74"
    assert answer.json == {"stringList": {"string": [permitted]}}
    assert permitted in alice.get("/rest/policy/permittedWorkflows").text
    refused = alice.post("/rest/runs", data=WORKFLOW, content_type=T2FLOW)
    assert (refused.status_code, refused.text[:14]) == (503, "server policy:")
    root.put(where, json={"stringList": {"string": []}})
    assert alice.post("/rest/runs", data=WORKFLOW, content_type=T2FLOW).status_code == 201


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("runLimit", "many"),
        ("runLimit", "-1"),
        ("defaultLifetime", "0"),
        ("registryPort", "65536"),
        ("usageRecordDumpFile", "../../etc/passwd"),
        ("usageRecordDumpFile", ".hidden"),
        ("registryHost", "two\nlines"),
    ],
)
def test_value_that_cannot_be_is_refused(root: Client, name: str, value: str) -> None:
    before = root.get(f"/admin/{name}").text
    assert put(root, name, value).status_code == 400
    assert root.get(f"/admin/{name}").text == before


def test_commands_are_the_configurations_alone(root: Client) -> None:
    for name in ("javaBinary", "executeWorkflowScript"):
        before = root.get(f"/admin/{name}").text
        answer = put(root, name, "/tmp/evil")
        assert (answer.status_code, answer.text) == (200, before)
    evil = {"stringList": {"string": ["-J-XX:OnError=evil"]}}
    answer = root.put("/admin/extraArguments", json=evil, headers=JSON)
    assert answer.json == {"stringList": {"string": []}}


def test_values_for_parts_that_are_no_more_are_kept(root: Client) -> None:
    assert put(root, "registryHost", "example.org").text == "example.org"
    assert root.get("/admin/registryHost").text == "example.org"


def test_figures_count(root: Client, alice: Client, run: str) -> None:
    before = int(root.get("/admin/invokationCount").text)
    assert root.get("/admin/runCount").text == "1"
    assert root.get("/admin/operatingCount").text == "0"
    assert root.get("/admin/lastExitCode").text == ""
    assert int(root.get("/admin/invokationCount").text) == before + 4
    listed = root.get("/admin/currentRuns", headers=JSON).json
    assert listed == {"stringList": {"string": [run.rpartition("/")[2]]}}


def test_faults_are_logged_when_wanted(
    root: Client, alice: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    alice.get("/rest/runs/none")
    assert "unknown run UUID" not in caplog.text
    put(root, "logFaults", "true")
    alice.get("/rest/runs/none")
    assert "404 NOT FOUND, unknown run UUID" in caplog.text


def test_workflows_are_logged_when_wanted(
    root: Client, alice: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    put(root, "logWorkflows", "true")
    alice.post("/rest/runs", data=WORKFLOW, content_type=T2FLOW)
    assert "alice submits workflow" in caplog.text


def test_accounts_are_made_changed_and_removed(root: Client, app: Flask) -> None:
    kind = {"content_type": "application/xml"}
    made = root.post("/admin/users", **user_document(username="carol", password="pw"), **kind)
    assert (made.status_code, made.data) == (201, b"")
    place = made.headers["Location"]
    assert place == "http://localhost/admin/users/carol"
    path = place.removeprefix("http://localhost")
    off = {"username": "carol", "enabled": False, "admin": False}
    assert root.get(path, headers=JSON).json == {"userDesc": off}
    assert place in root.get("/admin/users").text
    carol = app.test_client()
    login = {"auth": ("carol", "pw")}
    assert carol.get("/rest/runs", **login).status_code == 401
    changed = root.put(path, **user_document(enabled="true"), **kind, headers=JSON)
    assert changed.json == {"userDesc": off | {"enabled": True}}
    assert carol.get("/rest/runs", **login).status_code == 200
    assert root.delete(path).status_code == 204
    assert carol.get("/rest/runs", **login).status_code == 401
    assert root.get(path).status_code == 404


def test_accounts_come_as_json_too(root: Client) -> None:
    wanted = {"userDesc": {"username": "dave", "enabled": True, "localUserId": "daemon"}}
    assert root.post("/admin/users", json=wanted).status_code == 201
    described = json.loads(root.get("/admin/users/dave", headers=JSON).data)["userDesc"]
    assert described["localUserId"] == "daemon"
    assert "password" not in described


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "no user name supplied"),
        ({"username": "../x"}, "bad user name; must be pure alphanumeric"),
        ({"username": "alice"}, "there is already an account 'alice'"),
        ({"username": "carol", "enabled": "perhaps"}, "neither true nor false"),
    ],
)
def test_account_that_cannot_be_is_refused(
    root: Client, fields: dict[str, str], words: str
) -> None:
    answer = root.post("/admin/users", **user_document(**fields), content_type="application/xml")
    assert answer.status_code == 400
    assert words in answer.text


def test_account_with_runs_stays(root: Client, alice: Client, run: str, store: Store) -> None:
    answer = root.delete("/admin/users/alice")
    assert (answer.status_code, answer.text[:15]) == (400, "'alice' has run")
    alice.delete(run)
    store.forget_run(run.rpartition("/")[2])
    assert root.delete("/admin/users/alice").status_code == 204


def test_somebody_always_administers(root: Client) -> None:
    kind = {"content_type": "application/xml"}
    for fields in ({"enabled": "false"}, {"admin": "false"}):
        assert root.put("/admin/users/root", **user_document(**fields), **kind).status_code == 400
    assert root.delete("/admin/users/root").status_code == 400
    assert root.put("/admin/users/alice", **user_document(admin="true"), **kind).status_code == 200
    assert root.delete("/admin/users/root").status_code == 204


def test_name_that_is_given_again_inherits_nothing(
    root: Client, alice: Client, run: str, store: Store
) -> None:
    permission = f"{run}/security/permissions/bob"
    alice.put(permission, data="read", content_type="text/plain")
    assert root.delete("/admin/users/bob").status_code == 204
    assert alice.get(permission).text == "none"
    assert store.user_of_token(hash_token("bob")) is None


def test_usage_records_are_xml(root: Client) -> None:
    answer = root.get("/admin/usageRecords")
    assert (answer.status_code, answer.content_type) == (200, "application/xml")
    check(answer.data, "application/xml")
    assert root.get("/admin/usageRecords", headers=JSON).status_code == 406


def test_changes_are_not_taken_from_pages_of_other_sites(root: Client) -> None:
    """A browser says where a change comes from; other clients say nothing."""
    for headers in (
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = root.put("/admin/runLimit", data="0", content_type="text/plain", headers=headers)
        assert answer.status_code == 403
        body = user_document(username="eve", admin="true")
        assert root.post("/admin/users", **body, headers=headers).status_code == 403
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    answer = root.put("/admin/runLimit", data="9", content_type="text/plain", headers=own)
    assert answer.text == "9"


def test_query_is_ignored_and_old_path_works(root: Client) -> None:
    assert root.get("/admin/runLimit?_=1732233600").text == "100"
    answer = root.get("/taverna-server/admin", headers=XML)
    assert b"http://localhost/taverna-server/admin/allowNew" in answer.data

"""Whatever comes, it is answered with a status that says whose mistake it is."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from taverna_server.app import create_app
from taverna_server.config import Config
from tests.applications import WORKFLOW

JSON = {"Accept": "application/json"}
HUGE = "9" * 25
PATHS = [
    f"/runs/{HUGE}",
    f"/runs/{HUGE}/output/x",
    f"/runs/{HUGE}/cancel",
    f"/workflows/{HUGE}",
    f"/workflows/{HUGE}/runs",
    f"/users/{HUGE}/runs",
    f"/service_credentials/{HUGE}",
    f"/runs?workflow_id={HUGE}",
    f"/runs?parent_id={HUGE}",
    f"/runs?user={HUGE}",
    f"/runs?page={HUGE}",
    f"/runs/new?workflow_id={HUGE}",
    "/runs?q=%00&state=&sort=",
    "/runs?q=%ff%fe",
    "/runs/1/output/%00",
    "/runs/1/input/%2e%2e/x",
    "/runs/1/interaction/%ff",
    "/runs.js",
    "/workflows.html.json",
]


@pytest.mark.parametrize(("path", "method"), [*product(PATHS, ("get", "put", "delete", "post"))])
def test_odd_address_is_the_clients_mistake(alice: Client, path: str, method: str) -> None:
    answer = alice.open(path, method=method.upper(), headers=JSON, json={"run": {"name": "x"}})
    assert answer.status_code < 500, answer.text


def nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("value", [nested(900), {"a": nested(900)}, "[" * 5000, "\ud800", 10**400])
def test_odd_value_is_the_clients_mistake(alice: Client, value: object) -> None:
    number = workflow(alice)
    said = {"workflow_id": number, "inputs_attributes": [{"name": "words", "value": value}]}
    answer = alice.post("/runs", data=json.dumps({"run": said}), headers=JSON,
                        content_type="application/json")  # fmt: skip
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("key", ["\u00b2", "9" * 5000, ""])
def test_odd_key_of_an_input_is_no_trouble(alice: Client, key: str) -> None:
    inputs = {key: {"name": "words", "value": "x"}}
    said = {"workflow_id": workflow(alice), "inputs_attributes": inputs}
    assert alice.post("/runs", json={"run": said}, headers=JSON).status_code < 500


def workflow(alice: Client) -> int:
    files = {"workflow[document]": (io.BytesIO(WORKFLOW), "w.t2flow")}
    number: int = alice.post("/workflows", data=files, headers=JSON).json["id"]
    return number


NAMES = [
    "run", "name", "value", "file", "inputs_attributes", "workflow_id", "parent_id", "embedded",
    "workflow", "document", "public", "policy_attributes", "uri", "login",
]  # fmt: skip
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
bodies = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(bodies, st.sampled_from(["/runs", "/workflows", "/service_credentials"]))
def test_any_body_gets_an_answer(alice: Client, body: object, path: str) -> None:
    answer = alice.post(path, json=body, headers=JSON)
    assert answer.status_code < 500, (body, answer.text)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.text("run[]name0 9", max_size=30), st.text(max_size=5)), max_size=8))
def test_any_form_gets_an_answer(alice: Client, fields: list[tuple[str, str]]) -> None:
    answer = alice.post("/runs", data=dict(fields), headers=JSON)
    assert answer.status_code < 500, (fields, answer.text)


def test_form_over_the_limit_is_refused(config: Config) -> None:
    client = create_app(replace(config, max_upload_size=1000)).test_client()
    headers = {**JSON, "Authorization": "Bearer alice"}
    form = {"run[inputs_attributes][0][file]": (io.BytesIO(b"x" * 2000), "x")}
    answer = client.post("/runs", data=form, headers=headers)
    assert (answer.status_code, answer.json["status"]) == (413, "413")

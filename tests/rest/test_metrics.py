"""Figures for monitoring: who may see them, and what they count."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from taverna_server.auth import hash_token
from taverna_server.manager.lease import NAME
from taverna_server.serving.context import manager
from taverna_server.store import Store

STRANGER = {"REMOTE_ADDR": "192.0.2.1"}


def value(client: Client, metric: str, **labels: str) -> float:
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            if sample.name == metric and labels.items() <= sample.labels.items():
                return sample.value
    return 0.0


@pytest.fixture
def store(app: Flask) -> Store:
    with app.app_context():
        return manager().store


def test_server_without_reconciler_is_not_well(client: Client) -> None:
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json == {"status": "down", "database": "ok", "reconciler": "down"}


def test_server_with_reconciler_is_well(client: Client, store: Store) -> None:
    store.take_lease(NAME, "elsewhere boot space 1 1", timedelta(minutes=1))
    answer = client.get("/health", environ_base=STRANGER)
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


def test_server_whose_reconciler_is_silent_is_not_well(client: Client, store: Store) -> None:
    store.take_lease(NAME, "elsewhere boot space 1 1", timedelta(minutes=-1))
    assert client.get("/health").status_code == 503


def test_server_whose_database_is_gone_is_not_well(
    client: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "run_count", lambda: 1 / 0)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json == {"status": "down", "database": "down", "reconciler": "down"}


def test_requests_are_counted_by_route_and_status(alice: Client, run: str) -> None:
    counted = {"route": "/rest/runs/<run_id>/name", "method": "GET", "status": "200"}
    before = value(alice, "taverna_http_requests_total", **counted)
    alice.get(f"{run}/name")
    assert value(alice, "taverna_http_requests_total", **counted) == before + 1


def test_what_clients_make_up_is_no_label(alice: Client) -> None:
    alice.get("/rest/made-up")
    alice.open("/rest", method="MADEUP")
    assert not re.search(r"(?i)made-?up", alice.get("/metrics").text)


def test_runs_are_counted(alice: Client, run: str) -> None:
    assert value(alice, "taverna_runs") == 1
    assert value(alice, "taverna_runs_operating") == 0
    assert value(alice, "taverna_runs_limit") == 100


def test_metrics_are_for_this_machine_and_administrators(
    client: Client, alice: Client, store: Store
) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base=STRANGER).status_code == 401
    assert alice.get("/metrics", environ_base=STRANGER).status_code == 403
    store.add_user("root", "no password", admin=True)
    store.add_token("root", hash_token("root"), "tests")
    headers = {"Authorization": "Bearer root"}
    assert client.get("/metrics", environ_base=STRANGER, headers=headers).status_code == 200

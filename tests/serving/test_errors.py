"""Whatever goes wrong is a status and a sentence, and never a traceback."""

from __future__ import annotations

import errno
import logging
import sqlite3

import pytest
from flask import Flask
from werkzeug.test import Client

from taverna_server import errors
from taverna_server.serving.errors import STATUSES, allow_header, status_of


def all_below(kind: type[Exception]) -> list[type[Exception]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in all_below(below))]


def test_every_mistake_of_clients_has_a_status() -> None:
    """Those without one are ours, and a 500."""
    ours = {errors.TavernaServerError, errors.ClientMistake, errors.RunRefused,
            errors.NotDelivered, errors.PrivateAddress, errors.ConfigurationError,
            errors.StepRefused}  # fmt: skip
    for kind in set(all_below(errors.TavernaServerError)) - ours:
        if kind.__module__.startswith("taverna_server.errors"):
            assert set(kind.__mro__) & set(STATUSES), kind


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.MalformedDocument("x"), 400),
        (errors.BadStateChange("x"), 400),
        (errors.BadPath("x"), 403),
        (errors.UnknownRun("x"), 404),
        (errors.TooManyRuns("x"), 503),
    ],
)
def test_class_has_the_status_of_its_nearest_relative(error: Exception, status: int) -> None:
    assert status_of(error) == status


def test_defect_is_one_sentence_with_the_name_of_the_request(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.add_url_rule("/broken", view_func=lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get("/broken", headers={"X-Request-ID": "proxy-7"})
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] == "proxy-7"
    assert "proxy-7" in answer.text
    assert "Zero" not in answer.text
    assert "proxy-7" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def of_sqlite() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


@pytest.mark.parametrize("cause", [OSError(errno.ENOSPC, "full"), of_sqlite()])
def test_full_disk_is_said_without_a_traceback(
    app: Flask, caplog: pytest.LogCaptureFixture, cause: Exception
) -> None:
    def fail() -> str:
        raise RuntimeError("while doing something") from cause

    app.add_url_rule("/full", view_func=fail)
    answer = app.test_client().get("/full")
    assert (answer.status_code, answer.text) == (507, "the server has no space left for this")
    assert "the disk is full" in caplog.text
    assert "Traceback" not in caplog.text


def test_strange_request_ids_are_replaced(client: Client) -> None:
    answer = client.get("/rest", headers={"X-Request-ID": "a b\tc"})
    assert answer.headers["X-Request-ID"] not in ("", "a b\tc")


def test_error_is_text_unless_only_json_is_accepted(client: Client) -> None:
    def error(accept: str) -> tuple[str, str]:
        answer = client.get("/nowhere", headers={"Accept": accept})
        return answer.headers["Content-Type"], answer.text

    assert error("application/json") == ("application/json", '{"message": "no such resource"}')
    for accept in ("*/*", "application/json;q=1.0, text/plain;q=0.1", "image/png"):
        assert error(accept) == ("text/plain", "no such resource")


def test_allow_has_a_fixed_order_and_no_blanks() -> None:
    assert allow_header({"HEAD", "DELETE", "GET", "PUT", "POST"}) == (
        "GET,PUT,POST,DELETE,HEAD,OPTIONS"
    )


def test_answer_says_who_sent_it(client: Client) -> None:
    for path in ("/rest", "/nowhere", "/rest/runs"):
        assert client.get(path).headers["Server"].startswith("taverna-server/")

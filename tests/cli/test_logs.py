from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from taverna_server.cli.logs import JsonLines, NotNews, WithAccessLog


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    """What is logged, as it is read back."""
    caplog.set_level(logging.INFO, logger="taverna_server.access")
    read: list[dict[str, Any]] = []

    class Reader(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            read.append(json.loads(JsonLines().format(record)))

    reader = Reader()
    logging.getLogger("taverna_server").addHandler(reader)
    yield read
    logging.getLogger("taverna_server").removeHandler(reader)


def application(environ: Any, start_response: Any) -> Iterable[bytes]:
    return Response(iter([b"ab", b"c"]), status=201)(environ, start_response)


def test_request_is_one_line_without_secrets(lines: list[dict[str, Any]]) -> None:
    login = "Basic " + base64.b64encode(b"alice:looking-glass").decode()
    client = Client(WithAccessLog(application))
    client.put(
        "/rest/x?access_token=looking-glass&Password=looking-glass&page=2",
        headers={"Authorization": login},
        data="looking-glass",
        buffered=True,
    )
    (line,) = lines
    assert "looking-glass" not in json.dumps(line)
    assert line["path"] == "/rest/x?access_token=...&Password=...&page=2"
    assert (line["user"], line["method"], line["status"], line["bytes"]) == ("alice", "PUT", 201, 3)


@pytest.mark.parametrize("header", ["Bearer looking-glass", "Basic looking-glass", "Basic é", ""])
def test_strange_credentials_are_not_logged(lines: list[dict[str, Any]], header: str) -> None:
    Client(WithAccessLog(application)).get("/", headers={"Authorization": header}, buffered=True)
    assert lines[0]["user"] != "looking-glass"
    assert "looking-glass" not in json.dumps(lines)


def test_line_comes_when_the_client_went_away(lines: list[dict[str, Any]]) -> None:
    client = Client(WithAccessLog(application))
    response = client.get("/", buffered=False)
    assert lines == []
    response.close()
    assert len(lines) == 1


def test_line_breaks_and_tracebacks_stay_in_one_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "", 0, "x\ny %s", ("z",), sys.exc_info())
    text = JsonLines().format(record)
    assert "\n" not in text
    assert json.loads(text)["message"] == "x\ny z"
    assert "ValueError: two" in json.loads(text)["traceback"]


def test_advice_about_threads_is_not_news() -> None:
    record = logging.makeLogRecord({"msg": "Configuration allows spawning up to 64 threads"})
    assert not NotNews().filter(record)
    assert NotNews().filter(logging.makeLogRecord({"msg": "anything else"}))

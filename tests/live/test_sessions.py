"""From creating a run to deleting it, the same session in XML and in JSON."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
import requests
from lxml import etree

from tests.example_workflows import ROOT, Example
from tests.live import runs
from tests.live.exchanges import NAMESPACES
from tests.live.server import Server

CONCATENATION = Example(ROOT / "string_concatenation")
LISTS = Example(ROOT / "list_passthrough")
REST = NAMESPACES["t2sr"]


class Speaker:
    """Writes requests and reads answers in one media type."""

    def __init__(self, session: requests.Session, media_type: str) -> None:
        self.session = session
        self.media_type = media_type
        self.is_json = media_type.endswith("json")

    def put_input(self, run: str, port: str, kind: str, text: str) -> requests.Response:
        body = (
            json.dumps({"runInput": {kind: text}})
            if self.is_json
            else f'<runInput xmlns="{REST}"><{kind}>{text}</{kind}></runInput>'
        )
        headers = {"Content-Type": self.media_type, "Accept": self.media_type}
        return self.session.put(f"{run}/input/input/{port}", data=body, headers=headers)

    def get(self, url: str) -> Any:
        answer = self.session.get(url, headers={"Accept": self.media_type})
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == self.media_type
        return answer.json() if self.is_json else etree.fromstring(answer.content)

    def values(self, run: str) -> list[tuple[str, int]]:
        """Address and length of every value among the outputs."""
        described = self.get(f"{run}/output")
        if self.is_json:
            return list(_json_values(described))
        return [
            (
                value.get(f"{{{NAMESPACES['xlink']}}}href"),
                int(value.get(f"{{{NAMESPACES['port']}}}contentByteLength")),
            )
            for value in described.iter(f"{{{NAMESPACES['port']}}}value")
        ]


def _json_values(node: Any) -> Any:
    if isinstance(node, list):
        for item in node:
            yield from _json_values(item)
    elif isinstance(node, dict):
        if "@contentFile" in node:
            yield node["@href"], int(node["@contentByteLength"])
        for inner in node.values():
            yield from _json_values(inner)


@pytest.fixture(params=["application/xml", "application/json"])
def speaker(request: pytest.FixtureRequest, alice: requests.Session) -> Speaker:
    return Speaker(alice, request.param)


def test_run_with_a_value_and_a_file(server: Server, speaker: Speaker) -> None:
    session = speaker.session
    run = runs.create(session, server, CONCATENATION.document)
    assert speaker.put_input(run, "first", "value", "Down the rabbit").status_code == 200
    assert session.put(f"{run}/wd/second.txt", data=b"-hole").status_code == 201
    assert speaker.put_input(run, "second", "file", "second.txt").status_code == 200
    runs.start(session, run)
    runs.wait(session, run)
    ((href, length),) = speaker.values(run)
    assert session.get(href).content == b"Down the rabbit-hole"
    assert length == 20
    part = session.get(href, headers={"Range": "bytes=9-14"})
    assert (part.status_code, part.content) == (206, b"rabbit")
    check_the_rest(speaker, run)


def test_run_with_lists_by_baclava(server: Server, speaker: Speaker) -> None:
    session = speaker.session
    run = runs.create(session, server, LISTS.document)
    assert LISTS.baclava is not None
    session.put(f"{run}/wd/in.baclava", data=LISTS.baclava.read_bytes())
    named = session.put(f"{run}/input/baclava", data="in.baclava", headers=runs.TEXT)
    assert named.text == "in.baclava"
    runs.start(session, run)
    runs.wait(session, run)
    for href, length in speaker.values(run):
        whole = session.get(href).content
        assert len(whole) == length
        if whole:
            part = session.get(href, headers={"Range": f"bytes=0-{length - 1}"})
            assert (part.status_code, part.content) == (206, whole)
    check_the_rest(speaker, run)


def check_the_rest(speaker: Speaker, run: str) -> None:
    """ZIP, log, streams, exit code, and that nothing is left after DELETE."""
    session = speaker.session
    archive = session.get(f"{run}/wd/out", headers={"Accept": "application/zip"})
    assert zipfile.ZipFile(io.BytesIO(archive.content)).testzip() is None
    log = session.get(f"{run}/log")
    assert (log.status_code, log.headers["Content-Type"]) == (200, "text/plain")
    assert log.text == session.get(f"{run}/wd/logs/detail.log").text
    assert session.get(f"{run}/stdout").status_code == 200
    assert session.get(f"{run}/listeners/io/properties/exitcode").text == "0"
    speaker.get(run)
    speaker.get(run.rpartition("/")[0])
    assert session.delete(run).status_code == 204
    assert session.get(run).status_code == 404

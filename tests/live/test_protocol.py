"""Habits of the whole interface: slashes, HEAD, OPTIONS, links, ranges, archives."""

from __future__ import annotations

import io
import zipfile

import pytest
import requests

from tests.live.runs import ECHO, XML
from tests.live.server import Server

READ_ONLY = "GET,HEAD,OPTIONS"
SETTABLE = "GET,PUT,HEAD,OPTIONS"
ALLOWED = {
    "": "GET,DELETE,HEAD,OPTIONS",
    "/workflow": READ_ONLY,
    "/name": SETTABLE,
    "/expiry": SETTABLE,
    "/createTime": READ_ONLY,
    "/startTime": READ_ONLY,
    "/finishTime": READ_ONLY,
    "/status": SETTABLE,
    "/input": READ_ONLY,
    "/input/expected": READ_ONLY,
    "/input/baclava": SETTABLE,
    "/input/input/IN": SETTABLE,
    "/output": SETTABLE,
    "/generate-provenance": SETTABLE,
    "/run-bundle": READ_ONLY,
    "/stdout": READ_ONLY,
    "/stderr": READ_ONLY,
    "/log": READ_ONLY,
    "/listeners": "GET,POST,HEAD,OPTIONS",
    "/listeners/io": READ_ONLY,
    "/listeners/io/configuration": READ_ONLY,
    "/listeners/io/properties": READ_ONLY,
    "/listeners/io/properties/exitcode": SETTABLE,
    "/security": READ_ONLY,
    "/security/owner": READ_ONLY,
    "/security/permissions": "GET,POST,HEAD,OPTIONS",
    "/security/permissions/bob": "GET,PUT,DELETE,HEAD,OPTIONS",
    "/security/credentials": "GET,POST,DELETE,HEAD,OPTIONS",
    "/security/credentials/one": "GET,PUT,DELETE,HEAD,OPTIONS",
    "/security/trusts": "GET,POST,DELETE,HEAD,OPTIONS",
    "/security/trusts/one": "GET,PUT,DELETE,HEAD,OPTIONS",
    "/wd": "GET,PUT,POST,DELETE,HEAD,OPTIONS",
    "/wd/out": "GET,PUT,POST,DELETE,HEAD,OPTIONS",
    "/wd/no/such/file": "GET,PUT,POST,DELETE,HEAD,OPTIONS",
}
SERVER = {
    "/rest": READ_ONLY,
    "/rest/runs": "GET,POST,HEAD,OPTIONS",
    "/rest/policy": READ_ONLY,
    "/rest/policy/runLimit": READ_ONLY,
    "/rest/policy/operatingLimit": READ_ONLY,
    "/rest/policy/permittedWorkflows": READ_ONLY,
    "/rest/policy/permittedListenerTypes": READ_ONLY,
    "/rest/policy/enabledNotificationFabrics": READ_ONLY,
    "/rest/policy/capabilities": READ_ONLY,
}


def check_options(session: requests.Session, url: str, allowed: str) -> None:
    for address in (url, f"{url}/"):
        answer = session.options(address)
        assert answer.status_code == 200
        assert answer.headers["Allow"] == allowed
        assert (answer.headers["Content-Length"], answer.content) == ("0", b"")
        assert answer.headers["Content-Type"] == "application/octet-stream"


def check_head(session: requests.Session, url: str) -> None:
    got = session.get(url, allow_redirects=False)
    head = session.head(url, allow_redirects=False)
    assert (head.status_code, head.content) == (got.status_code, b"")
    for name in ("Content-Type", "Content-Length"):
        assert head.headers.get(name) == got.headers.get(name)


@pytest.mark.parametrize(("path", "allowed"), ALLOWED.items(), ids=ALLOWED)
def test_run_resource_tells_its_methods(
    alice: requests.Session, finished: str, path: str, allowed: str
) -> None:
    check_options(alice, finished + path, allowed)
    if "such" not in path:
        check_head(alice, finished + path)
    answer = alice.patch(finished + path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize(("path", "allowed"), SERVER.items(), ids=SERVER)
def test_server_resource_tells_its_methods(
    server: Server, alice: requests.Session, path: str, allowed: str
) -> None:
    for prefix in ("", "/taverna-server"):
        check_options(alice, server.url + prefix + path, allowed)
        check_head(alice, server.url + prefix + path)


@pytest.mark.parametrize("path", [*ALLOWED, *SERVER])
def test_slash_at_the_end_makes_no_difference(
    server: Server, alice: requests.Session, finished: str, path: str
) -> None:
    url = server.url + path if path in SERVER else finished + path
    with_slash, without = (alice.get(u, allow_redirects=False) for u in (f"{url}/", url))
    assert with_slash.status_code == without.status_code
    assert with_slash.status_code not in (301, 302, 307, 308)
    assert with_slash.content == without.content


def test_every_link_of_a_run_leads_somewhere_or_is_announced(
    alice: requests.Session, finished: str
) -> None:
    """Links whose resources are still to come: interaction, usage; no bundle was made."""
    later = {"interaction", "usage", "run-bundle"}
    description = alice.get(finished, headers={"Accept": "application/json"}).json()
    for name, link in description["runDescription"].items():
        if not name.startswith("@") and name not in later:
            assert alice.get(link["@href"]).status_code in (200, 204), name


def test_old_deployment_path_leads_to_the_same_run(
    server: Server, alice: requests.Session, run: str
) -> None:
    old = run.replace("/rest/", "/taverna-server/rest/")
    assert alice.get(f"{old}/name").text == alice.get(f"{run}/name").text
    created = alice.post(
        f"{server.url}/taverna-server/rest/runs", data=ECHO,
        headers={"Content-Type": "application/vnd.taverna.t2flow+xml"},
    )  # fmt: skip
    assert created.headers["Location"].startswith(f"{server.url}/taverna-server/rest/runs/")


def test_wrapped_workflow_is_the_same_workflow(server: Server, alice: requests.Session) -> None:
    inner = ECHO.partition(b"?>")[2]
    opening = b'<t2s:workflow xmlns:t2s="http://ns.taverna.org.uk/2010/xml/server/">'
    wrapped = opening + inner + b"</t2s:workflow>"
    created = alice.post(f"{server.rest}/runs", data=wrapped, headers=XML)
    assert created.status_code == 201
    run = created.headers["Location"]
    assert alice.get(f"{run}/name").text.startswith("Echo ")
    assert len(alice.get(f"{run}/input/expected").content.split(b"<port:input ")) == 3


def test_workflow_is_kept_byte_for_byte(alice: requests.Session, run: str) -> None:
    answer = alice.get(f"{run}/workflow")
    assert answer.headers["Content-Type"] == "application/vnd.taverna.t2flow+xml"
    assert answer.content == ECHO
    as_json = alice.get(f"{run}/workflow", headers={"Accept": "application/json"}).json()
    assert as_json["workflow"]["workflow"]["dataflow"]["name"] == "Echo"


@pytest.mark.parametrize(
    ("header", "content"),
    [("bytes=0-7", b"drink me"), ("bytes=0-", b"drink me"), ("bytes=-2", b"me"),
     ("bytes=6-100", b"me"), ("bytes=0-0", b"d")],
)  # fmt: skip
def test_range_is_answered_with_the_part(
    alice: requests.Session, finished: str, header: str, content: bytes
) -> None:
    answer = alice.get(f"{finished}/wd/out/OUT", headers={"Range": header})
    assert (answer.status_code, answer.content) == (206, content)
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Range"].endswith("/8")


def test_range_beyond_the_end_is_not_satisfiable(alice: requests.Session, finished: str) -> None:
    answer = alice.get(f"{finished}/wd/out/OUT", headers={"Range": "bytes=8-"})
    assert (answer.status_code, answer.text) == (416, "Requested range not satisfiable")
    assert answer.headers["Content-Range"] == "bytes */8"


def test_ranges_that_are_not_understood_are_ignored(alice: requests.Session, finished: str) -> None:
    for header in ("bytes=0-1,3-4", "lines=1-2", "bytes=x"):
        answer = alice.get(f"{finished}/wd/out/OUT", headers={"Range": header})
        assert (answer.status_code, answer.content) == (200, b"drink me")
    assert alice.get(f"{finished}/wd/out", headers={"Range": "bytes=0-1"}).status_code == 200


def test_archive_of_the_outputs_has_names_relative_to_them(
    alice: requests.Session, finished: str
) -> None:
    answer = alice.get(f"{finished}/wd/out", headers={"Accept": "application/zip"})
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert sorted(archive.namelist()) == ["OUT", "PAGES/1", "PAGES/2", "PAGES/3"]
    assert archive.read("PAGES/2") == b"two"
    whole = alice.get(f"{finished}/wd", headers={"Accept": "application/zip"})
    assert "out/PAGES/2" in zipfile.ZipFile(io.BytesIO(whole.content)).namelist()


def test_output_of_one_run_becomes_input_of_another(
    alice: requests.Session, run: str, finished: str
) -> None:
    body = {"runInput": {"reference": f"{finished}/wd/out/OUT"}}
    answer = alice.put(f"{run}/input/input/IN", json=body, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    copy = answer.json()["runInput"]["file"]
    assert alice.get(f"{run}/wd/{copy}").content == b"drink me"


def test_delimiter_is_shown_and_goes_with_the_next_setting(
    alice: requests.Session, run: str
) -> None:
    def delimiter(content: dict[str, str]) -> str | None:
        answer = alice.put(f"{run}/input/input/WORDS", json={"runInput": content})
        assert answer.status_code == 200
        shown = alice.get(f"{run}/input/input/WORDS", headers={"Accept": "application/json"})
        return shown.json()["runInput"].get("@listDelimiter")

    assert delimiter({"value": "a;b", "@listDelimiter": ";;"}) == ";"
    assert delimiter({"value": "a;b"}) is None


def test_baclava_document_and_single_values_exclude_each_other(
    alice: requests.Session, run: str
) -> None:
    alice.put(f"{run}/input/input/IN", json={"runInput": {"value": "x"}})
    alice.put(f"{run}/input/baclava", data="in.baclava", headers={"Content-Type": "text/plain"})
    assert ">x<" not in alice.get(f"{run}/input/input/IN").text
    alice.put(f"{run}/input/input/IN", json={"runInput": {"value": "x"}})
    assert alice.get(f"{run}/input/baclava").text == ""

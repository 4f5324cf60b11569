"""Every known client gets what it needs: the exchanges of ``exchanges.py``, over HTTP."""

from __future__ import annotations

import pytest
import requests

from tests.live.exchanges import (
    ON_FINISHED_RUN,
    ON_NEW_RUN,
    ON_SECURITY,
    ON_SERVER,
    Exchange,
    is_new_run,
)
from tests.live.runs import ECHO, TEXT, create, set_echo_inputs, start, wait
from tests.live.server import Server


def play(exchange: Exchange, session: requests.Session, url: str) -> None:
    """Send the request just as the client does and look at the answer as it does."""
    session.headers.clear()  # those of requests itself: Accept, Accept-Encoding, User-Agent
    answer = session.request(
        exchange.method, url, headers=exchange.headers, data=exchange.body, allow_redirects=False
    )
    assert answer.status_code in exchange.statuses, answer.text
    if exchange.check:
        exchange.check(answer)


@pytest.mark.parametrize("exchange", ON_SERVER, ids=str)
def test_server_resource_suits(exchange: Exchange, server: Server, run: str) -> None:
    session = server.session("alice" if exchange.login else None)
    play(exchange, session, server.url + exchange.path)


@pytest.mark.parametrize("exchange", [*ON_NEW_RUN, *ON_SECURITY], ids=str)
def test_new_run_suits(exchange: Exchange, alice: requests.Session, run: str) -> None:
    play(exchange, alice, exchange.path.format(r=run))


@pytest.mark.parametrize("exchange", ON_FINISHED_RUN, ids=str)
def test_finished_run_suits(exchange: Exchange, alice: requests.Session, finished: str) -> None:
    play(exchange, alice, exchange.path.format(r=finished))


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/rest/runs", "*/*"), ("/rest/runs/", "*/*"), ("/rest/runs", "application/json")],
)
def test_creation_suits(server: Server, alice: requests.Session, path: str, accept: str) -> None:
    """H appends a slash, C and U accept only JSON, Android names a charset."""
    kind = "application/vnd.taverna.t2flow+xml; charset=utf-8"
    headers = {"Accept": accept, "Content-Type": kind}
    answer = alice.post(server.url + path, data=ECHO, headers=headers, allow_redirects=False)
    assert answer.status_code == 201
    is_new_run(answer)


def test_chunked_creation_suits(server: Server, alice: requests.Session) -> None:
    """G sends anything that is not a file in chunks."""
    kind = {"Content-Type": "application/vnd.taverna.t2flow+xml"}
    answer = alice.post(f"{server.rest}/runs", data=iter([ECHO[:100], ECHO[100:]]), headers=kind)
    assert answer.status_code == 201


def test_answer_to_the_challenge_suits(server: Server) -> None:
    """M waits for 401 before it says who it is, also with a body, on one connection."""
    session = server.session(None)
    kind = {"Content-Type": "application/vnd.taverna.t2flow+xml"}
    refused = session.post(f"{server.rest}/runs", data=ECHO, headers=kind)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Basic realm="tavernaserver"'
    session.auth = server.session("alice").auth
    assert session.post(f"{server.rest}/runs", data=ECHO, headers=kind).status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=ISO-8859-1", None])
def test_start_suits(server: Server, alice: requests.Session, run: str, kind: str | None) -> None:
    """200 suits all clients but one; after it every client expects to see Operating once."""
    set_echo_inputs(alice, run)
    headers = {"Content-Type": kind} if kind else {}
    answer = alice.put(f"{run}/status", data=b"Operating", headers=headers)
    assert (answer.status_code, answer.text) == (200, "Operating")
    assert alice.get(f"{run}/status").text == "Operating"
    assert alice.get(f"{run}/startTime").text


def test_deletion_while_it_runs_suits(server: Server, alice: requests.Session) -> None:
    """P cancels by DELETE; a second one finds nothing, which G and J tolerate."""
    run = create(alice, server)
    set_echo_inputs(alice, run)
    start(alice, run)
    assert alice.delete(run).status_code == 204
    assert alice.delete(run).status_code == 404
    assert alice.get(f"{run}/status").status_code == 404


@pytest.mark.parametrize("kind", ["application/octet-stream", "*/*", None])
def test_chunked_upload_suits(alice: requests.Session, run: str, kind: str | None) -> None:
    """J and G send streams of unknown length in chunks."""
    headers = {"Content-Type": kind} if kind else {}
    chunks = [b"a" * 100_000] * 20
    new = alice.put(f"{run}/wd/in.bin", data=iter(chunks), headers=headers)
    assert (new.status_code, new.headers["Location"]) == (201, f"{run}/wd/in.bin")
    assert alice.put(f"{run}/wd/in.bin", data=iter(chunks), headers=headers).status_code == 204
    assert alice.get(f"{run}/wd/in.bin").content == b"".join(chunks)


def test_form_is_no_form(alice: requests.Session, run: str) -> None:
    """The engine publishes files through Java's URLConnection, which calls them forms."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = alice.put(f"{run}/wd/interactions/page.html", data=b"a=1&b=%20", headers=form)
    assert answer.status_code == 201
    assert alice.get(f"{run}/wd/interactions/page.html").content == b"a=1&b=%20"


def test_interaction_page_suits(alice: requests.Session, run: str) -> None:
    """P asks for text/html, the engine for whatever Java's URLConnection asks for."""
    alice.put(f"{run}/wd/interactions/interaction1.html", data=b"<p>choose</p>")
    java = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
    for accept in ("text/html", java):
        answer = alice.get(f"{run}/wd/interactions/interaction1.html", headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "text/html"
        assert "allow-scripts" in answer.headers["Content-Security-Policy"]


def test_whole_conversation_of_the_gem(server: Server, alice: requests.Session) -> None:
    """Inputs by Baclava and outputs into a Baclava document, as t2-run-workflow -b -o does."""
    run = create(alice, server)
    baclava = BACLAVA.encode()
    octets = {"Content-Type": "application/octet-stream"}
    assert alice.put(f"{run}/wd/in.baclava", data=baclava, headers=octets).status_code == 201
    named = alice.put(f"{run}/input/baclava", data="in.baclava", headers=TEXT)
    assert (named.status_code, named.text) == (200, "in.baclava")
    assert alice.put(f"{run}/output", data="out.xml", headers=TEXT).text == "out.xml"
    start(alice, run)

    wait(alice, run)
    assert alice.get(f"{run}/listeners/io/properties/exitcode").text == "0"
    document = alice.get(f"{run}/wd/out.xml", headers={"Accept": "*/*"})
    assert b"ZHJpbmsgbWU=" in document.content


BACLAVA = """<?xml version="1.0" encoding="UTF-8"?>
<b:dataThingMap xmlns:b="http://org.embl.ebi.escience/baclava/0.1alpha">
  <b:dataThing key="IN">
    <b:myGridDataDocument lsid="" syntactictype="'text/plain'">
      <b:dataElement lsid=""><b:dataElementData>ZHJpbmsgbWU=</b:dataElementData></b:dataElement>
    </b:myGridDataDocument>
  </b:dataThing>
  <b:dataThing key="WORDS">
    <b:myGridDataDocument lsid="" syntactictype="l('text/plain')">
      <b:partialOrder lsid="" type="list"><b:itemList>
        <b:dataElement index="0"><b:dataElementData>b25l</b:dataElementData></b:dataElement>
        <b:dataElement index="1"><b:dataElementData>dHdv</b:dataElementData></b:dataElement>
      </b:itemList></b:partialOrder>
    </b:myGridDataDocument>
  </b:dataThing>
</b:dataThingMap>
"""

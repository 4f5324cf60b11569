"""Outputs of every type on the page of a run: shown as what they are, and nothing runs (X14)."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.browser.conftest import Visitor
from tests.browser.sites import Site
from tests.live import runs

ATTACK = "parent.hacked = top.hacked = window.hacked = true; document.title = 'hacked'"


def png() -> bytes:
    """A red point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
        + chunk(b"IEND", b"")
    )


def wav() -> bytes:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as writer:
        writer.setparams((1, 1, 8000, 0, "NONE", ""))
        writer.writeframes(b"\x80" * 800)
    return sound.getvalue()


VALUES = {
    "text": b"see http://example.org/a?b=c&d.",
    "xml": b"<?xml version='1.0'?><a><b>text</b></a>",
    "page": f"<!doctype html><title>x</title><p>A page</p><script>{ATTACK}</script>".encode(),
    "png": png(),
    "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><script>{ATTACK}</script></svg>'.encode(),
    "json": b'{"name": ["<b>", 1]}',
    "csv": b"name,age\nAlice,7\nBob,8\n",
    "pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>",
    "sound": wav(),
    "unknown": bytes(range(256)),
    "empty": b"",
    "escape": f'</pre><script>{ATTACK}</script><img src=x onerror="{ATTACK}">'.encode(),
}


def passing_through(ports: dict[str, bytes]) -> bytes:
    """A workflow whose outputs are its inputs."""
    names = [
        f"<port><name>{it}</name><depth>0</depth><granularDepth>0</granularDepth>" for it in ports
    ]
    inputs = "".join(f"{it}<annotations/></port>" for it in names)
    outputs = "".join(f"<port><name>{it}</name><annotations/></port>" for it in ports)
    links = "".join(
        f'<datalink><sink type="dataflow"><port>{it}</port></sink>'
        f'<source type="dataflow"><port>{it}</port></source></datalink>'
        for it in ports
    )
    head, _, rest = runs.ECHO.decode().partition("<inputPorts>")
    tail = rest.partition("<processors/>")[2]
    before, _, after = tail.partition("<datalinks>")
    after = after.partition("</datalinks>")[2]
    ports_of = f"<inputPorts>{inputs}</inputPorts><outputPorts>{outputs}</outputPorts>"
    return f"{head}{ports_of}<processors/>{before}<datalinks>{links}</datalinks>{after}".encode()


def given(alice: requests.Session, run: str, values: dict[str, bytes]) -> None:
    for name, content in values.items():
        assert alice.put(f"{run}/wd/{name}", data=content).status_code == 201
        body = {"runInput": {"file": name}}
        assert alice.put(f"{run}/input/input/{name}", json=body).status_code == 200


def number_of(place: Site, run: str) -> int:
    """As the pages count: the newest of alice's runs."""
    listed = place.server.session("alice").get(f"{place.server.url}/runs.json").json()
    return max(int(it["id"]) for it in listed)


@pytest.fixture(scope="module")
def page(place: Site) -> str:
    """Of a run with a value of every kind."""
    alice = place.server.session("alice")
    run = runs.create(alice, place.server, passing_through(VALUES))
    given(alice, run, VALUES)
    runs.start(alice, run)
    runs.wait(alice, run)
    return f"{place.server.url}/runs/{number_of(place, run)}"


@pytest.fixture
def tab(visitor: Visitor, page: str) -> Iterator[Any]:
    """The page, with what the browser complained of."""
    with visitor("alice") as tab:
        tab.complaints = []
        tab.on("console", lambda message: tab.complaints.append(message.text))
        tab.goto(page)
        yield tab


def port(tab: Any, name: str) -> Any:
    return tab.locator(f"#run-outputs [data-output-name={name}]")


def test_every_type_is_shown_as_what_it_is(tab: Any) -> None:
    assert "<b>text</b>" in port(tab, "xml").locator("pre").inner_text()
    assert '"<b>"' in port(tab, "json").locator("pre").inner_text()
    assert port(tab, "csv").locator("td").all_inner_texts() == ["Alice", "7", "Bob", "8"]
    assert port(tab, "text").get_by_role("link", name="http://example.org/a?b=c&d").count() == 1
    assert port(tab, "sound").locator("audio").count() == 1
    assert "download it" in port(tab, "unknown").inner_text()
    assert "<empty>" in port(tab, "empty").inner_text()


def test_pictures_are_loaded(tab: Any) -> None:
    for name in ("png", "svg"):
        picture = port(tab, name).locator("img")
        picture.scroll_into_view_if_needed()
        tab.wait_for_function(
            "it => it.complete && it.naturalWidth > 0", arg=picture.element_handle()
        )


def test_nothing_of_it_runs(tab: Any) -> None:
    port(tab, "page").locator("summary").click()
    frame = port(tab, "page").frame_locator("iframe")
    assert frame.locator("p").inner_text() == "A page"
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.hacked") is None
    assert "hacked" not in tab.title()
    blocked = [it for it in tab.complaints if "Blocked script execution" in it]
    assert tab.complaints == blocked  # the page's own script, and nothing of ours


@pytest.mark.parametrize("name", ["page", "svg", "escape"])
def test_value_opened_alone_runs_nothing_either(tab: Any, page: str, name: str) -> None:
    answer = tab.goto(f"{page}/output/{name}")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert tab.evaluate("window.hacked") is None


def test_values_look_the_same_on_a_page_of_their_own(tab: Any, page: str) -> None:
    for name in VALUES:
        answer = tab.goto(f"{page}/outputs?port={name}")
        assert answer.status == 200
    assert tab.evaluate("window.hacked") is None


def test_ten_thousand_items_come_page_by_page(tab: Any, place: Site) -> None:
    alice = place.server.session("alice")
    run = runs.create(alice, place.server)
    runs.set_value(alice, run, "IN", "x")
    words = ",".join(f"word {n}" for n in range(1, 10_001))
    body = {"runInput": {"@listDelimiter": ",", "value": words}}
    assert alice.put(f"{run}/input/input/WORDS", json=body).status_code == 200
    runs.start(alice, run)
    runs.wait(alice, run)
    tab.goto(f"{place.server.url}/runs/{number_of(place, run)}")
    assert port(tab, "PAGES").locator("ol.items > li").count() == 10
    tab.get_by_role("link", name="Browse all 10,000 items").click()
    assert tab.locator("ol.items > li").count() == 50
    tab.get_by_role("link", name="Next").first.click()
    tab.wait_for_url("**page=2*")
    assert "word 51" in tab.locator("ol.items > li").first.inner_text()

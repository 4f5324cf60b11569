"""REANA's workflows brought, run and repeated through the pages, each type to its end."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

import pytest

from tests.live.player.api import Player
from tests.live.reana.commandline import engine_needed
from tests.live.server import Server
from tests.live.web.conftest import Browser

EXAMPLES = Path(__file__).parents[3] / "examples"
STEPS = ("serial", "cwl", "snakemake", "yadage")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def packed(kind: str, below: str = "") -> bytes:
    """An example as a ZIP, without what is expected of it."""
    place, made = EXAMPLES / f"reana-hello-{kind}", io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(place.rglob("*")):
            inside = path.relative_to(place)
            if path.is_file() and inside.parts[0] != "expected":
                archive.write(path, f"{below}{inside}")
    return made.getvalue()


def brought(browser: Browser, kind: str) -> str:
    """Uploads an example by the form; its page."""
    files = {"workflow[document]": (f"hello-{kind}.zip", packed(kind))}
    answer = browser.send("/workflows", files=files)
    assert answer.status_code == 302, answer.text
    return re.sub(r"^https?://[^/]+", "", answer.headers["Location"])


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the form."""
    inner = page[page.index('class="run-form"') :]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inner)
    named = re.findall(r'name="(run\[name\])" type="text" value="([^"]*)"', inner)
    areas = re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>\n([^<]*)<', inner)
    chosen = re.findall(r'<select id="[^"]+" name="([^"]+)">.*?value="(\w+)" selected', inner, re.S)
    found = [*hidden, *named, *areas, *chosen]
    return {name: html.unescape(value) for name, value in found}


def sent(browser: Browser, form: str, **more: str) -> int:
    """The run that the form makes, as it comes or with more."""
    data = {**fields_of(browser.get(form).text), **more}
    answer = browser.send("/runs", data=data)
    assert answer.status_code == 302, answer.text
    return int(re.findall(r"/runs/(\d+)", answer.headers["Location"])[0])


def ended(server: Server, number: int) -> str:
    """The page of the run when it is over."""
    found = Player(server).wait(number, "finished", "failed", seconds=120)
    browser = server.session("alice")
    page = browser.get(f"{server.url}/runs/{number}", headers={"Accept": "text/html"}).text
    assert found["state"] == "finished", page
    return page


def expected(kind: str) -> list[tuple[str, bytes]]:
    place = EXAMPLES / f"reana-hello-{kind}" / "expected"
    files = (path for path in sorted(place.rglob("*")) if path.is_file())
    return [(str(path.relative_to(place)), path.read_bytes()) for path in files]


@pytest.mark.parametrize("kind", [*STEPS, "taverna"])
def test_example_runs_from_its_zip(kind: str, server: Server, alice_browses: Browser) -> None:
    engine_needed(kind)
    path = brought(alice_browses, kind)
    number = sent(alice_browses, f"{path}/runs/new", **{"run[provenance]": "1"})
    page = ended(server, number)
    for name, content in expected(kind):
        got = alice_browses.get(f"/runs/{number}/file?name={name}")
        assert got.content == content
    assert "Hello, Ada Lovelace" in page or "Ada Lovelace" in page
    assert "Run bundle with provenance" in page


def test_run_is_in_the_lists_of_rest_and_reana(server: Server, alice_browses: Browser) -> None:
    number = sent(alice_browses, f"{brought(alice_browses, 'serial')}/runs/new")
    ended(server, number)
    run = Player(server).read(f"/runs/{number}")
    assert run["state"] == "finished"
    session = server.session("alice")
    listed = session.get(f"{server.url}/api/workflows?type=batch").json()["items"]
    assert listed[0]["name"].startswith("hello-serial.")
    assert session.get(f"{server.url}/rest/runs/{listed[0]['id']}").status_code == 200


def test_run_again_starts_with_its_parameters(server: Server, alice_browses: Browser) -> None:
    path = brought(alice_browses, "serial")
    first = sent(alice_browses, f"{path}/runs/new", **{"run[inputs_attributes][2][value]": "1"})
    ended(server, first)
    form = fields_of(alice_browses.get(f"/runs/new?parent_id={first}").text)
    assert form["run[inputs_attributes][2][value]"] == "1"

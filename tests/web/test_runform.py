"""The form for a new run, and what becomes of what it sends."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from taverna_server.app import create_app
from taverna_server.config import Config
from taverna_server.model.identity import User
from taverna_server.serving.context import NAME
from tests.web.conftest import Person, upload


def form_of(page: str) -> dict[str, object]:
    """The fields of the form as a browser would send them."""
    inner = page[page.index('class="run-form"') :]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inner)
    named = re.findall(r'name="(run\[name\])" type="text" value="([^"]*)"', inner)
    areas = re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>\n([^<]*)<', inner)
    chosen = re.findall(r'<select id="[^"]+" name="([^"]+)">\s*<option value="(\w+)"', inner)
    return {name: html.unescape(value) for name, value in [*hidden, *named, *areas, *chosen]}


def filled(person: Person, workflow: str) -> dict[str, object]:
    number = workflow.rpartition("/")[2]
    return form_of(person.get(f"/runs/new?workflow_id={number}").text)


def value(number: int, part: str = "value") -> str:
    return f"run[inputs_attributes][{number}][{part}]"


def test_examples_are_filled_in(alice: Person) -> None:
    page = alice.get(f"{upload(alice, 'xml_splitters')}/runs/new").text
    assert "Through the Looking-Glass" in page
    assert 'data-input-name="title"' in page
    assert ">Start Run</button>" in re.sub(r"<svg.*?</svg>", "", page)


def test_run_is_made_and_shown(alice: Person) -> None:
    answer = alice.send("/runs", filled(alice, upload(alice)))
    assert answer.status_code == 302, answer.text
    page = alice.get(answer.headers["Location"].removeprefix("http://localhost")).text
    assert "Run was successfully created." in page
    assert 'id="run-info"' in page
    assert 'id="run-outputs"' in page


def test_run_has_a_name_of_its_own(alice: Person) -> None:
    sent = filled(alice, upload(alice))
    assert re.fullmatch(r"Hello World \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", str(sent["run[name]"]))


def test_what_was_typed_stays_when_something_is_wrong(alice: Person) -> None:
    sent = filled(alice, upload(alice, "xml_splitters"))
    upload_of = (io.BytesIO(b"a file"), "poem.txt")
    answer = alice.send(
        "/runs", {**sent, "run[name]": " ", value(0): "Älice", value(1, "file"): upload_of}
    )
    assert answer.status_code == 422
    assert "Run was not successfully created." in answer.text
    assert "Älice" in answer.text
    assert "“poem.txt” has to be chosen again" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_list_is_typed_line_by_line_or_as_json(alice: Person) -> None:
    sent = filled(alice, upload(alice, "dot_product"))
    lists = [name for name in sent if name.endswith("[format]")]
    assert lists
    text = lists[0].replace("[format]", "[value]")
    made = alice.send("/runs", {**sent, text: "one\r\ntwo\r\n"})
    page = alice.get(made.headers["Location"].removeprefix("http://localhost")).text
    assert "list of 2 items" in page
    wrong = alice.send("/runs", {**sent, lists[0]: "json", text: "[1, "})
    assert (wrong.status_code, "Is no JSON list" in wrong.text) == (422, True)


def test_several_files_are_a_list(alice: Person) -> None:
    sent = filled(alice, upload(alice, "dot_product"))
    [first, *_] = [name for name in sent if name.endswith("[format]")]
    files = [(io.BytesIO(b"one"), "1.txt"), (io.BytesIO(b"two"), "2.txt")]
    made = alice.send("/runs", {**sent, first.replace("[format]", "[file][]"): files})
    page = alice.get(made.headers["Location"].removeprefix("http://localhost")).text
    assert "list of 2 items" in page
    assert "two" in page


def test_inputs_are_edited_as_json(alice: Person) -> None:
    path = upload(alice, "xml_splitters")
    number = path.rpartition("/")[2]
    page = alice.get(f"/runs/new?workflow_id={number}&as=json").text
    sent = form_of(page)
    assert "Looking-Glass" in str(sent["run[json]"])
    wrong = alice.send("/runs", {**sent, "run[json]": '{"title": '})
    assert (wrong.status_code, "no JSON object" in wrong.text) == (422, True)
    unknown = alice.send("/runs", {**sent, "run[json]": '{"nothing": "x"}'})
    assert (unknown.status_code, "is no input of this workflow" in html.unescape(unknown.text)) == (
        422,
        True,
    )
    given = {"title": "Peter", "author_name": "Barrie", "keywords": ["a"], "language": "en"}
    made = alice.send("/runs", {**sent, "run[json]": str(given).replace("'", '"')})
    assert made.status_code == 302, made.text


def test_run_is_repeated_with_what_it_was_given(alice: Person) -> None:
    sent = filled(alice, upload(alice, "xml_splitters"))
    picture = (io.BytesIO(b"\x89PNG\r\n\x1a\n\0" * 1000), "cover.png")
    made = alice.send("/runs", {**sent, value(1): "Carroll", value(0, "file"): picture})
    number = made.headers["Location"].rpartition("/")[2]
    page = alice.get(f"/runs/new?parent_id={number}").text
    assert "Keep what the earlier run had: image/png" in page
    again = form_of(page)
    assert again[value(1)] == "Carroll"
    kept = alice.send("/runs", {**again, value(0, "keep"): "1", value(1): "Dodgson"})
    child = alice.get(kept.headers["Location"].removeprefix("http://localhost")).text
    assert f'href="/runs/{number}"' in child
    assert "image/png" in child
    assert "Dodgson" in child


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"run[workflow_id]": "999"}, 422),
        ({"nothing": "x"}, 400),
        ({"run[workflow_id]": "x", "run[parent_id]": "y"}, 422),
        ({"run": "x"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(
    alice: Person, sent: dict[str, object], status: int
) -> None:
    assert alice.send("/runs", sent).status_code == status


def test_embedded_form_is_bare_and_may_be_framed(alice: Person) -> None:
    number = upload(alice, "xml_splitters").rpartition("/")[2]
    address = f"/runs/new?workflow_id={number}&embedded=true&input[title]=Preset"
    answer = alice.get(address)
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "Log out" not in answer.text
    sent = form_of(answer.text)
    assert (sent["run[embedded]"], sent[value(0)]) == ("true", "Preset")
    assert 'data-input-name="title"' not in answer.text
    plain = alice.get(f"/runs/new?workflow_id={number}")
    assert "frame-ancestors 'none'" in plain.headers["Content-Security-Policy"]


def test_visitor_signs_in_first_and_comes_back(nobody: Person, alice: Person) -> None:
    path = upload(alice)
    answer = nobody.get(f"{path}/runs/new")
    assert answer.status_code == 302
    number = path.rpartition("/")[2]
    assert f"back=%2Fruns%2Fnew%3Fworkflow_id%3D{number}" in answer.headers["Location"]


def test_visitor_fills_in_a_published_form_and_finds_it_again_after_the_login(
    nobody: Person, alice: Person
) -> None:
    path = upload(alice, "hello_name", **{"workflow[published]": "1"})
    page = nobody.get(f"{path}/runs/new")
    assert (page.status_code, "Runs need an account" in page.text) == (200, True)
    sent = form_of(page.text) | {value(0): "Ada & co"}
    answer = nobody.send("/runs", sent)
    assert answer.status_code == 302
    (back,) = parse_qs(urlsplit(answer.headers["Location"]).query)["back"]
    assert form_of(alice.get(back).text)[value(0)] == "Ada & co"
    assert "Runs need an account" not in alice.get(back).text


@pytest.fixture
def hosts_guests(config: Config) -> Config:
    return replace(config, guests="on")


def test_guest_runs_what_is_published_with_a_key_in_the_address(
    hosts_guests: Config, people_database: object
) -> None:
    app = create_app(hosts_guests)
    alice = Person(app.test_client(), "alice")
    alice.sign_in()
    path = upload(alice, "xml_splitters", **{"workflow[published]": "1"})
    guest = Person(app.test_client())
    sent = filled(guest, path)
    made = guest.send("/runs", {**sent, "run[embedded]": "true"})
    assert made.status_code == 302, made.text
    address = made.headers["Location"].removeprefix("http://localhost")
    assert "?key=" in address
    page = guest.get(address)
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert 'id="run-outputs"' in page.text
    key = address.partition("?")[2]
    assert f"/cancel?{key}" in html.unescape(page.text)
    number = address.partition("?")[0]
    assert guest.get(number).status_code == 302
    cancelled = guest.send(f"{number}/cancel?{key}", {})
    assert "embedded=true" in cancelled.headers["Location"]


def test_full_server_says_what_to_do(config: Config, people_database: object) -> None:
    app = create_app(replace(config, run_limit=1))
    alice = Person(app.test_client(), "alice")
    alice.sign_in()
    path = upload(alice)
    assert alice.send("/runs", filled(alice, path)).status_code == 302
    answer = alice.send("/runs", filled(alice, path))
    assert (answer.status_code, "Delete some that are over" in answer.text) == (422, True)


def test_run_bundle_is_made_where_it_is_wanted(alice: Person, app: Flask) -> None:
    path = upload(alice)
    assert "run[provenance]" in alice.get(f"{path}/runs/new").text
    manager = app.extensions[NAME].manager
    for wanted in ({}, {"run[provenance]": "1"}):
        answer = alice.send("/runs", {**filled(alice, path), **wanted})
        number = int(answer.headers["Location"].rpartition("/")[2])
        run = manager.run_by_number(User("alice"), number)
        assert run.generate_provenance is bool(wanted)
    assert "checked" in alice.get(f"/runs/new?parent_id={number}").text

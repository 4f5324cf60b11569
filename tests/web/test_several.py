"""Runs made from a table of values: all of them, or none and the rows that are wrong."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask

from taverna_server.app import create_app
from taverna_server.config import Config
from taverna_server.data.paths import WorkDirectory
from taverna_server.manager.giving import InputContent
from taverna_server.model.identity import User
from taverna_server.serving.context import NAME
from tests.web.conftest import Person, upload
from tests.web.test_runform import form_of, value
from tests.web.test_runlist import listed

HELLO, GREET, PAIR = "hello_name", "nested_workflow", "dot_product"


def sent(person: Person, workflow: str, table: object, **more: object) -> tuple[int, str]:
    """Status, and the words of the page or the address of the next one."""
    number = workflow.rpartition("/")[2]
    fields = form_of(person.get(f"/runs/several?workflow_id={number}").text)
    answer = person.send("/runs/several", {**fields, "run[table]": table, **more})
    return answer.status_code, html.unescape(answer.headers.get("Location") or answer.text)


def made(app: Flask, numbers: list[int]) -> list[tuple[str, dict[str, str]]]:
    """Name and inputs of alice's runs, oldest first; the items of a list in a row."""
    manager, user = app.extensions[NAME].manager, User("alice")
    found = []
    for run in (manager.run_by_number(user, number) for number in sorted(numbers)):
        place = manager.working_directory(user, run.id)
        given = {it.port: text_of(place, it) for it in manager.given_inputs(user, run.id)}
        found.append((run.name, given))
    return found


def text_of(place: WorkDirectory, given: InputContent) -> str:
    if given.path is None:
        return given.value.decode() if isinstance(given.value, bytes) else str(given.value)
    files = sorted(place.list(given.path), key=lambda entry: int(entry.name))
    return "".join((place.root / given.path / it.name).read_text() for it in files)


@pytest.fixture
def few(config: Config) -> Person:
    """Alice, who may make three runs at once."""
    alice = Person(create_app(replace(config, variants_limit=3)).test_client(), "alice")
    alice.sign_in()
    return alice


def texts(page: str) -> str:
    return " ".join(re.findall(r'class="problem" id="run\[table\]-problem">.*?</svg>([^<]*)', page))


def test_each_row_is_a_run(alice: Person, app: Flask) -> None:
    workflow = upload(alice, HELLO)
    table = 'name\nAnn\n\n"Ben, and\nothers"\n'
    status, address = sent(alice, workflow, table, **{"run[name]": "Trial"})
    assert status == 302
    parts = urlsplit(address)
    page = alice.get(f"{parts.path}?{parts.query}").text
    numbers = listed(page)
    assert "2 runs were created." in page
    assert len(numbers) == 2
    assert made(app, numbers) == [
        ("Trial #1", {"name": "Ann"}),
        ("Trial #2", {"name": "Ben, and\nothers"}),
    ]


def test_what_the_table_does_not_say_comes_from_the_form(alice: Person, app: Flask) -> None:
    workflow = upload(alice, PAIR)
    status, address = sent(
        alice, workflow, "names;years\n[\"a\", \"b\"];\nc;1999\n",
        **{value(0): "x\ny", value(1): "1\n2"},
    )  # fmt: skip
    assert status == 302
    numbers = listed(alice.get(address.removeprefix("http://localhost")).text)
    given = [given for _, given in made(app, numbers)]
    assert given == [{"names": "ab", "years": "12"}, {"names": "c", "years": "1999"}]


def test_file_of_a_spreadsheet_is_a_table(alice: Person) -> None:
    file = (io.BytesIO("\ufeffname\r\nZoë\r\n".encode()), "names.csv")
    status, _ = sent(alice, upload(alice, HELLO), "", **{"run[table_file]": file})
    assert status == 302


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "The table is empty."),
        ("name\n", "no row below the first line"),
        ("nam\nx\n", "“nam” in the first line is no input of this workflow. Its inputs are name."),
        ("name,name\nx,y\n", "“name” is twice in the first line."),
        ('name\n"Ann\n', "Line 2 of the table cannot be read"),
        ("name\n" + "x\n" * 4, "more than 3 rows"),
    ],
)
def test_table_that_is_wrong_makes_nothing_and_stays(few: Person, table: str, words: str) -> None:
    status, page = sent(few, upload(few, HELLO), table, **{value(0): "kept"})
    assert status == 422
    assert words in texts(page)
    assert ">\nkept</textarea>" in page
    assert table.strip() in page
    assert listed(few.get("/runs").text) == []


def test_row_with_a_value_that_does_not_fit_is_named(alice: Person) -> None:
    table = 'names\nAnn\n"[""a"", [""b""]]"\n'
    status, page = sent(alice, upload(alice, PAIR), table)
    assert status == 422
    assert "Row 2: 'names' takes a single value, not a list." in texts(page)
    assert listed(alice.get("/runs").text) == []


def test_row_of_another_length_is_named(alice: Person) -> None:
    status, page = sent(alice, upload(alice, PAIR), "names,years\na,1\nb\n")
    assert status == 422
    assert "Row 2 has 1 value, the first line 2." in texts(page)


def test_line_of_a_single_column_is_a_value_with_all_its_commas(alice: Person, app: Flask) -> None:
    address = sent(alice, upload(alice, HELLO), "name\nAnn, Ben; Cat\n")[1]
    numbers = listed(alice.get(address.removeprefix("http://localhost")).text)
    assert [given for _, given in made(app, numbers)] == [{"name": "Ann, Ben; Cat"}]


def test_file_that_is_no_text_is_refused(alice: Person) -> None:
    file = (io.BytesIO(b"name\n\xff\n"), "names.csv")
    status, page = sent(alice, upload(alice, HELLO), "", **{"run[table_file]": file})
    assert (status, "save it as “CSV UTF-8”" in page) == (422, True)


def test_limit_of_runs_is_for_all_of_them(config: Config) -> None:
    alice = Person(create_app(replace(config, run_limit=2)).test_client(), "alice")
    alice.sign_in()
    workflow = upload(alice, HELLO)
    status, page = sent(alice, workflow, "name\na\nb\nc\n")
    assert status == 422
    assert "No run was created." in page
    assert listed(alice.get("/runs").text) == []
    assert sent(alice, workflow, "name\na\nb\n")[0] == 302


def test_table_is_looked_at_first(alice: Person) -> None:
    status, page = sent(alice, upload(alice, HELLO), "name\nZoë\n", **{"run[act]": "check"})
    assert status == 200
    assert "1 run, nothing started yet" in page
    assert "<td>Zoë</td>" in page
    assert listed(alice.get("/runs").text) == []


def test_account_is_needed(nobody: Person, alice: Person) -> None:
    workflow = upload(alice, HELLO, **{"workflow[published]": "1"})
    answer = nobody.get(f"/runs/several?workflow_id={workflow.rpartition('/')[2]}")
    assert "/users/sign_in" in answer.headers["Location"]


def test_inputs_of_an_earlier_run_are_the_same_for_all(alice: Person, app: Flask) -> None:
    first = sent(alice, upload(alice, PAIR), "names\nAnn\n", **{value(1): "7"})[1]
    (number,) = listed(alice.get(first.removeprefix("http://localhost")).text)
    fields = form_of(alice.get(f"/runs/several?parent_id={number}").text)
    answer = alice.send("/runs/several", {**fields, "run[table]": "names\nBen\nCat\n"})
    numbers = listed(alice.get(answer.headers["Location"].removeprefix("http://localhost")).text)
    given = [given for _, given in made(app, numbers)]
    assert given == [{"names": "Ben", "years": "7"}, {"names": "Cat", "years": "7"}]

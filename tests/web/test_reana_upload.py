"""REANA's workflows brought by form and by JSON, and the form to run them."""

from __future__ import annotations

import io
import re

import pytest

from tests.web.conftest import Person
from tests.workflow.test_reanapack import SERIAL, SNAKEMAKE, special, zipped


def bring(person: Person, content: bytes, name: str = "hello.zip") -> str:
    file = (io.BytesIO(content), name)
    answer = person.send("/workflows", {"workflow[document]": file})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://localhost")


def test_parameters_and_missing_files_are_inputs(alice: Person) -> None:
    page = alice.get(bring(alice, SERIAL, "greet.yaml")).text
    assert "<h1>greet</h1>" in page
    assert re.findall(r'data-input-name="([^"]*)"', page) == ["pause", "when", "data/names.txt"]
    assert "A parameter: a whole number." in page


def test_pasted_text_is_taken_too(alice: Person) -> None:
    answer = alice.send("/workflows", {"workflow[text]": SERIAL.decode()})
    assert answer.status_code == 302


def test_files_of_the_zip_are_no_inputs(alice: Person) -> None:
    files = {"hello/reana.yaml": SERIAL, "hello/data/names.txt": b"Ada"}
    form = alice.get(f"{bring(alice, zipped(files))}/runs/new").text
    assert "data/names.txt" not in form
    assert 'data-input-name="pause"' in form


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped({"reana.yaml": SNAKEMAKE, "a": b""}), "Snakefile"),
        (zipped({"reana.yaml": SERIAL, "../x": b""}), "not a path inside it"),
        (special("x", 0o120000), "is a link or a device"),
        (b"workflow: {type: nextflow}", "nextflow"),
        (b"workflow: &a [*a]", "cannot be read"),
    ],
)
def test_what_cannot_be_is_told_at_the_field(alice: Person, content: bytes, words: str) -> None:
    file = (io.BytesIO(content), "hello.zip")
    answer = alice.send("/workflows", {"workflow[document]": file})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'id="workflow[document]-problem"' in answer.text


def test_missing_file_and_bad_parameter_are_told_at_their_fields(alice: Person) -> None:
    number = bring(alice, SERIAL).rpartition("/")[2]
    start = {"run[workflow_id]": number, "run[name]": "x"}
    item = "run[inputs_attributes][0]"
    sent = {**start, f"{item}[name]": "pause", f"{item}[value]": "soon"}
    answer = alice.send("/runs", sent)
    assert (answer.status_code, "value like 0" in answer.text) == (422, True)
    answer = alice.send("/runs", start)
    assert (answer.status_code, "Needs a file" in answer.text) == (422, True)
    assert alice.get("/runs.json").json == []


def test_file_is_sent_with_the_run(alice: Person) -> None:
    number = bring(alice, SERIAL).rpartition("/")[2]
    item = "run[inputs_attributes][0]"
    file = (io.BytesIO(b"Grace"), "anything.txt")
    named = {"run[workflow_id]": number, "run[name]": "mine", f"{item}[name]": "data/names.txt"}
    answer = alice.send("/runs", {**named, f"{item}[file]": file})
    assert answer.status_code == 302, answer.text
    page = alice.get(answer.headers["Location"].removeprefix("http://localhost")).text
    assert "<h1>mine</h1>" in page
    assert "Grace" in page

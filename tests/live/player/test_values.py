"""Values, archives, logs: raw and to be saved (Player dossier 1.4, 1.7)."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.live.player.api import EXAMPLES, Player, example, inputs

SANDBOX = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"
HTML = "<html><script>alert(1)</script></html>"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PNG = b"\x89PNG\r\n\x1a\n\0\0"
XML = '<?xml version="1.0"?><a/>'


def names_of(content: bytes) -> list[str]:
    return sorted(zipfile.ZipFile(io.BytesIO(content)).namelist())


@pytest.fixture(scope="module")
def errors(alice: Player) -> dict[str, Any]:
    """A run of which some items failed."""
    given = sorted((EXAMPLES / "partial_failure" / "inputs" / "numbers").iterdir())
    values = inputs(numbers=[path.read_text() for path in given])
    return alice.finished(alice.upload(example("partial_failure")), inputs_attributes=values)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("input/IN", "drink me"),
        ("output/OUT", "drink me"),
        ("output/PAGES/0", "one"),
        ("output/PAGES/2", "three"),
    ],
)
def test_value_is_sent_as_it_is(
    alice: Player, finished: dict[str, Any], path: str, content: str
) -> None:
    """Checks R03 to R06, R39, R41: whatever is accepted."""
    headers = {"Accept": "image/png", "Content-Type": "application/json"}
    answer = alice.get(f"/runs/{finished['id']}/{path}", headers=headers)
    assert (answer.status_code, answer.text) == (200, content)
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["Content-Transfer-Encoding"] == "binary"
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Content-Security-Policy"] == SANDBOX
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "output/PAGES/3",
        "output/PAGES/x",
        "output/PAGES/0/0",
        "output/OUT/0",
        "output/NONE",
        "output/IN",
        "input/OUT",
        "input/NONE",
        "output/PAGES/-1",
        "download/output/PAGES/99999999999999",
    ],
)
def test_what_is_not_there_is_not_found(alice: Player, finished: dict[str, Any], path: str) -> None:
    """Checks X10; dossier 1.4: port, depth, index, direction."""
    answer = alice.get(f"/runs/{finished['id']}/{path}")
    assert (answer.status_code, answer.json()["error"]) == (404, "Not Found")


@pytest.mark.parametrize(
    ("query", "names"), [("", ["1.txt", "2.txt", "3.txt"]), ("?layout=bare", ["1", "2", "3"])]
)
def test_list_comes_as_an_archive(
    alice: Player, finished: dict[str, Any], query: str, names: list[str]
) -> None:
    """Check X5 and ruling 3."""
    for path in ("output/PAGES", "download/output/PAGES", "input/WORDS"):
        answer = alice.get(f"/runs/{finished['id']}/{path}{query}")
        assert answer.headers["Content-Type"] == "application/zip"
        assert names_of(answer.content) == names


def test_results_have_names_with_dots_unless_others_are_asked_for(
    alice: Player, finished: dict[str, Any]
) -> None:
    answer = alice.get(finished["outputs_zip"], headers={"Accept": "application/octet-stream"})
    assert names_of(answer.content) == ["OUT.txt", "PAGES/1.txt", "PAGES/2.txt", "PAGES/3.txt"]
    assert 'filename="A run-all-results.zip"' in answer.headers["Content-Disposition"]
    bare = alice.get(finished["outputs_zip"] + "?layout=bare").content
    assert names_of(bare) == ["OUT", "PAGES/1", "PAGES/2", "PAGES/3"]
    assert alice.get(finished["outputs_zip"] + "?layout=odd").status_code == 400


def test_errors_among_items_are_told_apart(alice: Player, errors: dict[str, Any]) -> None:
    """Check V5."""
    port = next(it for it in errors["outputs"] if it["name"] == "halves")
    place = port["value_type"].index("application/x-error")
    path = f"/runs/{errors['id']}/output/{port['name']}/{place}"
    answer = alice.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain")
    assert len(answer.content) == port["value_size"][place]
    saved = alice.get(path.replace("/output/", "/download/output/"))
    assert saved.headers["Content-Type"] == "application/x-error"
    names = names_of(alice.get(errors["outputs_zip"]).content)
    assert f"halves/{place + 1}.error" in names
    whole = next(it for it in errors["outputs"] if it["name"] == "sum")
    assert (whole["depth"], whole["value_type"]) == (0, "application/x-error")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("download/input/IN", "A run-IN"),
        ("download/output/OUT", "A run-OUT"),
        ("download/output/PAGES", "A run-PAGES.zip"),
        ("download/log", "A run-log.txt"),
        ("download/results", "A run-all-results.zip"),
    ],
)
def test_downloads_have_the_name_of_the_run(
    alice: Player, finished: dict[str, Any], path: str, name: str
) -> None:
    """Checks R09 to R12, R40, R42, V6."""
    answer = alice.get(f"/runs/{finished['id']}/{path}")
    assert answer.status_code == 200
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith(f'attachment; filename="{name}"')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_odd_names_make_valid_headers(alice: Player, echo: int) -> None:
    """Check X11."""
    name = 'a "b"/c\\d ü\n' + "n" * 300
    run = alice.finished(echo, name=name, inputs_attributes=inputs(IN="x", WORDS=[]))
    disposition = alice.get(f"/runs/{run['id']}/download/output/OUT").headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="a \\"b\\"_c_d u_nnn')
    assert "filename*=UTF-8''a%20%22b%22_c_d%20%C3%BC_nnn" in disposition


def test_part_of_a_value_can_be_asked_for(alice: Player, finished: dict[str, Any]) -> None:
    answer = alice.get(f"/runs/{finished['id']}/output/OUT", headers={"Range": "bytes=6-"})
    assert (answer.status_code, answer.text) == (206, "me")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (HTML.encode(), "text/html"),
        (SVG.encode(), "image/svg+xml"),
        (XML.encode(), "application/xml"),
        (PNG, "image/png"),
        (b"%PDF-1.4", "application/pdf"),
        (b"\0\1\2", "application/octet-stream"),
        (b"", "application/x-empty"),
    ],
)
def test_active_content_runs_nothing(
    alice: Player, echo: int, content: bytes, media_type: str
) -> None:
    """Check X14 for the raw values; V1 for bytes that are no text."""
    data = {
        "run[workflow_id]": str(echo),
        "run[inputs_attributes][0][name]": "IN",
        "run[inputs_attributes][1][name]": "WORDS",
        "run[inputs_attributes][1][value]": "[]",
    }
    upload = {"run[inputs_attributes][0][file]": ("plain-text.bad-extension", content)}
    made = alice.post("/runs", data=data, files=upload)  # V7
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    over = alice.wait(number)
    [out] = [port for port in over["outputs"] if port["name"] == "OUT"]
    assert (out["value_type"], out["value_size"]) == (media_type, len(content))
    for path in ("input/IN", "output/OUT"):
        answer = alice.get(f"/runs/{number}/{path}")
        assert (answer.content, answer.headers["Content-Type"]) == (content, media_type)
        assert answer.headers["Content-Security-Policy"] == SANDBOX


def test_empty_list_has_depth_one(alice: Player, echo: int) -> None:
    run = alice.finished(echo, inputs_attributes=inputs(IN="x", WORDS=[]))
    pages = run["outputs"][1]
    assert (pages["depth"], pages["value_type"], pages["value_size"]) == (1, [], [])
    assert names_of(alice.get(pages["path"]).content) == []


def test_results_of_a_run_at_work_are_not_there(alice: Player, waiting: dict[str, Any]) -> None:
    """Check X10."""
    assert alice.get(f"/runs/{waiting['id']}/download/results").status_code == 404
    assert waiting["outputs"] == []

"""Bodies of every kind, and every way to get a request wrong (checks X9, X10, R20 to R25, V2)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.live.player.api import Player, inputs

BOTH = inputs(IN="x", WORDS=["y"])
FORM = {
    "run[workflow_id]": "0",
    "run[name]": "Form",
    "run[inputs_attributes][0][name]": "IN",
    "run[inputs_attributes][0][value]": "x",
    "run[inputs_attributes][1][name]": "WORDS",
    "run[inputs_attributes][1][value]": "[a, b]",
    "utf8": "✓",
}


def given(player: Player, number: int, port: str = "IN") -> bytes:
    content: bytes = player.get(f"/runs/{number}/input/{port}").content
    return content


def test_flat_object_is_a_run(alice: Player, echo: int) -> None:
    body = {"workflow_id": str(echo), "inputs_attributes": BOTH, "odd": 1}
    assert alice.post("/runs", json=body).status_code == 201


@pytest.mark.parametrize("multipart", [False, True])
def test_form_is_read_as_json_is(alice: Player, echo: int, multipart: bool) -> None:
    """Checks R21, R22."""
    form = FORM | {"run[workflow_id]": str(echo)}
    options: dict[str, Any] = {"data": form}
    if multipart:
        options = {"files": {name: (None, value) for name, value in form.items()}}
    answer = alice.post("/runs", **options)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["name"], [port["depth"] for port in made["inputs"]]) == ("Form", [0, 1])
    assert given(alice, made["id"]) == b"x"
    assert given(alice, made["id"], "WORDS/")[:2] == b"PK"


def test_inputs_may_be_an_object_with_any_keys(alice: Player, echo: int) -> None:
    attributes = {"0": BOTH[0], "odd": BOTH[1]}
    assert len(alice.start(echo, inputs_attributes=attributes)["inputs"]) == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", b""), (15, b"15"), (1.5, b"1.5"), (True, b"true"), ({"a": [1]}, b'{"a":[1]}'),
        ("ü" * 3000, "ü".encode() * 3000), ("a\0b", b"a\0b"),
    ],
)  # fmt: skip
def test_value_becomes_text(alice: Player, echo: int, value: object, expected: bytes) -> None:
    """Check V1: short and long, and what no database keeps as text."""
    made = alice.start(echo, inputs_attributes=inputs(IN=value, WORDS=[]))
    assert given(alice, made["id"]) == expected


def test_bytes_that_are_no_text_survive(alice: Player, echo: int) -> None:
    """Checks V1, V2: file before value; forms with bytes."""
    raw = bytes(range(256)) * 3
    uri = "data:application/octet-stream;base64," + base64.b64encode(raw).decode()
    attributes = [{"name": "IN", "value": "no", "file": uri}, *inputs(WORDS=[])]
    assert given(alice, alice.start(echo, inputs_attributes=attributes)["id"]) == raw
    form = {name: value.encode() for name, value in FORM.items()}
    form |= {"run[workflow_id]": str(echo).encode(), "run[inputs_attributes][0][value]": raw}
    parts = {name: (None, value) for name, value in form.items()}
    for options in ({"data": form}, {"files": parts}):
        answer = alice.post("/runs", **options)
        assert given(alice, answer.json()["id"]) == raw
    upload = {"run[inputs_attributes][0][file]": ("ünï.csv", raw)}
    both = alice.post("/runs", data=form, files=upload)
    assert given(alice, both.json()["id"]) == raw


def test_lists_come_in_all_their_spellings(alice: Player, echo: int) -> None:
    for words in (["a", "b"], "[a, b]", '["a", "b"]', "[ a ,b ]"):
        run = alice.finished(echo, inputs_attributes=inputs(IN="", WORDS=words))
        assert run["outputs"][1]["value_size"] == [1, 1]
    files = [("run[inputs_attributes][1][file][]", (f"{n}.txt", b"x" * n)) for n in (1, 3)]
    made = alice.post("/runs", data=FORM | {"run[workflow_id]": str(echo)}, files=files)
    assert alice.wait(made.json()["id"])["outputs"][1]["value_size"] == [1, 3]


@pytest.mark.parametrize("value", [None, "absent"])
def test_example_stands_in_for_what_is_not_given(alice: Player, hello: int, value: object) -> None:
    """Ruling 7."""
    template = alice.read(f"/runs/new?workflow_id={hello}")["run"]
    said = [{"name": it["name"], "value": None} for it in template.get("inputs_attributes", [])]
    run = alice.finished(hello, inputs_attributes=said if value is None else [])
    for port in template.get("inputs_attributes", []):
        assert given(alice, run["id"], port["name"]).decode() == port["value"]


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"name": None}, {"name"}),
        ({"name": "  "}, {"name"}),
        ({"inputs_attributes": inputs(IN="x")}, {"inputs"}),
        ({"inputs_attributes": [*BOTH, {"name": "ODD", "value": ""}]}, {"inputs"}),
        ({"inputs_attributes": [*BOTH, {"value": ""}]}, {"inputs.name"}),
        ({"inputs_attributes": inputs(IN=["x"], WORDS=[])}, {"inputs"}),
        ({"inputs_attributes": [{"name": "IN", "file": "http://127.0.0.1:1/"}]}, {"inputs"}),
        ({"workflow_id": 99999}, {"workflow_id"}),
        ({"workflow_id": ""}, {"workflow_id"}),
    ],
)
def test_what_is_wrong_makes_no_run(
    alice: Player, echo: int, said: dict[str, Any], fields: set[str]
) -> None:
    """Checks S1, R20; the http: file is never fetched."""
    before = alice.get("/runs?page=1").headers["X-Total-Count"]
    answer = alice.post("/runs", json={"run": {"workflow_id": echo, **said}})
    assert answer.status_code == 422
    assert answer.json()["errors"].keys() == fields
    assert alice.get("/runs?page=1").headers["X-Total-Count"] == before


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"run": null}', "application/json; charset=utf-8", 400),
        (b"x", "text/plain", 415),
        (b"", "application/json", 400),
        (b"x", "multipart/form-data", 400),
        (b"x", "multipart/form-data; boundary=a", 400),
        (b"run%5Bname%5D=x", "application/x-www-form-urlencoded", 422),
    ],
)
def test_body_that_cannot_be_read_is_refused(
    alice: Player, body: bytes, kind: str, status: int
) -> None:
    """Check X10: never a 500."""
    answer = alice.post("/runs", data=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    if status != 422:
        assert answer.json()["status"] == str(status)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_run_that_is_not_there_is_not_found(alice: Player, method: str) -> None:
    answer = getattr(alice, method)("/runs/99999", json={"run": {"name": "x"}})
    assert (answer.status_code, answer.json()["error"]) == (404, "Not Found")


@pytest.mark.parametrize(
    "path",
    [
        "/runs/new", "/runs/new?workflow_id=99999", "/runs/new?workflow_id=x", "/workflows/99999",
        "/runs/99999/output/x", "/runs/99999/interaction/x-0", "/runs/99999/download/log",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_404(alice: Player, path: str) -> None:
    answer = alice.get(path)
    assert answer.status_code == 404
    assert answer.json()["status"] == "404"

from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from taverna_server.errors import BadRequest, Invalid
from taverna_server.player.bodies import plant
from taverna_server.player.requests import GivenInput, decode_base64, fit_inputs, read_run

PORTS = (("one", 0), ("list", 1), ("deep", 2))


def planted(*pairs: tuple[str, object]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, leaf in pairs:
        plant(tree, name, leaf)
    return tree


def given(value: object, port: str = "one", **more: object) -> object:
    return fit_inputs({port: GivenInput(value, **more)}, PORTS).get(port)


def test_brackets_are_branches() -> None:
    tree = planted(
        ("run[name]", b"x"),
        ("run[inputs_attributes][0][name]", b"a"),
        ("run[inputs_attributes][10][name]", b"c"),
        ("run[inputs_attributes][9][name]", b"b"),
    )
    assert tree["run"]["name"] == b"x"
    assert list(read_run(tree, 1).inputs) == ["a", "b", "c"]


def test_empty_brackets_begin_a_new_item_where_the_name_is_taken() -> None:
    names = ("name", "value", "name", "value")
    tree = planted(*((f"run[inputs_attributes][][{name}]", name.encode()) for name in names))
    assert tree["run"]["inputs_attributes"] == [{"name": b"name", "value": b"value"}] * 2


def test_empty_brackets_at_the_end_are_a_list() -> None:
    tree = planted(("a[value][]", b"1"), ("a[value][]", b"2"))
    assert tree == {"a": {"value": [b"1", b"2"]}}


@pytest.mark.parametrize("name", ["", "[", "]", "[]", "a[[b]]", "a]b[", "run[]x"])
def test_odd_names_do_no_harm(name: str) -> None:
    planted((name, b"x"), (name, b"y"), ("run[name]", b"z"))


def test_too_many_brackets_are_refused() -> None:
    with pytest.raises(BadRequest):
        planted(("a" + "[b]" * 50, b""))


def test_contradiction_takes_the_later_one() -> None:
    assert planted(("a", b"1"), ("a[b]", b"2")) == {"a": {"b": b"2"}}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"run": {}}, {"workflow_id"}),
        ({"run": {"workflow_id": " "}}, {"workflow_id"}),
        ({"run": {"workflow_id": "x"}}, {"workflow_id"}),
        ({"run": {"workflow_id": True}}, {"workflow_id"}),
        ({"run": {"workflow_id": 1, "name": None}}, {"name"}),
        ({"run": {"workflow_id": 1, "name": "  "}}, {"name"}),
        ({"run": {"workflow_id": 1, "inputs_attributes": [{"value": "1"}]}}, {"inputs.name"}),
        ({"run": {"workflow_id": 1, "inputs_attributes": ["x"]}}, {"inputs"}),
        ({"run": {"parent_id": "y"}}, {"parent_id"}),
    ],
)
def test_what_is_wrong_is_said_by_field(body: dict[str, Any], fields: set[str]) -> None:
    """Player dossier 1.6, check S1."""
    with pytest.raises(Invalid) as caught:
        read_run(body)
    assert caught.value.fields.keys() == fields


@pytest.mark.parametrize("body", [{}, {"run": None}, {"run": []}, {"other": 1}])
def test_body_without_a_run_is_not_understood(body: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        read_run(body)


@pytest.mark.parametrize("empty", [[], {}, None, "", b""])
def test_inputs_may_be_empty_in_every_way(empty: object) -> None:
    body = {"run": {"workflow_id": "7", "inputs_attributes": empty}, "inputs_attributes": [1]}
    wanted = read_run(body)
    assert (wanted.workflow_id, wanted.name, wanted.inputs) == (7, None, {})


@pytest.mark.parametrize("yes", [True, 1, "true", "1", b"true", b"1"])
def test_embedded_is_said_in_many_ways(yes: object) -> None:
    assert read_run({"workflow_id": 1, "embedded": yes}).embedded
    assert not read_run({"workflow_id": 1, "embedded": "yes"}).embedded


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", b""),
        ("abc", b"abc"),
        (b"\xff", b"\xff"),
        (15, b"15"),
        (1.5, b"1.5"),
        (True, b"true"),
        (None, None),
        ({"a": [1]}, b'{"a":[1]}'),
    ],
)
def test_scalars_become_text(value: object, expected: bytes | None) -> None:
    assert given(value) == expected


@pytest.mark.parametrize(
    ("value", "port", "expected"),
    [
        (["a", 1], "list", (b"a", b"1")),
        ([], "list", ()),
        ("[a, b ,c]", "list", (b"a", b"b", b"c")),
        ('["a, b", "c"]', "list", (b"a, b", b"c")),
        (b"[\xff, b]", "list", (b"\xff", b"b")),
        ("[a, [b]]", "list", b"[a, [b]]"),
        ("[a, b]", "one", b"[a, b]"),
        ("[a, b]", "deep", b"[a, b]"),
        ("[[1], [2, 3]]", "deep", ((b"1",), (b"2", b"3"))),
        ("a", "list", b"a"),
    ],
)
def test_lists_come_as_arrays_or_as_text(value: object, port: str, expected: object) -> None:
    assert given(value, port) == expected


@pytest.mark.parametrize(
    ("value", "port"), [(["a"], "one"), ([["a"]], "list"), ([None], "list"), (["a", ["b"]], "deep")]
)
def test_lists_that_do_not_fit_are_refused(value: object, port: str) -> None:
    with pytest.raises(Invalid) as caught:
        given(value, port)
    assert port in caught.value.fields["inputs"][0]


def test_unknown_port_is_named() -> None:
    with pytest.raises(Invalid, match="'two' is no input of this workflow; it has one, list, deep"):
        given("x", "two")


def test_file_goes_before_the_value() -> None:
    """Check V2."""
    upload = FileStorage(io.BytesIO(b"file"), "a.bad-extension")
    assert given("value", file=upload) is upload.stream
    assert given("value", file="data:text/plain;base64,ZmlsZQ==") == b"file"
    assert given("value", file="data:,a%20b") == b"a b"
    assert given("value", file="") == b"value"


@pytest.mark.parametrize("file", ["http://localhost/x", "data:x", 5, "data:;base64,%"])
def test_other_files_are_refused_and_never_fetched(file: object) -> None:
    with pytest.raises(Invalid):
        given(None, file=file)


@pytest.mark.parametrize("text", [b"+/+/", b"-_-_", b"+_+_", b"-/\r\n-/", b"+/+/===="])
def test_base64_of_every_alphabet_is_read(text: bytes) -> None:
    assert decode_base64(text) == b"\xfb\xff\xbf"

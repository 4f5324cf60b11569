"""URL signatures: cases K7 to K11."""

from __future__ import annotations

import pytest

from taverna_server.engines.taverna.activities.urlsignature import (
    BadSignature,
    MissingParameter,
    escaped,
    fill,
    placeholders,
)


@pytest.mark.parametrize(
    ("signature", "values", "expected"),
    [
        pytest.param("http://h/{id}?q={q}", {"id": "a b"}, "http://h/a%20b", id="K7"),
        pytest.param("?a={a}&b={b}", {"b": "1"}, "?b=1", id="K8"),
        pytest.param("?a={a}&b={b}", {"a": "1"}, "?a=1", id="last one missing"),
        pytest.param("?a={a}&b={b}&c={c}", {"a": "1", "c": "3"}, "?a=1&c=3", id="middle missing"),
        pytest.param("?a={a}&b={b}", {}, "", id="none"),
        pytest.param("?x=1&a={a}", {}, "?x=1", id="with a fixed one"),
        pytest.param("/{a}/{b}", {"a": "/", "b": "-"}, "/%2F/%2D", id="nothing is left as it is"),
        pytest.param("/{a}", {"a": "{a}?"}, "/%7Ba%7D%3F", id="braces in values"),
        pytest.param("/fixed", {}, "/fixed", id="no placeholder"),
    ],
)
def test_signature_is_filled(signature: str, values: dict[str, str], expected: str) -> None:
    assert fill(signature, values, escape=True) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("x\ny", "x%Ay", id="K9"),
        pytest.param("ü", "%C3%BC", id="K10"),
        pytest.param("u\u0308", "%C3%BC", id="composed first"),
        pytest.param("\t~", "%9%7E", id="tab"),
    ],
)
def test_values_are_escaped_as_they_were(value: str, expected: str) -> None:
    assert escaped(value) == expected


def test_values_are_put_in_raw_on_request() -> None:
    assert fill("/{path}", {"path": "a/b?c=ü"}, escape=False) == "/a/b?c=ü"


@pytest.mark.parametrize("signature", ["/{a}", "/{a}?q=1", "?q=1/{a}"])
def test_placeholder_outside_the_query_must_have_a_value(signature: str) -> None:
    """K11."""
    message = 'Parameter map does not contain a key/value for "a" mandatory placeholder'
    with pytest.raises(MissingParameter) as missing:
        fill(signature, {}, escape=True)
    assert missing.value.args == (message,)


def test_placeholders_come_in_order() -> None:
    assert list(placeholders("/{b}/{a}?{c d}")) == ["b", "a", "c d"]


@pytest.mark.parametrize("signature", ["", "{a", "a}", "{a{b}}", "{a}{a}", "}{"])
def test_bad_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadSignature):
        placeholders(signature)

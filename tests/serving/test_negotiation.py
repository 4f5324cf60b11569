"""What is sent is what the client likes best."""

from __future__ import annotations

import pytest

from taverna_server.errors import NotAcceptable, UnsupportedMedia
from taverna_server.serving.negotiation import (
    BYTES,
    JSON,
    T2FLOW,
    TEXT,
    XML,
    ZIP,
    accepts,
    charset,
    choose,
    consumed,
    media_type,
)

ENGINE = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
CLOJURE = "application/json;q=1.0, text/plain;q=0.1"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("offers", "accept", "expected"),
    [
        ((XML, JSON), None, XML),
        ((XML, JSON), "", XML),
        ((XML, JSON), "*/*", XML),
        ((XML, JSON), "*", XML),
        ((XML, JSON), "application/json", JSON),
        ((XML, JSON), "APPLICATION/JSON; charset=utf-8", JSON),
        ((XML, JSON), "application/*", XML),
        ((XML, JSON), "text/xml", XML),
        ((XML, JSON), "application/json, */*", JSON),
        ((XML, JSON), "application/json, application/xml", XML),
        ((XML, JSON), "application/json;q=0.9, application/xml;q=0.8", JSON),
        ((XML, JSON), "*/*, application/xml;q=0", JSON),
        ((XML, JSON), "application/xml;q=0.0, application/*;q=0.1", JSON),
        ((XML, JSON), "nonsense", XML),
        ((XML, JSON), "nonsense, application/json", JSON),
        ((XML, JSON), BROWSER, XML),
        ((XML, JSON), CLOJURE, JSON),
        ((TEXT,), CLOJURE, TEXT),
        ((TEXT, XML, JSON), CLOJURE, JSON),
        ((TEXT, XML, JSON), "*/*", TEXT),
        ((TEXT, XML, JSON), "application/xml", XML),
        ((T2FLOW, XML, JSON), None, T2FLOW),
        ((T2FLOW, XML, JSON), "application/xml", XML),
        ((XML, JSON, ZIP), "application/zip", ZIP),
        (("text/html", BYTES), ENGINE, "text/html"),
        (("image/png", BYTES), ENGINE, "image/png"),
        ((TEXT, BYTES), "application/octet-stream", BYTES),
    ],
)
def test_best_liked_offer_is_chosen(
    offers: tuple[str, ...], accept: str | None, expected: str
) -> None:
    assert choose(offers, accept) == expected


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml;q=0", "*/*;q=0", "*;q=0", "image/*, text/*;q=0.3"]
)
def test_nothing_that_suits_is_refused_with_the_offers_named(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="application/xml"):
        choose((XML,), accept)
    assert not accepts(XML, accept)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "*/*"),
        ("", "*/*"),
        ("*/*", "*/*"),
        ("Text/Plain; charset=x", TEXT),
        ("text/xml", XML),
    ],
)
def test_media_type_of_a_body_is_without_parameters(header: str | None, expected: str) -> None:
    assert media_type(header) == expected


@pytest.mark.parametrize("header", ["application/x-www-form-urlencoded", "text", "a/b/c", "é/x"])
def test_other_bodies_are_not_read(header: str) -> None:
    with pytest.raises(UnsupportedMedia):
        consumed(header, [TEXT])


def test_charset_is_utf_8_unless_said() -> None:
    assert charset(None) == charset("text/plain") == "utf-8"
    assert charset("text/plain; charset=ISO-8859-1") == "ISO-8859-1"
    assert charset('text/plain;a=b; Charset="latin1"') == "latin1"

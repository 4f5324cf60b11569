"""Every page, as a visitor, a user and an administrator find it: axe-core has no grave
complaint, the browser's console is empty, and a phone shows it without scrolling sideways.

Each page is looked at in light, in dark and as wide as a phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.axe import AXE, violations
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.sites import Site
from tests.browser.walking import Walk

LOOKS = {
    "light": ("light", DESKTOP),
    "dark": ("dark", DESKTOP),
    "phone": ("light", PHONE),
}
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="no axe-core here: make axe")


def looks(tab: Any) -> Iterator[str]:
    """The same page as light, dark and phone have it."""
    for name, (scheme, size) in LOOKS.items():
        tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        tab.set_viewport_size(size)
        yield name


def walked(tab: Any, place: Site, user: str | None) -> tuple[Walk, Iterator[str]]:
    """The walk, and the paths of its pages; alice sees each of her runs."""
    walk = Walk(tab, place.server.url)
    return walk, walk.pages(place.worth_seeing if user == "alice" else ())


@needs_axe
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("user", [None, "alice", "admin"])
def test_no_page_keeps_people_out(visitor: Visitor, place: Site, user: str | None) -> None:
    found: list[str] = []
    with visitor(user) as tab:
        walk, pages = walked(tab, place, user)
        for path in pages:
            for look in looks(tab):
                found += [f"{path} ({look}) {words}" for words in violations(tab)]
    found += walk.complaints
    assert not found, "\n".join(sorted({*found}))


@pytest.mark.parametrize("user", [None, "alice"])
def test_phone_shows_pages_without_scrolling_sideways(
    visitor: Visitor, place: Site, user: str | None
) -> None:
    wide = []
    with visitor(user) as tab:
        tab.set_viewport_size({"width": 320, "height": 640})
        _, pages = walked(tab, place, user)
        for path in pages:
            width = tab.evaluate("document.documentElement.scrollWidth")
            wide += [f"{path} is {width} wide"] if width > 320 else []
    assert not wide, "\n".join(wide)


@pytest.mark.parametrize("user", ["alice", "admin"])
def test_no_link_leads_nowhere(visitor: Visitor, place: Site, user: str) -> None:
    with visitor(user) as tab:
        walk, pages = walked(tab, place, user)
        assert len(list(pages)) > 10
    assert walk.dead == []


@needs_axe
def test_what_went_wrong_keeps_nobody_out(visitor: Visitor, place: Site) -> None:
    """A page that is not there, and a password that is not right."""
    base, found = place.server.url, []
    with visitor(None) as tab:
        tab.goto(f"{base}/workflows/999999999")
        for look in looks(tab):
            found += [f"not there ({look}) {words}" for words in violations(tab)]
        tab.goto(f"{base}/users/sign_in")
        tab.get_by_label("Name or e-mail address").fill("alice")
        tab.get_by_label("Password").fill("wrong")
        tab.get_by_role("button", name="Log in").click()
        tab.get_by_role("alert").wait_for()
        assert tab.get_by_label("Name or e-mail address").input_value() == "alice"
        for look in looks(tab):
            found += [f"refused ({look}) {words}" for words in violations(tab)]
    assert not found, "\n".join(sorted({*found}))

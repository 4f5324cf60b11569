"""One server and one browser for all walks, and a window for each who walks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.sites import Site, site
from tests.live.server import password

Visitor = Callable[[str | None], contextlib.AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site")) as found:
        yield found
        assert "Traceback" not in found.server.log()


@pytest.fixture(scope="session")
def visitor(browser: Any, place: Site) -> Visitor:
    """``with visitor("alice") as tab``: a window of somebody's, or of nobody's with None."""

    @contextlib.contextmanager
    def visit(user: str | None) -> Iterator[Any]:
        with browser.new_context(viewport=DESKTOP) as context:
            tab = context.new_page()
            if user is not None:
                sign_in(tab, place.server.url, user)
            yield tab

    return visit


DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


def sign_in(tab: Any, base: str, user: str) -> None:
    """As a person does it."""
    tab.goto(f"{base}/users/sign_in")
    tab.get_by_label("Name or e-mail address").fill(user)
    tab.get_by_label("Password").fill(password(user))
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_url(lambda url: "sign_in" not in url)

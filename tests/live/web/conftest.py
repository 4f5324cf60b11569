"""People with browsers, in front of a server as its users have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests

from tests.live.server import Server, password


@dataclass
class Browser:
    """Keeps cookies, says that it wants pages, follows redirects only when told to."""

    server: Server
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, follow: bool = True) -> requests.Response:
        headers = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
        address = path if path.startswith("http") else self.server.url + path
        return self.session.get(address, headers=headers, allow_redirects=follow)

    def send(self, path: str, **how: object) -> requests.Response:
        """A form with the token of a page, unless ``data`` has one."""
        data = {"authenticity_token": self.token(), **dict(how.pop("data", {}))}  # type: ignore[call-overload]
        headers = {"Accept": "text/html", **dict(how.pop("headers", {}))}  # type: ignore[call-overload]
        return self.session.post(
            self.server.url + path,
            data=data,
            headers=headers,
            allow_redirects=False,
            **how,  # type: ignore[arg-type]
        )

    def token(self) -> str:
        return re.findall(r'name="csrf-token" content="([^"]*)"', self.get("/").text)[0]

    def sign_in(self, user: str, **more: str) -> requests.Response:
        return self.send("/users/sign_in", data={"login": user, "password": password(user), **more})


@pytest.fixture
def somebody(server: Server) -> Iterator[Browser]:
    """Not signed in."""
    browser = Browser(server)
    browser.session.trust_env = False
    with browser.session:
        yield browser


@pytest.fixture
def alice_browses(somebody: Browser) -> Browser:
    assert somebody.sign_in("alice").status_code == 302
    somebody.get("/")
    return somebody

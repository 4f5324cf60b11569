"""A walk over all pages that somebody finds by following links, one of each kind.

``/runs/7`` and ``/runs/8`` are of one kind, and so are two pages of a list; what
is worth seeing of a kind beyond the first is asked for by name.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MOST = 80
_NOT_PAGES = ("/rest", "/api", "/static", "/openapi.json", "/metrics", "/health", "/users/sign_out")
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`);
});
"""
_LINKS = """links => links.filter(a => !a.hasAttribute('download'))
    .map(a => new URL(a.getAttribute('href'), document.baseURI).href)"""


@dataclass
class Walk:
    """Visits pages in one window and keeps what the browser had to complain of."""

    tab: Any
    base: str
    complaints: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    """Links that lead nowhere."""

    def __post_init__(self) -> None:
        self.tab.add_init_script(_WATCH)
        self.tab.on("console", self._said)
        self.tab.on("pageerror", lambda error: self._complain(f"script: {error}"))

    def pages(self, named: Iterable[str] = ()) -> Iterator[str]:
        """Opens each page and gives its path while it is open: the ``named`` ones whatever
        their kind, and of what they and the first page lead to one of each."""
        always = {*named, "/"}
        waiting, seen = deque(sorted(always)), set()
        while waiting and len(seen) < MOST:
            path = waiting.popleft()
            kind = path if path in always else kind_of(path)
            if kind in seen:
                continue
            seen |= {kind, kind_of(path)}
            if self._open(path):
                waiting.extend(self._links())
                yield path
        self._look()

    def _look(self) -> None:
        """What the last page had to say."""
        for violation in self.tab.evaluate("window.violations || []"):
            self._complain(f"policy: {violation}")

    def _open(self, path: str) -> bool:
        """Whether it is a page; files are not."""
        head = self.tab.request.head(self.base + path, headers={"Accept": "text/html,*/*;q=0.8"})
        if head.status >= 400:
            self.dead.append(f"{self.tab.url.removeprefix(self.base)} links to {path}")
        if not head.ok or not head.headers.get("content-type", "").startswith("text/html"):
            return False
        if self.tab.url.startswith(self.base):
            self._look()
        self.tab.goto(self.base + path, wait_until="load")
        return True

    def _links(self) -> list[str]:
        found = self.tab.locator("a[href]").evaluate_all(_LINKS)
        parts = (urlsplit(link) for link in found if link.startswith(f"{self.base}/"))
        paths = (part._replace(scheme="", netloc="", fragment="").geturl() for part in parts)
        return [path for path in paths if not path.startswith(_NOT_PAGES)]

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self._complain(f"{message.type}: {message.text}")

    def _complain(self, words: str) -> None:
        self.complaints.append(f"{self.tab.url.removeprefix(self.base)} {words}")


def kind_of(path: str) -> str:
    """The path without what differs between pages of a kind."""
    parts = urlsplit(path)
    names = sorted({name for name, _ in parse_qsl(parts.query)} - {"back"})
    plain = re.sub(r"/\d+(?=/|$)", "/N", parts.path)
    plain = re.sub(r"/(input|output)/[^/]+", r"/\1/P", plain)
    plain = re.sub(r"/accounts/(?!new)[^/]+", "/accounts/NAME", plain)
    few = names if "compare" in plain else names[:1]
    return f"{plain}?{'&'.join(few)}" if few else plain

"""``make screenshots``: every page of the walk in light, dark and as a phone shows it."""

from __future__ import annotations

import base64
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests import chromium
from tests.browser.conftest import DESKTOP, sign_in
from tests.browser.sites import Site, site
from tests.browser.test_pages import LOOKS, looks, walked
from tests.browser.walking import kind_of

TALLEST = 1800
"""Pixels of a page that are shown; a longer one is cut."""
_SAME = re.compile(r"\?(all|as|at|order|owner|sort|zoom)$")
"""Pages that look as the one without."""


def main(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.webp"):
        old.unlink()
    pages: dict[str, str] = {}
    with (
        tempfile.TemporaryDirectory() as scratch,
        site(Path(scratch)) as place,
        chromium.started() as browser,
    ):
        for user in ("alice", None, "admin"):
            with browser.new_context(viewport=DESKTOP) as context:
                _visit(context.new_page(), place, user, directory, pages)
    (directory / "README.md").write_text(_index(pages))


def _visit(tab: Any, place: Site, user: str | None, directory: Path, pages: dict[str, str]) -> None:
    """Takes what no picture shows yet: what is there for all is shown as a user has it."""
    if user is not None:
        sign_in(tab, place.server.url, user)
    shown = {number: kind for kind, number in place.numbers.items()}
    for path in walked(tab, place, user)[1]:
        name = _name(path, shown)
        if (user == "admin" and name in pages) or _SAME.search(kind_of(path)):
            continue
        name = f"{name}-visitor" if user is None else name
        pages[name] = kind_of(path)
        for look in looks(tab):
            _take(tab, directory / f"{name}-{look}.webp")
        print(f"{user or 'visitor'}: {path}", flush=True)


def _name(path: str, shown: dict[int, str]) -> str:
    run = re.fullmatch(r"/runs/(\d+)", path)
    if run is not None:
        return f"run-{shown.get(int(run[1]), 'other')}"
    return re.sub(r"\W+", "-", kind_of(path)).strip("-").lower() or "home"


def _index(pages: dict[str, str]) -> str:
    """All pictures, three in a row."""
    text = "# The pages\n\nAs `make screenshots` takes them: light, dark, and on a phone.\n"
    for name, path in sorted(pages.items()):
        cells = " | ".join(f"![{name}, {look}]({name}-{look}.webp)" for look in LOOKS)
        text += f"\n## {name}\n\n`{path}`\n\n| light | dark | phone |\n|---|---|---|\n| {cells} |\n"
    return text


def _take(tab: Any, file: Path) -> None:
    height = min(TALLEST, tab.evaluate("document.documentElement.scrollHeight"))
    size = tab.viewport_size
    tab.set_viewport_size({**size, "height": max(size["height"], height)})
    session = tab.context.new_cdp_session(tab)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": 45})
    session.detach()
    tab.set_viewport_size(size)
    file.write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The browser of the tests: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
"""Where it is; None where it is not."""


@contextlib.contextmanager
def started() -> Iterator[Any]:
    """The browser; one for a test process, for Playwright takes no second beside it."""
    from playwright import sync_api

    with sync_api.sync_playwright() as playwright:
        # Tests may run as root, for whom chromium has no sandbox of its own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()

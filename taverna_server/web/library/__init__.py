"""The library of workflows: to find one, to read what it does, to bring and to change one."""

from __future__ import annotations

from taverna_server.web.library import changing, deleting, entry, listing, upload

__all__ = ["changing", "deleting", "entry", "listing", "upload"]

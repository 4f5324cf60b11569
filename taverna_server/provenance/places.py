"""Remembers which values lie in files of other names than expected, on disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class Places:
    """A map from text to text that takes no memory; the file is the caller's to remove."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        for setting in ("journal_mode = off", "synchronous = off", "cache_size = -1024"):
            self._database.execute(f"pragma {setting}")
        self._database.execute("create table place (key text primary key, path text) without rowid")

    def __setitem__(self, key: str, path: str) -> None:
        self._database.execute("insert or replace into place values (?, ?)", (key, path))

    def get(self, key: str) -> str | None:
        """None where nothing was said of the key."""
        found = self._database.execute("select path from place where key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def close(self) -> None:
        self._database.close()

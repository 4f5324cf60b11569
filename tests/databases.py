"""Databases for tests: migrated once, copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from taverna_server.auth import hash_token
from taverna_server.config import Config
from taverna_server.store import Store


def make_database(path: Path, *users: str, admin: str = "") -> Path:
    """With users who have a token that is their name, and no password."""
    store = Store.open(f"sqlite:///{path}")
    store.migrate()
    for name in users:
        store.add_user(name, "no password", admin=name == admin)
        store.add_token(name, hash_token(name), "tests")
    store.close()
    return path


def config_on(database: Path, folder: Path, **options: Any) -> Config:
    """A configuration whose data are a copy."""
    data = folder / "data"
    data.mkdir()
    shutil.copy(database, data / "taverna-server.db")
    return Config(data=data, **options)

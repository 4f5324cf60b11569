"""The fixtures of ``tests/applications.py``."""

from tests.applications import alice, app, client, config, database

__all__ = ["alice", "app", "client", "config", "database"]

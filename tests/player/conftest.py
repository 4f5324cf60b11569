"""The application without a web server, on the store of ``tests/applications.py``."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.test import Client

from taverna_server.app import create_app
from taverna_server.config import Config
from tests.applications import config, database

__all__ = ["config", "database"]


@pytest.fixture
def app(config: Config) -> Flask:
    return create_app(config)


@pytest.fixture
def alice(app: Flask) -> Client:
    """Says with every request who it is."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer alice"
    return client

"""The tree of resources put together, for ``app.py`` to plant."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.routing import PathConverter

from taverna_server.rest import (
    admin,
    directory,
    feed,
    inputs,
    interaction,
    listeners,
    metrics,
    outputs,
    policy,
    run_properties,
    runs,
    security,
    server,
    welcome,
)

BRANCHES = (
    server,
    policy,
    runs,
    run_properties,
    inputs,
    outputs,
    directory,
    interaction,
    listeners,
    security,
)


class EntryPath(PathConverter):
    """Everything after the slash, line ends included: workflows choose the names."""

    regex = r"[^/](?s:.*?)"


CONVERTERS = {"entry": EntryPath}
"""For the URL map of the application."""


FRONT = (welcome.blueprint, feed.blueprint, admin.blueprint, metrics.blueprint)
"""Beside ``/rest``: pages for people, news, administration, figures for monitoring."""


def blueprint() -> Blueprint:
    """Everything below ``/rest``."""
    root = Blueprint("rest", __name__, url_prefix="/rest")
    for branch in BRANCHES:
        root.register_blueprint(branch.blueprint)
    return root

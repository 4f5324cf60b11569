"""The resources put together, for ``app.py`` to plant under both addresses."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.routing import PathConverter

from taverna_server.reana import (
    accounts,
    differences,
    files,
    moves,
    progress,
    secrets,
    sharing,
    system,
    workflows,
)
from taverna_server.reana.dialect import MODERN, SEED, identify, owns, write_error

BRANCHES = (system, accounts, workflows, moves, progress, files, differences, secrets, sharing)


class Anything(PathConverter):
    """The rest of the path, with slashes wherever the client puts them."""

    regex = r"/*[^/](?s:.*?)"


CONVERTERS = {"anything": Anything}

__all__ = ["CONVERTERS", "blueprints", "identify", "owns", "write_error"]


def blueprints() -> list[Blueprint]:
    """The same views at both places."""
    return [_planted("reana", MODERN), _planted("reana-seed", SEED)]


def _planted(name: str, place: str) -> Blueprint:
    root = Blueprint(name, __name__, url_prefix=place)
    for branch in BRANCHES:
        root.register_blueprint(branch.blueprint)
    return root

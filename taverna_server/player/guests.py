"""What is published without being asked for, so that clients of old can come back to it.

Both generations of Taverna's phone app put a workflow into the library with their
login, and look at it without; the older one asks in the same way what became of its
run. Taverna Player's Portal published everything by default. Here the setting
``guests`` says what is done; with ``phones`` it is done for those apps alone, which
are known by what only they send: ``Content-Encoding: UTF-8``, and a second
``inputs_attributes`` beside ``run`` (Player dossier 3.1, 3.2).
"""

from __future__ import annotations

from flask import request

from taverna_server.player.bodies import Tree
from taverna_server.serving.context import config


def publishes_workflow() -> bool:
    """Whether a workflow that comes in now is to be everybody's to view."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    return config().guests == "on" or (config().guests == "phones" and encoding == "utf-8")


def publishes_run(tree: Tree) -> bool:
    """Whether a run that is made now is to be everybody's to view."""
    from_phone = "run" in tree and "inputs_attributes" in tree
    return config().guests == "on" or (config().guests == "phones" and from_phone)

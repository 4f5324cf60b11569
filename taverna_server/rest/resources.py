"""The map of the interface: every resource, its methods and what is declared for them.

Made from the routes and the declarations beside the views (``operations``), so
what is published is what is served.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from taverna_server.rest.operations import Operation, operation_of

_PARAMETER = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
OTHER_FACES = ("player", "reana", "reana-seed")
"""Names of blueprints."""
METHODS = ("GET", "PUT", "POST", "DELETE")
"""``HEAD`` and ``OPTIONS`` every resource has."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a resource."""

    path: str
    """``/rest/runs/{run_id}/status``."""
    name: str
    view: str
    """The name of the function that answers."""
    purpose: str
    operation: Operation

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return re.findall(r"{(\w+)}", self.path)


def methods(app: Flask) -> list[Method]:
    """All of them, by path, then as in ``METHODS``.

    Raises:
        LookupError: a view without a declaration, or without a docstring.
    """
    return sorted(_methods(app), key=lambda it: (it.path, METHODS.index(it.name)))


def _methods(app: Flask) -> Iterator[Method]:
    for rule in filter(is_of_this_face, app.url_map.iter_rules()):
        view = app.view_functions[rule.endpoint]
        operation = operation_of(view)
        if operation is None:
            raise LookupError(f"{rule.endpoint} does not say what it reads and answers")
        path = _PARAMETER.sub(r"{\1}", rule.rule)
        name = rule.endpoint.rpartition(".")[2]
        for method in (rule.methods or set()) & set(METHODS):
            yield Method(path, method, name, _purpose(view, name), operation)


def is_of_this_face(rule: Rule) -> bool:
    """The faces for people, scripts and REANA describe themselves."""
    return rule.endpoint.partition(".")[0] not in OTHER_FACES


def _purpose(view: object, name: str) -> str:
    """The first line of the view's docstring, which people read at ``/api``."""
    if not view.__doc__:
        raise LookupError(f"{name} does not say what it is for")
    return view.__doc__.split("\n")[0].replace("``", "")

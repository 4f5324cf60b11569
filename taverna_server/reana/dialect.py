"""Which generation of clients asks, and how this face says who is calling and what is wrong.

Clients of today have ``/api``, those of 0.3 and 0.4 ``/reana-0.4/api``: no request of
theirs says which they are, and what one of them accepts the other refuses
(REANA dossier 5.3).
"""

from __future__ import annotations

import json

from flask import Response, request

from taverna_server.errors import (
    BadPath,
    HiddenWorkflow,
    NotAuthenticated,
    NotPermitted,
    TooManyRuns,
    UnknownEntry,
    UnknownRun,
)
from taverna_server.model.identity import User
from taverna_server.serving import context
from taverna_server.serving.context import services
from taverna_server.serving.middleware import ACCESS_TOKEN
from taverna_server.serving.negotiation import JSON

MODERN, SEED = "/api", "/reana-0.4/api"

FULL = (
    "This server keeps as many workflows as it may: delete some that are not needed "
    "any more, or ask the administrator for a higher run_limit."
)
"""To wait, as ``/rest`` advises, may take a year."""


def owns(path: str) -> bool:
    """Everything below the two places; ``/api`` itself is a page of another face."""
    return path.startswith((f"{MODERN}/", f"{SEED}/"))


def is_seed() -> bool:
    """Whether a client of 0.3 or 0.4 asks."""
    return request.path.startswith(f"{SEED}/")


def identify() -> User | None:
    """By the token in the address. Raises NotAuthenticated for one that nobody has."""
    token = access_token()
    return services().authenticator.authenticate(f"Bearer {token}") if token else None


def access_token() -> str:
    """The one in the address, which the middleware took out of it."""
    found: str = request.environ.get(ACCESS_TOKEN, "")
    return found


def caller() -> User:
    """Whose workflows the request is about.

    Raises:
        NotAuthenticated: nobody said.
        NotPermitted: a run's own account, which has no business here.
    """
    user = context.caller()
    if user.run_id or user.page_of or user.guest:
        raise NotPermitted("Token not valid.")
    return user


def write_error(error: Exception, status: int, message: str) -> Response:
    """Always an object with ``message``; the client shows it (REANA dossier 2)."""
    if isinstance(error, NotAuthenticated):
        status, message = _unknown_caller()
    elif isinstance(error, BadPath):
        status = 400
    elif isinstance(error, HiddenWorkflow) and is_seed():
        status, message = 403, "User is not allowed to access workflow."
    elif isinstance(error, UnknownEntry):
        message = f"{error.path[:200] or 'The workspace'} does not exist."
    elif isinstance(error, TooManyRuns):
        message = FULL
    elif isinstance(error, UnknownRun):
        message = "Workflow does not exist."
    return Response(json.dumps({"message": message}), status, content_type=JSON)


def _unknown_caller() -> tuple[int, str]:
    said_something = bool(access_token()) or "Authorization" in request.headers
    if said_something or is_seed():
        return 403, "Token not valid."
    return 401, "User not signed in"

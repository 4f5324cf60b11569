"""Who may knock: authentication before anything else is looked at.

The service description and the policy are public (protocol dossier 2.2);
everything else below ``/rest`` needs an account. Wrong credentials are refused
also where none are needed, and a refusal never waits for the request's body.
"""

from __future__ import annotations

import re

from flask import g, request

from taverna_server.errors import NotAuthenticated
from taverna_server.rest.context import services

_PUBLIC = re.compile(r"/rest(?:/policy(?:/[^/]*)?)?/?")


def authenticate() -> None:
    """Find out who is calling (``context.caller``).

    Raises:
        NotAuthenticated: wrong credentials, or none where they are needed.
    """
    g.caller = services().authenticator.authenticate(request.headers.get("Authorization"))
    if g.caller is None and _needs_account(request.path):
        raise NotAuthenticated("say who you are")


def _needs_account(path: str) -> bool:
    return (path + "/").startswith("/rest/") and not _PUBLIC.fullmatch(path)

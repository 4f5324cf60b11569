"""Around the application: the old deployment path, and a name for each request."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DEPLOYMENT_PATH = "/taverna-server"
"""Where the original is deployed: paths below it answer like those without."""


def spelled(name: str) -> str:
    """A regular expression for a name in an address, whichever of its letters are escaped."""
    return "".join(f"(?:{it}|%{ord(it):x}|%{ord(it):X})" for it in name)


ACCESS_TOKEN = "taverna_server.access_token"  # noqa: S105  (where it is found)
_TOKEN = re.compile(rf"(?:(?<=&)|^){spelled('access_token')}=([^&]*)&?")
_NAMES = "|".join(map(spelled, ("access_token", "user_token")))
_ANY_TOKEN = re.compile(rf"([?&;](?:{_NAMES})=)[^&]*")

REQUEST_ID = "taverna_server.request_id"
_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class WithoutDeploymentPath:
    """``/taverna-server/rest/...`` is ``/rest/...``, and links are made accordingly."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if path == DEPLOYMENT_PATH or path.startswith(DEPLOYMENT_PATH + "/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + DEPLOYMENT_PATH
            environ["PATH_INFO"] = path[len(DEPLOYMENT_PATH) :] or "/"
        return self.application(environ, start_response)


class WithoutAccessToken:
    """Takes ``access_token`` out of the address before anybody could log it (REANA dossier 2).

    It is found under ``ACCESS_TOKEN`` in the environment then. Web servers that write the
    address into their own log take it from the same environment.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        query: str = environ.get("QUERY_STRING", "")
        tokens = [unquote_plus(found[1]) for found in _TOKEN.finditer(query)]
        if tokens:
            environ[ACCESS_TOKEN] = tokens[-1]
            environ["QUERY_STRING"] = _TOKEN.sub("", query)
        for name in ("RAW_URI", "REQUEST_URI"):
            if name in environ:
                environ[name] = _ANY_TOKEN.sub(r"\1...", environ[name])
        return self.application(environ, start_response)


class WithRequestId:
    """Names the request, or keeps the name a proxy gave it (``X-Request-ID``)."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        known = _ACCEPTED_ID.fullmatch(given)
        environ[REQUEST_ID] = given if known else secrets.token_hex(8)
        return self.application(environ, start_response)

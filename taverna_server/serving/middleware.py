"""Around the application: the old deployment path, and a name for each request."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DEPLOYMENT_PATH = "/taverna-server"
"""Where the original is deployed: paths below it answer like those without."""

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


class WithRequestId:
    """Names the request, or keeps the name a proxy gave it (``X-Request-ID``)."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        known = _ACCEPTED_ID.fullmatch(given)
        environ[REQUEST_ID] = given if known else secrets.token_hex(8)
        return self.application(environ, start_response)

"""Errors in JSON, as Taverna Player and its Portal write them (Player dossier 1.6)."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response, request

from taverna_server.errors import Invalid, NotAuthenticated, UnknownRun
from taverna_server.serving.negotiation import JSON

SIGN_IN = "/users/sign_in"
NO_SUCH_RUN = "No such run"


def write_error(error: Exception, status: int, message: str) -> Response:
    """``{"status", "error", "message"}``, or the fields that cannot be as they are."""
    return Response(json.dumps(_document(error, status, message)), status, content_type=JSON)


def _document(error: Exception, status: int, message: str) -> dict[str, object]:
    if isinstance(error, Invalid):
        fields = {name: list(texts) for name, texts in error.fields.items()}
        # Uploads of workflows had them without the wrapper, runs within: both are there.
        return {**fields, "errors": fields}
    if isinstance(error, NotAuthenticated) and request.path == SIGN_IN:
        return {"error": "Invalid email or password."}
    said = NO_SUCH_RUN if isinstance(error, UnknownRun) else message
    return {"status": str(status), "error": HTTPStatus(status).phrase, "message": said}

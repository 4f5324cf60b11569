"""The first page: what this is, and for those who are known, what to do next."""

from __future__ import annotations

from flask import Response

from taverna_server.web.page import page
from taverna_server.web.routes import views


@views.get("/")
def get_home() -> Response:
    """For everybody."""
    return page("home.html")

"""The list of workflows: searched, by category or owner, a page at a time."""

from __future__ import annotations

from flask import Response

from taverna_server.model.library import EntryQuery
from taverna_server.serving.context import caller_or_none, manager
from taverna_server.web.asking import page_asked_for, pages_of, text_asked_for
from taverna_server.web.page import page
from taverna_server.web.routes import views

PER_PAGE = 24


@views.get("/workflows")
def get_workflows() -> Response:
    """Those that the caller may view; everybody those that are public."""
    user = caller_or_none()
    asked = {name: text_asked_for(name) for name in ("q", "category", "owner")}
    query = EntryQuery(
        text=asked["q"],
        category=asked["category"] or None,
        owner=asked["owner"] or None,
        newest_first=True,
        page=page_asked_for(),
        per_page=PER_PAGE,
    )
    found = manager().list_entries(user, query)
    return page(
        "library/list.html",
        entries=found.entries,
        total=found.total,
        number=query.page,
        pages=pages_of(found.total, PER_PAGE),
        asked=asked,
        categories=manager().entry_categories(user),
        runs=manager().runs_of_entries(user, found.entries) if user else {},
    )

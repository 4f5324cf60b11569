"""Changing what the library says of a workflow, and who may see it."""

from __future__ import annotations

from typing import Any

from flask import Response

from taverna_server.errors import BadRequest
from taverna_server.model.identity import Permission
from taverna_server.model.library import Entry
from taverna_server.serving.context import caller, manager
from taverna_server.serving.forms import form
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views

_TEXTS = ("title", "author", "description", "category")
LEVELS = {
    "none": Permission.NONE,
    "read": Permission.READ,
    "update": Permission.UPDATE,
    "destroy": Permission.DESTROY,
}


@views.get("/workflows/<int:number>/edit")
def get_edit(number: int) -> Response:
    """The form with what there is."""
    entry = _editable(number)
    return _form(entry, {name: getattr(entry, name) or "" for name in _TEXTS}, entry.published, {})


@views.put("/workflows/<int:number>")
def put_workflow(number: int) -> Response:
    """Saves what the form says (Player dossier 1.12)."""
    entry = _editable(number)
    changes = typed_changes()
    if not _may_share(entry) or not form().text("workflow[sharing]"):
        changes.pop("published")
    try:
        manager().change_entry(caller(), number, **changes)
    except BadRequest as error:
        typed = {name: form().text(f"workflow[{name}]") for name in _TEXTS}
        return _form(entry, typed, bool(form().text("workflow[published]")), {"title": f"{error}."})
    return redirect(f"/workflows/{number}", "Workflow was successfully updated.")


@views.post("/workflows/<int:number>/sharing")
def post_sharing(number: int) -> Response:
    """Allows somebody to see it or more, or takes that back."""
    user, level = form().text("user").strip(), LEVELS.get(form().text("level"), Permission.READ)
    try:
        manager().share_entry(caller(), number, user, level)
    except BadRequest as error:
        return redirect(f"/workflows/{number}/edit", error=f"Nothing was shared: {error}.")
    done = f"Shared with {user}." if level else f"No longer shared with {user}."
    return redirect(f"/workflows/{number}/edit", done)


def typed_changes() -> dict[str, Any]:
    """What the form says: only what it has, an empty text is none; ``published`` always."""
    given = form()
    changes: dict[str, Any] = {
        name: given.text(f"workflow[{name}]").strip() or None
        for name in _TEXTS
        if f"workflow[{name}]" in given.fields
    }
    return changes | {"published": bool(given.text("workflow[published]"))}


def field_of(error: BadRequest) -> str:
    """At which field of a form its words belong."""
    return "title" if "title" in str(error) else "document"


def _editable(number: int) -> Entry:
    """Raises NotPermitted for those who may only view it, by the manager's words."""
    return manager().change_entry(caller(), number)


def _may_share(entry: Entry) -> bool:
    return manager().entry_permission(caller(), entry) >= Permission.DESTROY


def _form(
    entry: Entry, typed: dict[str, str], published: bool, problems: dict[str, str]
) -> Response:
    may_share = _may_share(entry)
    return page(
        "library/edit.html",
        422 if problems else 200,
        entry=entry,
        typed=typed,
        published=published,
        problems=problems,
        may_share=may_share,
        shared=manager().entry_permissions(caller(), entry.number) if may_share else {},
        categories=manager().entry_categories(caller()),
    )

"""Deleting a workflow, asked about first."""

from __future__ import annotations

from flask import Response

from taverna_server.errors import NotPermitted
from taverna_server.model.identity import Permission
from taverna_server.serving.context import caller, manager
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views


@views.get("/workflows/<int:number>/delete")
def get_delete(number: int) -> Response:
    """Asks whether it is meant."""
    user = caller()
    entry = manager().entry(user, number)
    if manager().entry_permission(user, entry) < Permission.DESTROY:
        raise NotPermitted("this workflow is not yours")
    known = manager().runs_of_entries(user, [entry]).get(number)
    return page("library/delete.html", entry=entry, runs=known.count if known else 0)


@views.post("/workflows/<int:number>/delete")
def post_delete(number: int) -> Response:
    """Does it."""
    return delete_workflow(number)


@views.delete("/workflows/<int:number>")
def delete_workflow(number: int) -> Response:
    """Takes it out of the library; its runs stay."""
    manager().remove_entry(caller(), number)
    return redirect("/workflows", "Workflow was deleted.")

"""Bringing a workflow: a file of any kind that is read here, by form."""

from __future__ import annotations

from flask import Response

from taverna_server.errors import BadRequest, MalformedDocument, TooLarge
from taverna_server.model.library import Entry
from taverna_server.serving.context import caller, config, manager
from taverna_server.serving.forms import form
from taverna_server.web.library.changing import field_of, typed_changes
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views

_FILE = "workflow[document]"
_PASTED = "workflow[text]"


@views.get("/workflows/new")
def get_new() -> Response:
    """The form, for those who have an account."""
    caller()
    return _form({})


@views.post("/workflows")
def post_workflow() -> Response:
    """Takes it; what the form says of it counts more than what the document says."""
    user = caller()
    try:
        document, name = _document()
        changes = typed_changes()
        entry = manager().add_entry(user, document, name, bool(changes.pop("published")))
    except MalformedDocument as error:
        return _form({"document": f"This cannot be read as a workflow: {error}."}, 422)
    except TooLarge as error:
        return _form({"document": f"{error}."}, 413)
    except BadRequest as error:
        return _form({field_of(error): f"{error}."}, 422)
    entry = _as_typed(entry, {name: value for name, value in changes.items() if value})
    return redirect(f"/workflows/{entry.number}", "Workflow was successfully uploaded.")


def _document() -> tuple[bytes, str | None]:
    """Content and file name.

    Raises:
        BadRequest: neither a file nor a text.
        TooLarge: more than a document may have.
    """
    uploaded = form().files.get(_FILE)
    most = config().max_document_size
    content = uploaded.read(most + 1) if uploaded else b""
    if len(content) > most:
        raise TooLarge(f"A workflow has at most {most:,} bytes")
    if uploaded and content:
        return content, uploaded.filename or None
    pasted = form().text(_PASTED).strip()
    if not pasted:
        raise MalformedDocument("choose a file, or paste the text of a workflow")
    return pasted.encode(), None


def _as_typed(entry: Entry, changes: dict[str, object]) -> Entry:
    return manager().change_entry(caller(), entry.number, **changes) if changes else entry


def _form(problems: dict[str, str], status: int = 200) -> Response:
    given = form()
    typed = {name: given.text(f"workflow[{name}]") for name in ("title", "description", "category")}
    return page(
        "library/upload.html",
        status,
        problems=problems,
        typed=typed,
        pasted=given.text(_PASTED),
        published=bool(given.text("workflow[published]")),
        categories=manager().entry_categories(caller()),
    )

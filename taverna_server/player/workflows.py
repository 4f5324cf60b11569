"""``/workflows`` in JSON: the library (Player dossier 1.3, 1.4, 1.12)."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.datastructures import FileStorage

from taverna_server.errors import BadRequest, Invalid, MalformedDocument
from taverna_server.model.library import MOST_PER_PAGE, EntryQuery
from taverna_server.player.answers import (
    attachment,
    document,
    nothing,
    page_asked_for,
    page_headers,
    place,
)
from taverna_server.player.bodies import Tree, received
from taverna_server.player.callers import viewer
from taverna_server.player.documents import People, workflow_document, workflow_item
from taverna_server.player.face import views
from taverna_server.player.guests import publishes_workflow
from taverna_server.player.requests import BLANK, data_uri, is_true, text_of
from taverna_server.serving.context import caller, config, manager
from taverna_server.serving.negotiation import JSON, SCUFL, T2FLOW, WFBUNDLE, ZIP
from taverna_server.workflow.reanapack import is_pack

YAML = "application/yaml"
_SAID = ("title", "description", "category")
_CHANGEABLE = ("title", "author", "description", "category")


@views.get("/workflows")
def get_workflows() -> Response:
    """Those that the caller may view; all of them, unless pages are asked for."""
    page, per_page = page_asked_for()
    query = EntryQuery(request.args.get("q", ""), page=page, per_page=per_page or MOST_PER_PAGE)
    found = manager().list_entries(viewer(), query)
    people = People.of(entry.owner for entry in found.entries)
    items = [workflow_item(entry, people) for entry in found.entries]
    return document(items, headers=page_headers(page, per_page, found.total) if per_page else None)


@views.get("/workflows/<int:number>")
def get_workflow(number: int) -> Response:
    """One, with its ports."""
    return document(workflow_document(manager().entry(viewer(), number)))


@views.post("/workflows")
def post_workflow() -> Response:
    """Put one into the library."""
    user, tree = caller(), received()
    said = _said(tree)
    content, file_name = _uploaded(said.get("document"))
    wanted = _published(said)
    published = publishes_workflow() if wanted is None else wanted
    try:
        entry = manager().add_entry(user, content, file_name, published, **_texts(said, _SAID))
    except MalformedDocument as error:
        raise Invalid({"document": [str(error)]}) from error
    there = place(f"/workflows/{entry.number}")
    return document(workflow_document(entry), 201, {"Location": there})


@views.put("/workflows/<int:number>")
def put_workflow(number: int) -> Response:
    """Change what is said of it, or who may view it."""
    user, said = caller(), _said(received())
    changes: dict[str, Any] = _texts(said, _CHANGEABLE)
    if "title" in changes and not (changes["title"] or "").strip():
        raise Invalid({"title": [BLANK]})
    wanted = _published(said)
    if wanted is not None:
        changes["published"] = wanted
    manager().change_entry(user, number, **changes)
    return nothing()


@views.delete("/workflows/<int:number>")
def delete_workflow(number: int) -> Response:
    """Take it out of the library; its runs stay."""
    manager().remove_entry(caller(), number)
    return nothing()


@views.get("/workflows/<int:number>/download")
def download_workflow(number: int) -> Response:
    """The document as it was submitted, under its own name."""
    entry = manager().entry(viewer(), number)
    content = manager().document_of(entry)
    kind, ending = _kind(content)
    name = entry.file_name or f"{entry.title}.{ending}"
    return Response(content, headers=attachment(name), content_type=kind)


def _kind(content: bytes) -> tuple[str, str]:
    """The media type of a document, and how the names of its files end."""
    if is_pack(content):
        return _kind_of_pack(content)
    if content.startswith(b"PK"):
        return WFBUNDLE, "wfbundle"
    head = content[:4096]
    return (SCUFL, "xml") if b"XScufl" in head or b":scufl" in head else (T2FLOW, "t2flow")


def _kind_of_pack(content: bytes) -> tuple[str, str]:
    if content.startswith(b"PK"):
        return ZIP, "zip"
    return (JSON, "json") if content.lstrip()[:1] == b"{" else (YAML, "yaml")


def _said(tree: Tree) -> Tree:
    found = tree.get("workflow")
    if not isinstance(found, dict):
        raise BadRequest("the body has no 'workflow'")
    return found


def _uploaded(leaf: Any) -> tuple[bytes, str | None]:
    """The document and the name of its file.

    Raises:
        Invalid: there is none, or it comes as neither upload, data: URI nor text.
    """
    if isinstance(leaf, FileStorage):
        content = leaf.stream.read(config().max_document_size + 1)
        if len(content) > config().max_document_size:
            raise Invalid({"document": [f"is longer than {config().max_document_size} bytes"]})
        return content, leaf.filename
    try:
        text = text_of(leaf) or ""
        is_document = text.lstrip().startswith(("<", "{")) or is_pack(text.encode())
        content = text.encode() if is_document else data_uri(leaf)
    except ValueError as error:
        raise Invalid({"document": [str(error)]}) from error
    if not content:
        raise Invalid({"document": [BLANK]})
    return content, None


def _texts(said: Tree, names: tuple[str, ...]) -> dict[str, str | None]:
    return {name: text_of(said[name]) for name in names if name in said}


def _published(said: Tree) -> bool | None:
    """``public``, or the Portal's way of saying it; None where nothing is said."""
    if "public" in said:
        return is_true(said["public"])
    policy = said.get("policy_attributes")
    if not isinstance(policy, dict) or "public_permissions" not in policy:
        return None
    wanted = policy["public_permissions"]
    return "view" in [text_of(it) for it in (wanted if isinstance(wanted, list) else [wanted])]

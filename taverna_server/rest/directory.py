"""``/rest/runs/{id}/wd`` and everything below it (protocol dossier 8)."""

from __future__ import annotations

import os
from collections.abc import Iterable

from flask import Blueprint, Response, request

from taverna_server.data.paths import Entry, WorkDirectory
from taverna_server.errors import BadPath, BadRequest, MalformedDocument, NotAcceptable
from taverna_server.representations import read
from taverna_server.representations.directory import (
    DirectoryContents,
    DirectoryEntry,
    FileEntry,
    MkDir,
    Upload,
)
from taverna_server.rest import received, uri_lists
from taverna_server.rest.operations import (
    ANYTHING,
    answers,
    answers_with,
    chosen,
    offers,
    reads,
)
from taverna_server.rest.responses import created, document, nothing
from taverna_server.serving import bodies
from taverna_server.serving.context import caller, manager
from taverna_server.serving.files import cannot_produce, file_answer
from taverna_server.serving.links import entry_url
from taverna_server.serving.negotiation import URI_LIST, ZIP
from taverna_server.serving.pages import key_wanted
from taverna_server.serving.zips import zip_answer

blueprint = Blueprint("directory", __name__, url_prefix="/runs/<run_id>/wd")


def path_asked_for() -> str:
    """The path below ``wd`` as the bytes of the URL say, whatever encoding they are in.

    A workflow may name files in bytes that are no UTF-8; they are reachable by
    the links in our listings.
    """
    raw: str = request.environ["PATH_INFO"]
    below = raw.encode("latin-1").split(b"/", 5)[5:]  # /rest/runs/<id>/wd/<path>
    return os.fsdecode(below[0]) if below else ""


@blueprint.get("")
@blueprint.get("/<entry:path>")
@answers_with(DirectoryContents, ZIP, ANYTHING)
@answers(200, 206)
def get_entry(run_id: str, path: str = "") -> Response:
    """A file, or what is in a directory, also as a ZIP."""
    wd, path = manager().working_directory(caller(), run_id), path_asked_for()
    if not wd.entry(path).is_dir:
        return key_wanted(caller(), run_id, path) or file_answer(wd, path)
    try:
        return _directory(run_id, wd, path)
    except NotAcceptable as error:
        raise cannot_produce() from error


@blueprint.put("")
@blueprint.put("/<entry:path>")
@reads(ANYTHING)
@answers(201, 204)
def put_entry(run_id: str, path: str = "") -> Response:
    """Store the body as a file."""
    wd, path = manager().working_directory(caller(), run_id, for_writing=True), path_asked_for()
    if "Content-Range" in request.headers:  # RFC 9110 14.5: it would replace the whole
        raise BadRequest("a file comes whole: Content-Range is not taken")
    return _stored(run_id, wd, path, bodies.chunks())


@blueprint.post("")
@blueprint.post("/<entry:path>")
@reads(MkDir, Upload, URI_LIST)
@answers(201, 204)
def post_entry(run_id: str, path: str = "") -> Response:
    """A new directory or a small file; or files fetched from addresses."""
    wd, path = manager().working_directory(caller(), run_id, for_writing=True), path_asked_for()
    if received.is_uri_list():
        return _stored(run_id, wd, path, uri_lists.content(uri_lists.only_address()))
    wd.entry(path)
    body, media_type = received.document()
    try:
        upload = read(Upload, body, media_type)
    except MalformedDocument:
        name = _named(read(MkDir, body, media_type))
        wd.make_directory(path, name)
    else:
        name = _named(upload)
        wd.upload(path, name, upload["content"])
    return created(entry_url(run_id, f"{path}/{name}"))


@blueprint.delete("")
@blueprint.delete("/<entry:path>")
@answers(204)
def delete_entry(run_id: str, path: str = "") -> Response:
    """Remove a file, or a directory with all that is in it."""
    wd, path = manager().working_directory(caller(), run_id, for_writing=True), path_asked_for()
    wd.delete(path)
    return nothing()


def _stored(run_id: str, wd: WorkDirectory, path: str, content: Iterable[bytes]) -> Response:
    """A file that is new, or has new content (protocol dossier 8.6)."""
    is_new = wd.write(path, content)
    return created(entry_url(run_id, path)) if is_new else nothing()


@offers(DirectoryContents, ZIP)
def _directory(run_id: str, wd: WorkDirectory, path: str) -> Response:
    if chosen() == ZIP:
        return zip_answer(wd, path)
    listed = [_described(run_id, path, entry) for entry in wd.list(path)]
    return document(DirectoryContents, {"entries": listed})


def _described(run_id: str, path: str, entry: Entry) -> DirectoryEntry | FileEntry:
    place = f"{path.rstrip('/')}/{entry.name}".lstrip("/")
    kind = DirectoryEntry if entry.is_dir else FileEntry
    return kind(entry_url(run_id, place), entry.name, place)


def _named(order: dict[str, str]) -> str:
    if not order.get("name"):
        raise BadPath("missing name attribute")
    return order["name"]

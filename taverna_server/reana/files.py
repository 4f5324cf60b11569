"""Files of a workspace (REANA dossier 3, 5.2).

Uploads come as raw bytes, chunked or not, or, from clients before 0.6, as one part of
a form; either is written as it comes. Downloads are streams with ranges; several
files are a ZIP made while it is sent.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.http import dump_options_header

from taverna_server.data.paths import Entry
from taverna_server.errors import UnknownEntry
from taverna_server.model.analysis import Analysis
from taverna_server.model.identity import Permission
from taverna_server.reana import multipart
from taverna_server.reana.answers import answer, human_size, moment, on_page, paged, said, size
from taverna_server.reana.dialect import caller, is_seed
from taverna_server.reana.reading import flag, needed, object_body, search
from taverna_server.serving import bodies
from taverna_server.serving.context import manager
from taverna_server.serving.files import file_answer
from taverna_server.serving.negotiation import BYTES
from taverna_server.serving.zips import zip_of

blueprint = Blueprint("files", __name__)

_FORM = "multipart/form-data"
_SHOWN = re.compile(r"image/.*|text/html|application/pdf")
"""What a preview shows in place; everything else is downloaded."""


@blueprint.post("/workflows/<workflow>/workspace")
def upload(workflow: str) -> Response:
    user = caller()
    name = needed("file_name")
    found = manager().live_analysis(user, workflow, Permission.UPDATE)
    is_form = request.mimetype == _FORM
    content = multipart.only_file(bodies.chunks()) if is_form else bodies.chunks()
    manager().put_file(user, found, name, content)
    return answer({"message": f"{name} has been successfully uploaded."})


@blueprint.get("/workflows/<workflow>/workspace")
def list_files(workflow: str) -> Response:
    """Files only, by name; an array of plain sizes for clients of 0.3 and 0.4."""
    user = caller()
    found = manager().live_analysis(user, workflow, Permission.READ)
    files = manager().workspace(user, found).files(request.args.get("file_name", ""))
    if is_seed():
        return answer([_item(path, entry) | {"size": entry.size} for path, entry in files])
    if wanted := search(request.args.get("search")):
        files = [file for file in files if _matches(_item(*file), wanted)]
    return answer(paged([_item(*file) for file in on_page(files)], len(files)))


def _item(path: str, entry: Entry) -> dict[str, object]:
    return {"name": path, "last-modified": moment(entry.modified), "size": size(entry.size)}


def _matches(item: Mapping[str, object], wanted: Mapping[str, list[str]]) -> bool:
    """Every word stands somewhere in the member that it is for."""
    for key, parts in wanted.items():
        member = item.get(key, "")
        text = str(member.get("raw")) if isinstance(member, dict) else str(member)
        if key == "size" and isinstance(member, dict):
            text += f" {member['human_readable']}"
        if not all(part in text.lower() for part in parts):
            return False
    return True


@blueprint.get("/workflows/<workflow>/workspace/<anything:path>")
def download(workflow: str, path: str) -> Response:
    """One file as it is; a directory, or a pattern with other than one match, as a ZIP."""
    user = caller()
    found = manager().live_analysis(user, workflow, Permission.READ)
    place = manager().workspace(user, found)
    files = place.files(path)
    if not files:
        raise UnknownEntry(path)
    if len(files) > 1 or place.is_dir(path.strip("/")):
        response = zip_of(place, files)
        response.headers["Content-Disposition"] = _disposition(_zip_name(found, path))
        return response
    name = files[0][0]
    if flag("preview"):
        response = file_answer(place, name)
        shown = _SHOWN.fullmatch(response.mimetype or "") is not None
        response.headers["Content-Disposition"] = "inline" if shown else _disposition(name)
        return response
    response = file_answer(place, name, _FORM if is_seed() else BYTES)
    response.headers["Content-Disposition"] = _disposition(name)
    return response


def _disposition(name: str) -> str:
    """With its directories: the client saves the file under this name."""
    if name.isascii() and name.isprintable():
        return dump_options_header("attachment", {"filename": name})
    return f"attachment; filename*=UTF-8''{quote(os.fsencode(name))}"


def _zip_name(found: Analysis, path: str) -> str:
    base = re.sub(r"[^A-Za-z0-9._-]", "", path.rstrip("/").rpartition("/")[2]) or "files"
    return f"download_{found.full_name}_{base}_{time.strftime('%Y-%m-%d-%H%M%S')}.zip"


@blueprint.delete("/workflows/<workflow>/workspace/<anything:path>")
def delete(workflow: str, path: str) -> Response:
    user = caller()
    found = manager().live_analysis(user, workflow, Permission.UPDATE)
    removed, failed = manager().remove_files(user, found, path)
    return answer(
        {
            "deleted": {name: {"size": size} for name, size in removed.items()},
            "failed": {name: {"error": reason} for name, reason in failed.items()},
        }
    )


@blueprint.put("/workflows/move_files/<workflow>")
def move(workflow: str) -> Response:
    user, source, target = caller(), needed("source"), needed("target")
    found = manager().live_analysis(user, workflow, Permission.UPDATE)
    manager().move_files(user, found, source, target)
    return answer(said(found, f"Files were moved from {source} to {target}."))


@blueprint.get("/workflows/<workflow>/disk_usage")
def disk_usage(workflow: str) -> Response:
    """Files and directories, as ``du -a`` has them; names begin with a slash."""
    user, given = caller(), object_body()
    found = manager().live_analysis(user, workflow, Permission.READ)
    wanted = search(given.get("search") if isinstance(given.get("search"), str) else None)
    sizes = manager().sizes(user, found)
    if given.get("summarize") is True:
        sizes = {"": sizes[""]}
    items = [{"name": name, "size": size(number)} for name, number in sizes.items()]
    about = said(found, "")
    del about["message"]
    return answer({**about, "disk_usage_info": [it for it in items if _matches(it, wanted)]})


@blueprint.post("/workflows/<workflow>/prune")
def prune(workflow: str) -> Response:
    """Everything goes but inputs and outputs, or, as asked for, but fewer of them."""
    user = caller()
    without_inputs, without_outputs = flag("include_inputs"), flag("include_outputs")
    found = manager().live_analysis(user, workflow, Permission.UPDATE)
    kept = manager().declared_files(found, not without_inputs, not without_outputs)
    before = found.size
    count = manager().prune(user, found, kept)
    freed = max(before - manager().analysis(user, found.run_id).size, 0)
    message = f"The workspace has been correctly pruned: {count} files, {human_size(freed)}."
    return answer(said(found, message))

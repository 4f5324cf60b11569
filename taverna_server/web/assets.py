"""Style sheet, scripts and pictures, under addresses that change with their content.

So a browser may keep them for ever, and has the new ones with the next page.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from flask import Response

from taverna_server import diagrams
from taverna_server.errors import Unknown
from taverna_server.web.routes import views

STATIC = Path(__file__).with_name("static")
_ELSEWHERE = {diagrams.STYLE.name: diagrams.STYLE}
"""Files of other rooms, by name."""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"


def asset(name: str) -> str:
    """The path of a file of ``static``, below the base of the application."""
    path = _path(name)
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{_digest(path, path.stat().st_mtime_ns)}.{ending}"


@views.get("/static/<name>")
def get_static(name: str) -> Response:
    """One of the files; an address of another version has what there is now, and is not kept."""
    stem, _, ending = name.rpartition(".")
    plain, _, digest = stem.rpartition(".")
    path = _path(f"{plain or stem}.{ending}")
    if path.suffix not in _TYPES or not path.is_file():
        raise Unknown("no such resource")
    response = Response(path.read_bytes(), content_type=_TYPES[path.suffix])
    is_this = digest == _digest(path, path.stat().st_mtime_ns)
    response.headers["Cache-Control"] = _FOR_EVER if is_this else "no-cache"
    return response


def _path(name: str) -> Path:
    """Where the file is, if there is one; names are of one part."""
    return _ELSEWHERE.get(name) or STATIC / Path(name).name


@lru_cache
def _digest(path: Path, changed: int) -> str:
    """Ten hexadecimal digits of the content, worked out again when the file has changed."""
    return blake2b(path.read_bytes(), digest_size=5).hexdigest()

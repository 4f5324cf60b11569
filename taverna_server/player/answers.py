"""Answers of the JSON face, and the headers of values and downloads (Player dossier 1.4, 1.7)."""

from __future__ import annotations

import json
import re
import unicodedata
from urllib.parse import quote, urlencode

from flask import Response, request

from taverna_server.errors import BadRequest
from taverna_server.model.library import MOST_PER_PAGE
from taverna_server.serving.links import base_url
from taverna_server.serving.negotiation import JSON

INLINE = {"Content-Disposition": "inline", "Content-Transfer-Encoding": "binary"}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f/\\]")
_LONGEST_NAME = 200


def document(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON document."""
    return Response(json.dumps(content), status, headers, content_type=JSON)


def nothing() -> Response:
    """204."""
    return Response(status=204, content_type=JSON)


def place(path: str, **query: str) -> str:
    """The absolute address of a path below where the server is mounted."""
    return base_url() + path + (f"?{urlencode(query)}" if query else "")


def attachment(name: str) -> dict[str, str]:
    """Headers for a download that is to be saved under a name.

    Browsers of today read ``filename*``, which has the name as it is; the quoted one
    is for the others, in ASCII. Slashes and control characters are in neither.
    """
    clean = _CONTROLS.sub("_", name)[:_LONGEST_NAME].strip() or "download"
    plain = unicodedata.normalize("NFKD", clean).encode("ascii", "ignore").decode()
    quoted = (plain.strip() or "download").replace('"', '\\"')
    exact = quote(clean.encode("utf-8", "replace"), safe="")
    disposition = f"attachment; filename=\"{quoted}\"; filename*=UTF-8''{exact}"
    return {"Content-Disposition": disposition, "Content-Transfer-Encoding": "binary"}


def page_asked_for() -> tuple[int, int | None]:
    """``page`` and ``per_page`` of the query; None where the client wants everything.

    Raises:
        BadRequest: not a number, or too large a one.
    """
    given = {name: request.args.get(name) for name in ("page", "per_page")}
    page = _whole("page", given["page"], 10**6)
    per_page = _whole("per_page", given["per_page"], MOST_PER_PAGE)
    if given["page"] is None and given["per_page"] is None:
        return 1, None
    return page or 1, per_page or 10


def page_headers(page: int, per_page: int, total: int) -> dict[str, str]:
    """``X-Total-Count`` and ``Link``."""
    last = max(1, -(-total // per_page))
    near = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    links = [
        f'<{_page_address(number, per_page)}>; rel="{name}"'
        for name, number in near.items()
        if 1 <= number <= last and number != page
    ]
    found = {"X-Total-Count": str(total)}
    return found | ({"Link": ", ".join(links)} if links else {})


def _page_address(page: int, per_page: int) -> str:
    query = request.args.to_dict() | {"page": str(page), "per_page": str(per_page)}
    return place(request.path, **query)


def _whole(name: str, text: str | None, most: int) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= most:
        raise BadRequest(f"'{name}' is not a whole number from 1 to {most}")
    return int(text)

"""``text/uri-list``: the server fetches what the client names (protocol dossier 2.11, 3.2, 8.6).

Only from where ``uri_sources`` permits. Refusals say which kind of problem it
was and nothing of what lies at the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult

from taverna_server.errors import BadUriList, NotPermitted
from taverna_server.outside import fetch, web_address
from taverna_server.serving import bodies
from taverna_server.serving.context import config, manager
from taverna_server.serving.negotiation import T2FLOW

_NOT_ONE = "URI list must have single URI in it"


def only_address() -> SplitResult:
    """The one address of the body.

    Raises:
        BadUriList: none or several, or none of the web.
    """
    found = _listed()
    if len(found) != 1:
        raise BadUriList(_NOT_ONE)
    return _address(found[0])


def workflow() -> tuple[bytes, str]:
    """The document at the first address of the body, and that address, as it was given.

    Raises:
        BadUriList: there is none, or none of the web.
        CreationOff: the policy wants no workflow from there; nothing was fetched.
        NotPermitted: it may not be fetched, or does not come.
    """
    found = _listed()
    if not found:
        raise BadUriList(_NOT_ONE)
    parts = _address(found[0])
    manager().check_source(found[0])
    return b"".join(content(parts, T2FLOW, config().max_document_size)), found[0]


def content(parts: SplitResult, accept: str = "*/*", limit: int | None = None) -> Iterator[bytes]:
    """What lies there, piece by piece.

    Raises:
        NotPermitted: it may not be fetched, or does not come.
    """
    settings = config()
    most = settings.max_fetched_size if limit is None else limit
    places, seconds = settings.uri_sources, settings.fetch_time
    try:
        yield from fetch(places, parts, accept, limit=most, seconds=seconds)
    except NotPermitted as error:
        raise NotPermitted(f"failed to transfer data from URI: {error}") from error


def _listed() -> list[str]:
    """The URIs: a line each, but for comments (RFC 2483)."""
    try:
        lines = bodies.whole(config().max_text_size).decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise BadUriList("ill-formed URI") from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _address(uri: str) -> SplitResult:
    if " " in uri or not uri.isprintable():
        raise BadUriList("ill-formed URI")
    if uri.partition("://")[0].lower() not in ("http", "https"):
        raise BadUriList("URI list must have value URL in it")
    try:
        return web_address(uri)
    except ValueError as error:
        raise BadUriList("ill-formed URI") from error

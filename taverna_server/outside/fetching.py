"""What lies at a web address, piece by piece: no credentials, no redirects, within limits."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Sequence
from urllib.parse import SplitResult

from taverna_server.errors import NotFetched, NotPermitted, PrivateAddress
from taverna_server.outside.connection import addresses, connected, target_of
from taverna_server.outside.targets import is_permitted

PIECE = 2**16
_REFUSAL = "this server fetches nothing from there"


def fetch(
    targets: Sequence[str], parts: SplitResult, accept: str, *, limit: int, seconds: float
) -> Iterator[bytes]:
    """The content, as it comes; what was yielded is worth nothing if this raises later.

    Raises:
        NotPermitted: the targets do not have that address, or it is of a private network.
        NotFetched: the server there does not give it, or not within ``limit``
            bytes and ``seconds``.
    """
    if not is_permitted(targets, parts):
        raise NotPermitted(_REFUSAL)
    deadline = time.monotonic() + seconds
    try:
        with (
            connected(parts, addresses(targets, parts), seconds) as connection,
            _asked(connection, parts, accept) as answer,
        ):
            _check_answer(answer)
            yield from _content(answer, limit, deadline)
    except PrivateAddress as error:
        raise NotPermitted(_REFUSAL) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFetched(f"the server there does not give it ({type(error).__name__})") from error


def _asked(
    connection: http.client.HTTPConnection, parts: SplitResult, accept: str
) -> http.client.HTTPResponse:
    headers = {"Accept": accept, "User-Agent": "taverna-server"}
    connection.request("GET", target_of(parts), headers=headers)
    return connection.getresponse()


def _check_answer(answer: http.client.HTTPResponse) -> None:
    if answer.status != http.client.OK:
        raise NotFetched(f"the server there answered {answer.status}")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotFetched("the server there sends it packed, unasked")


def _content(answer: http.client.HTTPResponse, limit: int, deadline: float) -> Iterator[bytes]:
    _check_size(answer.length or 0, limit)
    size, left = 0, answer.length
    while piece := answer.read1(PIECE):
        size += len(piece)
        _check_size(size, limit)
        _check_clock(deadline)
        yield piece
    _check_clock(deadline)  # a connection that was cut looks like the end
    if left is not None and size < left:
        raise NotFetched(f"it ended {left - size} bytes before its end")


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise NotFetched(f"it is longer than {limit} bytes")


def _check_clock(deadline: float) -> None:
    if time.monotonic() >= deadline:
        raise NotFetched("it takes too long")

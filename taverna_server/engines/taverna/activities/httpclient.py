"""HTTP as activities need it: redirects, challenges, TLS, cookies of one exchange.

The rules are those of Apache HttpClient 4, which Taverna used: redirects are
followed for GET, except 303, which always becomes a GET; no credential is shown
before it is asked for. A credential goes only to the address it was given for,
and headers that carry secrets do not follow a redirect to another host.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult, quote, urljoin, urlsplit
from urllib.request import Request as CookieRequest

from taverna_server import __version__
from taverna_server.data.credentials import credentials_for, trusted_certificates
from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.engines.taverna.activities.httpauth import authorization, read_challenges
from taverna_server.engines.taverna.activities.httpconnection import Connection, make_tls
from taverna_server.engines.taverna.activities.spool import Stored, Taker, pass_on, store
from taverna_server.model.credentials import KEYPAIR, USERPASS

AGENT = f"taverna-server/{__version__}"
_MOST_REDIRECTS = 50
_FOLLOWED_FOR_GET = frozenset({301, 302, 307, 308})
_SEE_OTHER, _UNAUTHORIZED = 303, 401
_SECRET = frozenset({"authorization", "cookie"})


class ServiceUnreachable(Exception):
    """No answer came, or none that can be understood."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to send."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Path | None = None
    expect: bool = False
    """Whether to ask if the body is wanted before sending it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, from the last address asked."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    url: str
    body: Stored

    def header(self, name: str) -> str:
        """The first of that name, or empty."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), "")


class HttpClient:
    """Sends requests for one activity; usable from several threads."""

    def __init__(self, context: RunContext, timeout: float | None = None) -> None:
        self._context = context
        self._timeout = timeout
        self._contexts: dict[tuple[Path | None, str], ssl.SSLContext] = {}

    def send(self, request: Request, taker: Taker | None = None) -> Answer:
        """Ask, follow redirects, answer challenges; every status is an answer.

        The content of a good answer goes to ``taker`` piece by piece, where there is one,
        and is not in the answer then.

        Raises:
            ServiceUnreachable: the address, the connection or the answer was no good.
            RunCancelled: meanwhile.
        """
        self._context.check_cancelled()
        try:
            return self._follow(request, taker)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._context.check_cancelled()
            raise ServiceUnreachable(f"{type(error).__name__}: {error}") from error

    def _follow(self, request: Request, taker: Taker | None) -> Answer:
        seen: set[tuple[str, str]] = set()
        jar = CookieJar()
        for _ in range(_MOST_REDIRECTS):
            answer = self._authenticated(request, jar, taker)
            following = _redirected(request, answer)
            if following is None:
                return answer
            if (following.method, following.url) in seen:
                raise ConnectionError(f"the service redirects in a circle at {following.url}")
            seen.add((following.method, following.url))
            answer.body.discard()
            request = following
        raise ConnectionError(f"more than {_MOST_REDIRECTS} redirects")

    def _authenticated(self, request: Request, jar: CookieJar, taker: Taker | None) -> Answer:
        """Without credentials first; with them, where there are any, when they are asked for."""
        answer = self._once(request, jar, "", taker)
        if answer.status != _UNAUTHORIZED:
            return answer
        shown = self._credential(request, answer)
        if shown is None:
            return answer
        answer.body.discard()
        return self._once(request, jar, shown, taker)

    def _credential(self, request: Request, answer: Answer) -> str | None:
        directory = self._context.security
        if directory is None:
            return None
        asked = [v for n, v in answer.headers if n.lower() == "www-authenticate"]
        for challenge in read_challenges(asked):
            for credential in credentials_for(directory, request.url, challenge.realm):
                if credential.kind == USERPASS:
                    target = target_of(urlsplit(request.url))
                    login = (credential.username, credential.password)
                    return authorization(challenge, *login, request.method, target)
        return None

    def _once(self, request: Request, jar: CookieJar, shown: str, taker: Taker | None) -> Answer:
        url = urlsplit(request.url)
        tls = self._tls(url)
        cookies = CookieRequest(request.url, method=request.method)  # noqa: S310  # only to carry cookies
        jar.add_cookie_header(cookies)
        headers = [*_own_headers(request), *request.headers, *cookies.header_items()]
        if shown:
            kept = [item for item in headers if item[0].lower() != "authorization"]
            headers = [*kept, ("Authorization", shown)]
        with (
            Connection(url, tls, self._timeout) as connection,
            self._context.cancelled.stopping(connection.cut),
            _opened(request.body) as (body, length),
        ):
            response = connection.exchange(
                request.method, target_of(url), headers, body, length, request.expect
            )
            jar.extract_cookies(response, cookies)
            stored = self._received(response, taker)
        return Answer(
            response.status, response.reason, tuple(response.getheaders()), request.url, stored
        )

    def _received(self, response: http.client.HTTPResponse, taker: Taker | None) -> Stored:
        if taker is not None and response.status < http.HTTPStatus.MULTIPLE_CHOICES:
            pass_on(response, taker)
            stored = Stored(b"")
        else:
            stored = store(response, self._context.scratch)
        if response.length or self._context.cancelled.is_set():
            stored.discard()
            raise ConnectionError(f"the answer broke off, {response.length} bytes before its end")
        return stored

    def _tls(self, url: SplitResult) -> ssl.SSLContext | None:
        if url.scheme == "http":
            return None
        if url.scheme != "https":
            raise ValueError(f"{url.scheme or 'no scheme'} is neither http nor https")
        trusted, certificate = self._identity(url)
        key = (trusted, certificate)
        if key not in self._contexts:  # made once: reading all authorities takes a while
            self._contexts[key] = make_tls(trusted, certificate)
        return self._contexts[key]

    def _identity(self, url: SplitResult) -> tuple[Path | None, str]:
        """Whom to believe beside the system's authorities, and which certificate to show."""
        directory = self._context.security
        if directory is None:
            return None, ""
        found = (c.pem for c in credentials_for(directory, url.geturl()) if c.kind == KEYPAIR)
        return trusted_certificates(directory), next(found, "")


def target_of(url: SplitResult) -> str:
    """Path and query as they are; other than ASCII is escaped, as it cannot be sent."""
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return "".join(c if c.isascii() else quote(c) for c in target)


def _own_headers(request: Request) -> list[tuple[str, str]]:
    given = {name.lower() for name, _ in request.headers}
    own = {"User-Agent": AGENT, "Connection": "close"}
    return [(name, value) for name, value in own.items() if name.lower() not in given]


def _redirected(request: Request, answer: Answer) -> Request | None:
    location = answer.header("location")
    follows = answer.status == _SEE_OTHER or (
        answer.status in _FOLLOWED_FOR_GET and request.method in ("GET", "HEAD")
    )
    if not follows or not location:
        return None
    url = urljoin(request.url, location).partition("#")[0]
    method = "HEAD" if request.method == "HEAD" else "GET"
    same_host = _origin(url) == _origin(request.url)
    headers = tuple(
        (name, value) for name, value in request.headers if same_host or name.lower() not in _SECRET
    )
    return replace(request, method=method, url=url, headers=headers, body=None, expect=False)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


@contextlib.contextmanager
def _opened(body: bytes | Path | None) -> Iterator[tuple[IO[bytes] | None, int]]:
    if body is None:
        yield None, 0
    elif isinstance(body, bytes):
        yield io.BytesIO(body), len(body)
    else:
        with body.open("rb") as stream:
            yield stream, body.stat().st_size

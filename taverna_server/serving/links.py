"""Absolute URIs of everything a document refers to.

All of them grow from one base: the configured public URL, else what the request
says (``X-Forwarded-*`` from a trusted proxy, then ``Host``), with the deployment
path under which it came in (protocol dossier 2.4). Names of files, ports and users
are single path segments and are percent-encoded, a file name by its bytes.
"""

from __future__ import annotations

import functools
import os
import re
from urllib.parse import quote, urlsplit

from flask import g, request

from taverna_server.serving.context import config
from taverna_server.serving.middleware import DEPLOYMENT_PATH
from taverna_server.serving.proxies import forwarded

_HOST = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PLAIN_PORTS = {"http": "80", "https": "443"}


def base_url() -> str:
    """The web application base, without a slash at its end; worked out once a request."""
    base: str | None = g.get("base_url")
    if base is None:
        base = g.base_url = config().public_url or requested_base()
    return base


def rest_url(*segments: str) -> str:
    """A resource of the REST tree."""
    return "/".join((base_url() + "/rest", *map(segment, segments)))


def run_url(run_id: str, *segments: str) -> str:
    """A run, or something below it."""
    return rest_url("runs", run_id, *segments)


def entry_url(run_id: str, path: str) -> str:
    """A file or directory, by its path below ``wd``."""
    return run_url(run_id, "wd", *(name for name in path.split("/") if name))


@functools.lru_cache(4096)
def segment(name: str) -> str:
    """A name as one path segment."""
    return quote(os.fsencode(name), safe="-._~!$&'()*+,;=:@")


def below_runs(url: str) -> str | None:
    """The path below ``{rest}/runs/`` of a URI of this server; None for any other.

    Lenient on purpose (protocol dossier 6.3): http or https, the public host or
    that of the request, with or without the deployment path.
    """
    try:
        given, bases = urlsplit(url.strip()), [urlsplit(base_url()), urlsplit(requested_base())]
    except ValueError:
        return None
    if given.scheme not in _PLAIN_PORTS or given.netloc not in {base.netloc for base in bases}:
        return None
    for prefix in (*(base.path for base in bases), "", DEPLOYMENT_PATH):
        start = prefix.rstrip("/") + "/rest/runs/"
        if given.path.startswith(start):
            return given.path[len(start) :]
    return None


def requested_base() -> str:
    """The web application base as the request names it."""
    scheme = forwarded("Proto") or request.scheme
    scheme = scheme if scheme in _PLAIN_PORTS else "http"
    prefix = forwarded("Prefix").rstrip("/") + request.environ.get("SCRIPT_NAME", "")
    return f"{scheme}://{_requested_host(scheme)}{quote(prefix)}"


def _requested_host(scheme: str) -> str:
    host, port = forwarded("Host") or request.headers.get("Host", ""), forwarded("Port")
    if not _HOST.fullmatch(host):  # what no client means ends up in no document
        host = "{SERVER_NAME}:{SERVER_PORT}".format_map(request.environ)
    if port.isdigit() and ":" not in host.rpartition("]")[2] and port != _PLAIN_PORTS[scheme]:
        return f"{host}:{port}"
    return host

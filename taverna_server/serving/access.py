"""Who may knock: authentication before anything else is looked at.

The descriptions of the service and the policy are public (protocol dossier 2.2);
everything else below ``/rest``, the feed and the administration need an account,
the last one a superuser's. Wrong credentials are refused
also where none are needed, and a refusal never waits for the request's body.

A run's own account comes from this machine only, and gets to the files and
interactions of its run and to nothing else, whatever the manager would say. What
pages in browsers may do is in ``pages.py``.
"""

from __future__ import annotations

import ipaddress
import re

from flask import g, request

from taverna_server.errors import NotAuthenticated, NotPermitted
from taverna_server.serving import pages
from taverna_server.serving.context import config, services
from taverna_server.serving.faces import current_face
from taverna_server.serving.negotiation import URI_LIST

_PUBLIC = re.compile(r"/rest(?:/policy(?:/[^/]*)?|/schemas(?:/.*)?)?/?")
_GUARDED = ("/rest/", "/feed/", "/admin/")
_OF_RUN_ACCOUNTS = re.compile(r"/rest/runs/<run_id>/(?:wd|interaction)(?:/.*)?")


def authenticate() -> None:
    """Find out who is calling (``context.caller``).

    Raises:
        NotAuthenticated: wrong credentials, or none where they are needed.
        NotPermitted: a run's own account, where it has no business.
    """
    pages.check_origin()
    header = request.headers.get("Authorization")  # an empty one is a wrong one
    if header is None:
        header = pages.key_of_query()
    authenticate = services().authenticator.authenticate
    user = g.caller = (
        current_face().identify()
        if header is None
        else authenticate(header, is_local(), pages.run_asked_for())
    )
    if user is None and _needs_account(request.path) and not pages.is_preflight():
        raise NotAuthenticated("say who you are")
    if user and not user.admin and (request.path + "/").startswith("/admin/"):
        raise NotPermitted("Access is denied")
    if user and user.page_of:
        pages.check_page(user)
    if user and user.run_id and not _is_own(user.run_id) and not _is_description():
        raise NotPermitted("Access is denied")


def is_local() -> bool:
    """Sent on this machine, and not passed on for somebody elsewhere.

    A proxy on this machine has to say for whom it asks, as all of them do.
    """
    if "Forwarded" in request.headers:
        return False
    said = [request.headers.get(name, "") for name in ("X-Forwarded-For", "X-Real-IP")]
    senders = [sender.strip() for sender in ",".join(said).split(",")]
    return all(map(_is_this_machine, [request.remote_addr or "", *filter(None, senders)]))


def _is_this_machine(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return plain.is_loopback or address == config().host


def _is_own(run_id: str) -> bool:
    rule, given = request.url_rule, request.view_args or {}
    if rule is None or given.get("run_id") != run_id:
        return False
    # A list of URIs has the server fetch things, which a run can do for itself (dossier 18).
    return bool(_OF_RUN_ACCOUNTS.fullmatch(rule.rule)) and request.mimetype != URI_LIST


def _is_description() -> bool:
    """What the Taverna face tells everybody; the other faces are for people and programs."""
    return current_face().name == "taverna" and not _needs_account(request.path)


def _needs_account(path: str) -> bool:
    return (path + "/").startswith(_GUARDED) and not _PUBLIC.fullmatch(path)

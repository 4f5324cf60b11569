"""The administration as a page for people, and the forms on it.

It works without scripts and has none: the ``Content-Security-Policy`` permits
the style sheet and forms to this server, nothing else. A form carries a token
that only this server can make for this administrator, beside the check of where
a change comes from (``origin.py``).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs

from flask import Blueprint, Response, render_template, request

import taverna_server
from taverna_server.data.vault import Vault
from taverna_server.errors import BadRequest, ClientMistake, NotPermitted, Unknown
from taverna_server.manager.accounts import AccountChange
from taverna_server.manager.settings import SETTINGS
from taverna_server.rest.operations import ANYTHING, answers, answers_with, reads
from taverna_server.serving import bodies
from taverna_server.serving.content_types import HTML
from taverna_server.serving.context import caller, config, manager
from taverna_server.serving.errors import status_of
from taverna_server.serving.links import base_url
from taverna_server.serving.negotiation import consumed

FORM = "application/x-www-form-urlencoded"
STATIC = Path(__file__).with_name("static")
_STATIC_TYPES = {".css": "text/css; charset=utf-8"}
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'"
_HEADERS = {
    "Content-Security-Policy": f"{_POLICY}; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_DONE = {
    "settings": "The settings are saved.",
    "account": "The account is saved.",
    "added": "The account is made.",
    "removed": "The account is removed.",
}

Fields = Mapping[str, str]

blueprint = Blueprint("page", __name__, template_folder="templates")


def page(problem: str = "", status: int = 200) -> Response:
    """The page as things are now, with a word on what was just done or went wrong."""
    user, rules = caller(), manager()
    content = render_template(
        "admin.html",
        base=f"{base_url()}/admin",
        user=user.name,
        token=_vault().form_token(user.name),
        problem=problem,
        done=_DONE.get(request.args.get("done", ""), ""),
        settings=SETTINGS,
        values=rules.settings(user),
        permitted=rules.policy().permitted_workflows,
        figures=rules.figures(user),
        users=rules.accounts(user),
        local_user_of=rules.local_user_of,
        version=taverna_server.__version__,
    )
    return Response(content, status, _HEADERS, content_type=f"{HTML}; charset=utf-8")


@blueprint.post("/page")
@reads(FORM)
@answers_with(HTML)
@answers(303)
def post_page() -> Response:
    """Does what a form on the page asks for, and leads back to it."""
    fields = _fields()
    expected = _vault().form_token(caller().name)
    if not hmac.compare_digest(fields.get("token", "").encode(), expected.encode()):
        raise NotPermitted("this form is not of a page of this server: load the page again")
    try:
        done = _act(fields)
    except ClientMistake as error:
        return page(str(error), status_of(error))
    return Response(status=303, headers={"Location": f"{base_url()}/admin?done={done}"})


@blueprint.get("/static/<path:name>")
@answers_with(ANYTHING)
def get_static(name: str) -> Response:
    """What the page is made of beside its text."""
    path = STATIC / name
    if path.parent != STATIC or path.suffix not in _STATIC_TYPES or not path.is_file():
        raise Unknown("no such resource")
    return Response(path.read_bytes(), content_type=_STATIC_TYPES[path.suffix])


def _act(fields: Fields) -> str:
    """Returns the name of what was done."""
    acts: dict[str, Callable[[Fields], str]] = {
        "settings": _save_settings,
        "account": _save_account,
        "add": _add_account,
        "remove": _remove_account,
    }
    act = acts.get(fields.get("act", ""))
    if act is None:
        raise BadRequest("there is no such form")
    return act(fields)


def _save_settings(fields: Fields) -> str:
    """All or none: what cannot be is found before anything is changed."""
    user = caller()
    wanted = {name: _wanted(name, fields) for name, it in SETTINGS.items() if it.means_something}
    changes = {name: words for name, words in wanted.items() if words is not None}
    for name, words in changes.items():
        SETTINGS[name].read(words)
    for name, words in changes.items():
        manager().change_setting(user, name, words)
    manager().permit_workflows(user, fields.get("permittedWorkflowURIs", "").split())
    return "settings"


def _wanted(name: str, fields: Fields) -> str | None:
    """A box that is not ticked is not sent: it is ``false``."""
    setting = SETTINGS[name]
    if not setting.writable:
        return None
    is_box = isinstance(setting.at_first(config()), bool)
    return fields.get(name, "false") if is_box else fields.get(name)


def _save_account(fields: Fields) -> str:
    manager().change_account(caller(), fields.get("name", ""), _change(fields))
    return "account"


def _add_account(fields: Fields) -> str:
    if not fields.get("password"):
        raise BadRequest("a new account needs a password")
    manager().add_account(caller(), fields.get("name"), _change(fields))
    return "added"


def _remove_account(fields: Fields) -> str:
    manager().remove_account(caller(), fields.get("name", ""))
    return "removed"


def _change(fields: Fields) -> AccountChange:
    return AccountChange(
        password=fields.get("password") or None,
        local_user=fields.get("local_user"),
        enabled="enabled" in fields,
        admin="admin" in fields,
    )


def _fields() -> Fields:
    consumed(request.headers.get("Content-Type"), [FORM])
    words = bodies.whole(config().max_text_size)
    try:
        found = parse_qs(words.decode(), keep_blank_values=True, max_num_fields=200)
    except ValueError as error:
        raise BadRequest("this is no form") from error
    return {name: given[-1] for name, given in found.items()}


def _vault() -> Vault:
    return Vault.open(config().data)

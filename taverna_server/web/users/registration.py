"""Making an account by oneself, where the server permits it."""

from __future__ import annotations

from flask import Response

from taverna_server.errors import BadRequest, NotPermitted
from taverna_server.serving import sessions
from taverna_server.serving.context import config, manager, services
from taverna_server.serving.forms import form
from taverna_server.serving.proxies import client_address
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views

_KEPT = ("name", "full_name", "email")
_FIELD_OF = {
    "user name": "name",
    "already an account": "name",
    "e-mail": "email",
    "password": "password",
}
"""By what the words of a refusal contain."""


@views.get("/users/sign_up")
def get_sign_up() -> Response:
    """The form."""
    _check_open()
    return _form({})


@views.post("/users/sign_up")
def post_sign_up() -> Response:
    """Makes the account and signs in."""
    _check_open()
    given = form()
    if given.text("password") != given.text("confirmation"):
        return _form({"confirmation": "This is not the same as the password."})
    services().sign_in.check_newcomer(client_address())
    try:
        user = manager().register(
            given.text("name").strip(),
            given.text("password"),
            given.text("email"),
            given.text("full_name"),
        )
    except BadRequest as error:
        return _form({_field(str(error)): f"{error}."})
    more = " You administer this server." if user.admin else ""
    response = redirect("/", f"Welcome, {user.full_name or user.name}.{more}")
    sessions.begin(response, user)
    return response


def _check_open() -> None:
    if not config().registration:
        raise NotPermitted("accounts are made by the administrator of this server")


def _field(words: str) -> str:
    return next((field for known, field in _FIELD_OF.items() if known in words), "full_name")


def _form(problems: dict[str, str]) -> Response:
    typed = {name: form().text(name) for name in _KEPT}
    status = 422 if problems else 200
    return page("users/sign_up.html", status, problems=problems, typed=typed)

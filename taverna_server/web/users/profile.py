"""One's own account: name and address, password, API tokens, sessions."""

from __future__ import annotations

from flask import Response

from taverna_server.errors import BadRequest, NotAuthenticated, TooManyAttempts
from taverna_server.serving import sessions
from taverna_server.serving.context import caller, manager, services
from taverna_server.serving.errors import status_of
from taverna_server.serving.forms import form
from taverna_server.serving.proxies import client_address
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views

HERE = "/users/edit"


@views.get(HERE)
def get_profile() -> Response:
    """Everything that an account has."""
    return _page()


@views.post(HERE)
def post_profile() -> Response:
    """Saves name and address."""
    given = form()
    try:
        manager().change_profile(caller(), given.text("email"), given.text("full_name"))
    except BadRequest as error:
        field = "email" if "e-mail" in str(error) else "full_name"
        return _page({field: f"{error}."}, 422)
    return redirect(HERE, "Your profile is saved.")


@views.post("/users/password")
def post_password() -> Response:
    """Changes it, for somebody who knows the old one; all other sessions are over."""
    user, given = caller(), form()
    if given.text("new_password") != given.text("confirmation"):
        return _page({"confirmation": "This is not the same as the new password."}, 422)
    try:
        services().sign_in.sign_in(user.name, given.text("current_password"), client_address())
        manager().change_password(user, given.text("new_password"))
    except (NotAuthenticated, TooManyAttempts) as error:
        wrong = isinstance(error, NotAuthenticated)
        words = "This is not your current password." if wrong else str(error)
        return _page({"current_password": words}, 422 if wrong else status_of(error))
    except BadRequest as error:
        return _page({"new_password": f"{error}."}, 422)
    response = redirect(HERE, "Your password is changed. Other devices have to log in again.")
    sessions.begin(response, user)
    return response


@views.post("/users/tokens")
def post_token() -> Response:
    """Makes one, and shows it this once."""
    try:
        token = manager().add_token(caller(), form().text("token_name"))
    except BadRequest as error:
        return _page({"token_name": f"{error}."}, 422)
    response = _page(token=token, status=201)
    response.headers["Cache-Control"] = "no-store"
    return response


@views.post("/users/tokens/revoke")
def post_revoke() -> Response:
    """Whoever has the token is nobody from now on."""
    name = form().text("name")
    manager().revoke_token(caller(), name)
    return redirect(HERE, f"The token “{name}” is revoked.")


@views.post("/users/sessions/end")
def post_end_sessions() -> Response:
    """Signs out everywhere, here too."""
    services().sessions.end_all(caller())
    response = redirect("/users/sign_in", "You are logged out on all devices.")
    sessions.end(response)
    return response


def _page(problems: dict[str, str] | None = None, status: int = 200, token: str = "") -> Response:
    user = caller()
    return page(
        "users/edit.html",
        status,
        problems=problems or {},
        email=_typed("email", user.email),
        full_name=_typed("full_name", user.full_name),
        token_name="" if token else form().text("token_name"),
        tokens=manager().tokens(user),
        token=token,
    )


def _typed(name: str, kept: str | None) -> str:
    sent = form().sent(name)
    return (kept or "") if sent is None else sent

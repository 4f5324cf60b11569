"""Signing in and out."""

from __future__ import annotations

import re

from flask import Response, request

from taverna_server.errors import NotAuthenticated, TooManyAttempts
from taverna_server.model.identity import User
from taverna_server.serving import sessions
from taverna_server.serving.context import caller_or_none, services
from taverna_server.serving.forms import form
from taverna_server.serving.proxies import client_address
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views

_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")


@views.get("/users/sign_in")
def get_sign_in() -> Response:
    """The form; somebody who is signed in goes on at once."""
    back = local(request.args.get("back", ""))
    return redirect(back) if caller_or_none() else _form(back)


@views.post("/users/sign_in")
def post_sign_in() -> Response:
    """Signs in, and leads back to where somebody wanted to be."""
    back = local(form().text("back"))
    try:
        user = _check()
    except NotAuthenticated as error:
        return _form(back, str(error), 401)
    except TooManyAttempts as error:
        response = _form(back, str(error), 429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    response = redirect(back, f"Welcome, {user.full_name or user.name}.")
    sessions.begin(response, user, remember=bool(form().text("remember")))
    return response


@views.post("/users/sign_out")
def post_sign_out() -> Response:
    """Signs out; pages that the browser keeps are forgotten."""
    response = redirect("/", "You are signed out.")
    response.headers["Clear-Site-Data"] = '"cache"'
    sessions.end(response)
    return response


@views.delete("/users/sign_out")
def delete_sign_out() -> Response:
    """The same, as programs of the time ask for it (Player dossier 1.2)."""
    return post_sign_out()


def local(path: str) -> str:
    """The path, if it leads to a page of this server, else the first page."""
    return path if _LOCAL.fullmatch(path) else "/"


def _check() -> User:
    given = form()
    return services().sign_in.sign_in(given.text("login"), given.text("password"), client_address())


def _form(back: str, problem: str = "", status: int = 200) -> Response:
    typed = form().text("login"), bool(form().text("remember"))
    login, remember = typed if problem else (request.args.get("login", ""), False)
    return page(
        "users/sign_in.html", status, back=back, problem=problem, login=login, remember=remember
    )

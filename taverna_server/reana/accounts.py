"""Accounts, for the administrator's token (REANA dossier 3)."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from taverna_server.errors import BadRequest, NotPermitted, UnknownUser
from taverna_server.model.identity import User
from taverna_server.reana.answers import answer, user_id
from taverna_server.reana.dialect import caller
from taverna_server.reana.reading import needed
from taverna_server.serving.context import manager

blueprint = Blueprint("accounts", __name__)

REFUSAL = "Action not permitted."
_ADDRESS = re.compile(r"[^@\s]{1,200}@[^@\s]{1,200}")


@blueprint.get("/users")
def list_users() -> Response:
    """Those that fit all of what is asked for; tokens are not known, but for one asked for."""
    admin = _admin()
    token = request.args.get("user_token")
    found = [it for it in manager().accounts(admin) if _fits(it)]
    if token:
        owner = manager().account_of_token(admin, token)
        found = [it for it in found if owner and it.name == owner.name]
    if not found:
        raise UnknownUser("User with the given criteria does not exist.")
    return answer([_document(it, token or "") for it in found])


def _fits(user: User) -> bool:
    wanted = request.args.get("id_") or request.args.get("id")
    email = request.args.get("email")
    return (not wanted or user_id(user.name) == wanted) and (
        not email or email in (user.email, user.name)
    )


@blueprint.post("/users")
def add_user() -> Response:
    """An account with a token; its name is made of the address."""
    admin = _admin()
    email = needed("email")
    if not _ADDRESS.fullmatch(email):
        raise BadRequest(f"'{email[:80]}' is no e-mail address.")
    user, token = manager().add_reana_account(admin, email, request.args.get("user_token"))
    return answer({"message": "User was successfully created.", **_document(user, token)}, 201)


def _admin() -> User:
    user = caller()
    if not user.admin:
        raise NotPermitted(REFUSAL)
    return user


def _document(user: User, token: str) -> dict[str, object]:
    number = user_id(user.name)
    return {"id_": number, "id": number, "email": user.email or user.name, "access_token": token}

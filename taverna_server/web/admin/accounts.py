"""People's accounts, as an administrator makes and changes them."""

from __future__ import annotations

from flask import Response

from taverna_server.errors import BadRequest
from taverna_server.manager.accounts import AccountChange
from taverna_server.model.identity import User
from taverna_server.serving.context import caller, config, manager
from taverna_server.serving.forms import Form, form
from taverna_server.web.admin.forms import administrator, trusted_form
from taverna_server.web.asking import page_asked_for, pages_of, text_asked_for
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views

HERE = "/admin/accounts"
PER_PAGE = 50
_TEXTS = ("full_name", "email", "local_user")
_FIELD_OF = {"user name": "name", "already an account": "name", "e-mail": "email"}


@views.get(HERE)
def get_accounts() -> Response:
    """All of them, or those whose name or address has a text in it."""
    text = text_asked_for("q").lower()
    found = [user for user in manager().accounts(administrator()) if text in _said_of(user)]
    number = page_asked_for()
    return page(
        "admin/accounts.html",
        accounts=found[(number - 1) * PER_PAGE : number * PER_PAGE],
        total=len(found),
        number=number,
        pages=pages_of(len(found), PER_PAGE),
        q=text,
    )


@views.get(f"{HERE}/new")
def get_new_account() -> Response:
    """The form for another one."""
    administrator()
    return _form(None, {"enabled": True, "admin": False}, {})


@views.post(HERE)
def post_account() -> Response:
    """Makes it."""
    given = trusted_form()
    name = given.text("name").strip()
    try:
        if not given.text("password"):
            raise BadRequest("a new account needs a password")
        manager().add_account(caller(), name, _change(given))
    except BadRequest as error:
        return _form(None, _typed(given) | {"name": name}, _problem(error, "password"))
    return redirect(HERE, f"The account {name} is made.")


@views.get(f"{HERE}/<name>")
def get_account(name: str) -> Response:
    """The form with what there is."""
    user = manager().account(administrator(), name)
    typed = {it: getattr(user, it) or "" for it in _TEXTS}
    return _form(user, typed | {"enabled": not user.disabled, "admin": user.admin}, {})


@views.post(f"{HERE}/<name>")
def post_account_change(name: str) -> Response:
    """Saves it."""
    given = trusted_form()
    user = manager().account(caller(), name)
    try:
        manager().change_account(caller(), name, _change(given))
    except BadRequest as error:
        return _form(user, _typed(given), _problem(error, "admin"))
    return redirect(HERE, f"The account {name} is saved.")


@views.get(f"{HERE}/<name>/remove")
def get_account_removal(name: str) -> Response:
    """Asks whether it is meant."""
    return page("admin/remove_account.html", account=manager().account(administrator(), name))


@views.post(f"{HERE}/<name>/remove")
def post_account_removal(name: str) -> Response:
    """Removes it, if it has no runs."""
    trusted_form()
    try:
        manager().remove_account(caller(), name)
    except BadRequest as error:
        return redirect(f"{HERE}/{name}", error=f"The account is not removed: {error}.")
    return redirect(HERE, f"The account {name} is removed.")


def _said_of(user: User) -> str:
    return " ".join((user.name, user.full_name or "", user.email or "")).lower()


def _change(given: Form) -> AccountChange:
    return AccountChange(
        password=given.text("password") or None,
        local_user=given.sent("local_user"),
        enabled=bool(given.text("enabled")),
        admin=bool(given.text("admin")),
        email=given.sent("email"),
        full_name=given.sent("full_name"),
    )


def _typed(given: Form) -> dict[str, object]:
    boxes: dict[str, object] = {name: bool(given.text(name)) for name in ("enabled", "admin")}
    return boxes | {name: given.text(name) for name in _TEXTS}


def _problem(error: BadRequest, otherwise: str) -> dict[str, str]:
    known = (field for words, field in _FIELD_OF.items() if words in str(error))
    return {next(known, otherwise): f"{error}."}


def _form(user: User | None, typed: dict[str, object], problems: dict[str, str]) -> Response:
    return page(
        "admin/account.html",
        422 if problems else 200,
        account=user,
        typed={"name": form().text("name"), "full_name": "", "email": "", "local_user": ""} | typed,
        problems=problems,
        local_users=config().local_users,
        local_user=manager().local_user_of(user) if user else config().default_local_user,
    )

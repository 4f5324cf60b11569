"""Logins of services that all runs of a user get; administrators keep some for everybody.

Passwords go in and never come out (Player dossier 1.11).
"""

from __future__ import annotations

from flask import Response

from taverna_server.errors import Invalid
from taverna_server.manager.services import FIELDS
from taverna_server.serving.context import caller, manager
from taverna_server.serving.forms import form
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views

HERE = "/service_credentials"
_TEXTS = FIELDS[:4]
"""All but the password, which is never shown again."""


@views.get(HERE)
def get_credentials() -> Response:
    """The caller's own, and for administrators those for everybody."""
    return page("credentials/list.html", credentials=manager().service_credentials(caller()))


@views.get(f"{HERE}/new")
def get_new_credential() -> Response:
    """The form for another one."""
    caller()
    return _form(None, dict.fromkeys(_TEXTS, ""), {})


@views.post(HERE)
def post_credential() -> Response:
    """Keeps it."""
    given, for_everybody = _given(), bool(form().text("service_credential[global]"))
    try:
        made = manager().add_service_credential(caller(), given, for_everybody)
    except Invalid as error:
        return _form(None, given, _told(error), for_everybody)
    return redirect(f"{HERE}/{made.number}", "Service credential was successfully created.")


@views.get(f"{HERE}/<int:number>")
def get_credential(number: int) -> Response:
    """One, without its password."""
    found = manager().service_credential(caller(), number)
    return page("credentials/show.html", credential=found)


@views.get(f"{HERE}/<int:number>/edit")
def get_credential_form(number: int) -> Response:
    """The form with what there is, but for the password."""
    found = manager().service_credential(caller(), number)
    return _form(number, {name: getattr(found, name) for name in _TEXTS}, {})


@views.put(f"{HERE}/<int:number>")
def put_credential(number: int) -> Response:
    """Saves it; without a password the old one stays."""
    given = _given()
    try:
        manager().change_service_credential(caller(), number, given)
    except Invalid as error:
        return _form(number, given, _told(error))
    return redirect(f"{HERE}/{number}", "Service credential was successfully updated.")


@views.get(f"{HERE}/<int:number>/delete")
def get_credential_removal(number: int) -> Response:
    """Asks whether it is meant."""
    found = manager().service_credential(caller(), number)
    return page("credentials/delete.html", credential=found)


@views.delete(f"{HERE}/<int:number>")
def delete_credential(number: int) -> Response:
    """Forgets it."""
    manager().remove_service_credential(caller(), number)
    return redirect(HERE, "Service credential was deleted.")


def _given() -> dict[str, str]:
    sent = form()
    return {name: sent.text(f"service_credential[{name}]") for name in FIELDS}


def _told(error: Invalid) -> dict[str, str]:
    """A sentence for each field that cannot be as it is."""
    return {name: f"This {'; '.join(texts)}." for name, texts in error.fields.items()}


def _form(
    number: int | None, typed: dict[str, str], problems: dict[str, str], for_everybody: bool = False
) -> Response:
    return page(
        "credentials/form.html",
        422 if problems else 200,
        number=number,
        typed=typed,
        problems=problems,
        for_everybody=for_everybody,
    )

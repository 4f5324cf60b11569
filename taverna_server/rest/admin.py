"""``/admin``: settings, figures, accounts, for administrators (protocol dossier 11).

Each setting and figure is a resource of its own; the two tables below say which
there are. The page for people at ``/admin`` is another face's, found under ``PAGE``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, current_app

from taverna_server.manager.accounts import AccountChange
from taverna_server.manager.settings import SETTINGS, as_text
from taverna_server.model.identity import User
from taverna_server.representations import XML, Link
from taverna_server.representations.admin import (
    AdminDescription,
    StringList,
    UsageRecordList,
    UserDescription,
    UserList,
)
from taverna_server.representations.binding import wire_name
from taverna_server.rest import received
from taverna_server.rest.operations import answers, chosen, offers, reads
from taverna_server.rest.responses import created, document, nothing, text
from taverna_server.rest.usage import described
from taverna_server.serving import bodies
from taverna_server.serving.content_types import HTML
from taverna_server.serving.context import caller, manager
from taverna_server.serving.links import base_url, segment
from taverna_server.serving.negotiation import TEXT
from taverna_server.serving.origin import check_origin

FIGURES = {
    "invokationCount": "Requests answered so far.",
    "runCount": "Runs there are, in any state.",
    "operatingCount": "Runs that operate.",
    "startupTime": "Seconds that the last start of a part of the server took.",
    "lastExitCode": "Exit code of a reconciler that failed; empty when none did.",
}
LISTS: dict[str, Callable[[User], list[str]]] = {
    "currentRuns": lambda user: manager().current_runs(user),
    "factoryProcessMapping": lambda user: manager().engine_processes(user),
    "extraArguments": lambda user: [],
    "permittedWorkflowURIs": lambda user: list(manager().policy().permitted_workflows),
}
"""What an engine is started with is the configuration's business: there are no extra arguments."""
LIST_PURPOSES = {
    "currentRuns": "The ids of all runs.",
    "factoryProcessMapping": "Owner and process number of each engine, in turn.",
    "extraArguments": "Always empty: what an engine is started with is configured.",
    "permittedWorkflowURIs": "Addresses that workflows may come from; none for anywhere.",
}

PAGE = "taverna_server.admin_page"
"""Among the application's extensions: the view that makes the page for people."""

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.before_request(check_origin)


def admin_url(*segments: str) -> str:
    """A resource of this tree."""
    return "/".join((base_url() + "/admin", *map(segment, segments)))


@blueprint.get("")
@offers(HTML, AdminDescription)
def get_admin() -> Response:
    """The page for people, or a link for each setting and figure."""
    if chosen() == HTML:
        made: Response = current_app.extensions[PAGE]()
        return made
    names = {
        name: wire_name(name, field) for name, field in AdminDescription._declared_fields.items()
    }
    return document(AdminDescription, {name: Link(admin_url(leaf)) for name, leaf in names.items()})


def _plant_scalars() -> None:
    """A route for each setting (``GET``, ``PUT``) and figure (``GET``)."""
    for name in (*SETTINGS, *FIGURES):
        view = offers(TEXT)(_getter(name))
        blueprint.add_url_rule(f"/{name}", f"get_{name}", view)
    for name in SETTINGS:
        view = reads(TEXT)(offers(TEXT)(_putter(name)))
        blueprint.add_url_rule(f"/{name}", f"put_{name}", view, methods=["PUT"])
    for name in LISTS:
        view = offers(StringList)(_list_getter(name))
        blueprint.add_url_rule(f"/{name}", f"get_{name}", view)


def _getter(name: str) -> Callable[[], Response]:
    def get() -> Response:
        user = caller()
        given = manager().settings(user) if name in SETTINGS else manager().figures(user)
        return text(as_text(given[name]))

    get.__doc__ = SETTINGS[name].help if name in SETTINGS else FIGURES[name]
    return get


def _putter(name: str) -> Callable[[], Response]:
    def put() -> Response:
        return text(as_text(manager().change_setting(caller(), name, bodies.text())))

    put.__doc__ = "Change it; the answer is the value in force."
    return put


def _list_getter(name: str) -> Callable[[], Response]:
    def get() -> Response:
        manager().check_admin(caller())
        return document(StringList, {"string": LISTS[name](caller())})

    get.__doc__ = LIST_PURPOSES[name]
    return get


_plant_scalars()


@blueprint.put("/extraArguments")
@reads(StringList)
@offers(StringList)
def put_extra_arguments() -> Response:
    """Read, and not heeded: what an engine is started with is configured."""
    manager().check_admin(caller())
    received.received(StringList)
    return document(StringList, {"string": LISTS["extraArguments"](caller())})


@blueprint.put("/permittedWorkflowURIs")
@reads(StringList)
@offers(StringList)
def put_permitted_workflows() -> Response:
    """The addresses that workflows may come from; none for anywhere."""
    wanted = received.received(StringList).get("string", [])
    return document(StringList, {"string": list(manager().permit_workflows(caller(), wanted))})


@blueprint.get("/usageRecords")
@offers(XML)
def get_usage_records() -> Response:
    """The usage records of all runs that ended."""
    records = [described(usage) for usage in manager().usage_records(caller())]
    return document(UsageRecordList, {"usage_record": records})


@blueprint.get("/users")
@offers(UserList)
def get_users() -> Response:
    """All accounts."""
    names = [user.name for user in manager().accounts(caller())]
    return document(UserList, {"user": [admin_url("users", name) for name in names]})


@blueprint.post("/users")
@reads(UserDescription)
@answers(201)
def post_user() -> Response:
    """A new account; disabled unless it says otherwise."""
    wanted = received.received(UserDescription)
    user = manager().add_account(caller(), wanted.get("username"), _change(wanted))
    return created(admin_url("users", user.name))


@blueprint.get("/users/<name>")
@offers(UserDescription)
def get_user(name: str) -> Response:
    """One account, without its password."""
    return _described(manager().account(caller(), name))


@blueprint.put("/users/<name>")
@reads(UserDescription)
@offers(UserDescription)
def put_user(name: str) -> Response:
    """Changes what is given; the name stays."""
    wanted = received.received(UserDescription)
    return _described(manager().change_account(caller(), name, _change(wanted)))


@blueprint.delete("/users/<name>")
@answers(204)
def delete_user(name: str) -> Response:
    """Remove an account that has no runs."""
    manager().remove_account(caller(), name)
    return nothing()


def _change(wanted: dict[str, Any]) -> AccountChange:
    return AccountChange(
        password=wanted.get("password"),
        local_user=wanted.get("local_user_id"),
        enabled=wanted.get("enabled"),
        admin=wanted.get("admin"),
    )


def _described(user: User) -> Response:
    data = {
        "username": user.name,
        "local_user_id": manager().local_user_of(user) or None,
        "enabled": not user.disabled,
        "admin": user.admin,
    }
    return document(UserDescription, dict(_given(data)))


def _given(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in data.items() if value is not None)

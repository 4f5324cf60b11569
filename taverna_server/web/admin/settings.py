"""What an administrator may set while the server runs."""

from __future__ import annotations

from flask import Response

from taverna_server.errors import BadRequest
from taverna_server.manager.administration import SITE_TEXTS
from taverna_server.manager.settings import SETTINGS, as_text
from taverna_server.serving.context import config, manager
from taverna_server.serving.forms import Form
from taverna_server.web.admin.forms import administrator, trusted_form
from taverna_server.web.page import page, redirect
from taverna_server.web.routes import views

_PERMITTED = "permittedWorkflowURIs"
EDITABLE = {name: it for name, it in SETTINGS.items() if it.writable and it.means_something}
FIXED = {name: it for name, it in SETTINGS.items() if not it.writable}


@views.get("/admin/settings")
def get_settings() -> Response:
    """The form with what is in force."""
    user = administrator()
    typed = {name: as_text(value) for name, value in manager().settings(user).items()}
    typed[_PERMITTED] = "\n".join(manager().policy().permitted_workflows)
    typed |= {f"site_{name}": words for name, words in manager().site().items()}
    return _form(typed, {})


@views.put("/admin/update_settings")
def put_settings() -> Response:
    """The same, under the name and method of Taverna Player's portal (Player dossier 1.2)."""
    return post_settings()


@views.post("/admin/update_settings")
@views.post("/admin/settings")
def post_settings() -> Response:
    """Saves all of it or, where something cannot be, nothing."""
    typed = _typed(trusted_form())
    problems = {name: words for name in EDITABLE if (words := _problem(name, typed[name]))}
    if problems:
        return _form(typed, problems)
    user = administrator()
    try:
        manager().change_site(user, {name: typed[f"site_{name}"] for name in SITE_TEXTS})
    except BadRequest as error:
        field = "site_name" if "name" in str(error) else "site_announcement"
        return _form(typed, {field: f"{error}."})
    for name in EDITABLE:
        manager().change_setting(user, name, typed[name])
    manager().permit_workflows(user, typed[_PERMITTED].split())
    return redirect("/admin/settings", "The settings are saved.")


def _typed(given: Form) -> dict[str, str]:
    """A box that is not ticked is not sent: it is ``false``."""
    typed = {
        name: given.fields.get(name, "false") if is_box(name) else given.text(name)
        for name in EDITABLE
    }
    texts = (_PERMITTED, *(f"site_{name}" for name in SITE_TEXTS))
    return typed | {name: given.text(name) for name in texts}


def is_box(name: str) -> bool:
    """Whether a setting is yes or no."""
    return isinstance(SETTINGS[name].at_first(config()), bool)


def is_number(name: str) -> bool:
    value = SETTINGS[name].at_first(config())
    return isinstance(value, int) and not isinstance(value, bool)


def _problem(name: str, words: str) -> str:
    try:
        SETTINGS[name].read(words)
    except BadRequest as error:
        return f"{error}."
    return ""


def _form(typed: dict[str, str], problems: dict[str, str]) -> Response:
    return page(
        "admin/settings.html",
        422 if problems else 200,
        typed=typed,
        problems=problems,
        boxes=[(name, it.help) for name, it in EDITABLE.items() if is_box(name)],
        lines=[(name, it.help) for name, it in EDITABLE.items() if not is_box(name)],
        is_number=is_number,
        fixed=[(it.help, name, it.at_first(config())) for name, it in FIXED.items()],
    )

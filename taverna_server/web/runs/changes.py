"""What a person may do to a run from its page: rename, cancel, share, keep longer, delete.

Each is a form with POST; the verbs of the Player interface (``PUT``, ``DELETE``) do the
same for programs that want pages. Afterwards the browser is back where it came from, and
is told what was done.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask import Response, request

from taverna_server.errors import BadRequest
from taverna_server.model.identity import Permission
from taverna_server.model.run import COMPLETE, RunStatus
from taverna_server.serving.forms import form
from taverna_server.web.page import redirect, url
from taverna_server.web.routes import views
from taverna_server.web.runs.context import Viewed, viewed

FIRST_CANCEL = "Run must be cancelled before deletion."
LEVELS = {
    "none": Permission.NONE,
    "read": Permission.READ,
    "update": Permission.UPDATE,
    "destroy": Permission.DESTROY,
}
MOST_DAYS = 3650


@views.post("/runs/<int:number>/rename")
def post_rename(number: int) -> Response:
    """From the form."""
    return _renamed(viewed(number, Permission.UPDATE))


@views.put("/runs/<int:number>")
def put_run(number: int) -> Response:
    """Only the name; what else is in the body is passed over (Player dossier 1.4)."""
    found = viewed(number, Permission.UPDATE)
    return _renamed(found) if "run[name]" in form().fields else redirect(found.path)


def _renamed(found: Viewed) -> Response:
    name = form().text("run[name]").strip()
    if not name:
        return redirect(found.path, error="A run needs a name; it keeps the one it had.")
    found.manager.set_name(found.user, found.run.id, name)
    return redirect(found.path, "The run has a new name.")


@views.route("/runs/<int:number>/cancel", "POST", "PUT")
def post_cancel(number: int) -> Response:
    """Ends it; nothing happens to one that is over."""
    found = viewed(number, Permission.UPDATE)
    if not cancel(found):
        return back(found, "The run was over already.")
    if found.run.embedded:
        return redirect(_embedded_form(found), "The run is cancelled.")
    return back(found, "The run is being cancelled. What it has logged and made so far stays.")


def cancel(found: Viewed) -> bool:
    """Whether there was something to end."""
    if found.run.state in COMPLETE:
        return False
    found.manager.set_status(found.user, found.run.id, RunStatus.FINISHED)
    return True


def _embedded_form(found: Viewed) -> str:
    return f"/runs/new?workflow_id={found.run.entry}&embedded=true"


@views.post("/runs/<int:number>/delete")
def post_delete(number: int) -> Response:
    """From the form."""
    return delete_run(number)


@views.delete("/runs/<int:number>")
def delete_run(number: int) -> Response:
    """With all its files; first it has to be over (Player dossier 1.4)."""
    found = viewed(number, Permission.DESTROY)
    if not delete(found):
        return back(found, error=FIRST_CANCEL)
    return redirect("/runs", "Run was deleted.")


def delete(found: Viewed) -> bool:
    """Whether it could be: a run at work is not deleted."""
    if found.run.state not in COMPLETE:
        return False
    found.manager.delete_run(found.user, found.run.id)
    return True


@views.post("/runs/<int:number>/expiry")
def post_expiry(number: int) -> Response:
    """So many days from now."""
    found = viewed(number, Permission.DESTROY)
    days = form().text("days")
    if not (days.isascii() and days.isdigit() and len(days) < 10 and 0 < int(days) <= MOST_DAYS):
        return redirect(found.path, error=f"A run is kept for 1 to {MOST_DAYS} days.")
    until = datetime.now(UTC) + timedelta(days=int(days))
    kept = found.manager.set_expiry(found.user, found.run.id, until)
    return redirect(found.path, f"The run is kept until {kept:%Y-%m-%d %H:%M} UTC.")


@views.post("/runs/<int:number>/share")
def post_share(number: int) -> Response:
    """Allows somebody something, or takes it back."""
    found = viewed(number)
    user, level = form().text("user").strip(), LEVELS.get(form().text("level"))
    if level is None:
        raise BadRequest(f"a level is one of {', '.join(LEVELS)}")
    if user == found.run.owner:
        return redirect(found.path, error="The run is yours already.")
    try:
        found.manager.set_permission(found.user, found.run.id, user, level)
    except BadRequest:
        return redirect(found.path, error=f"'{user[:80]}' can be no user's name.")
    if level is Permission.NONE:
        return redirect(found.path, f"{user} cannot see the run any more.")
    known = found.manager.store.get_user(user) is not None
    notice = f"{user} can see the run now, in the list of runs."
    return redirect(found.path, notice if known else _not_yet(user))


@views.post("/runs/<int:number>/publish")
def post_publish(number: int) -> Response:
    """Lets everybody look, or nobody who was not told by name."""
    found = viewed(number)
    wanted = form().text("published") == "yes"
    found.manager.set_published(found.user, found.run.id, wanted)
    if wanted:
        return redirect(found.path, "Everybody who has this address can look at the run now.")
    return redirect(found.path, "The run is for you, and those you share it with by name.")


def _not_yet(user: str) -> str:
    """Permissions may be given to people who will come later (protocol dossier 5.2)."""
    return f"There is nobody called {user} here. The run is shared with them as soon as there is."


def back(found: Viewed, notice: str = "", error: str = "") -> Response:
    """To the page of ours that the form was on; the run's where the browser does not say."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    path = referrer.path.removeprefix(url(""))
    is_ours = referrer.netloc == request.host and path.startswith("/")
    there = path + (f"?{referrer.query}" if referrer.query else "")
    return redirect(there if is_ours else found.path, notice, error)

"""What all forms of administrators need."""

from __future__ import annotations

from taverna_server.model.identity import User
from taverna_server.serving import sessions
from taverna_server.serving.context import caller, manager
from taverna_server.serving.forms import Form, form


def administrator() -> User:
    """The caller. Raises NotPermitted for others."""
    user = caller()
    manager().check_admin(user)
    return user


def trusted_form() -> Form:
    """The form of the request, which comes from a page of ours, whatever login it has.

    A browser may have sent HTTP Basic by itself.

    Raises:
        NotPermitted: it does not, or the caller administers nothing.
    """
    user = administrator()
    if sessions.current_session() is None:
        sessions.check_token(user)
    return form()

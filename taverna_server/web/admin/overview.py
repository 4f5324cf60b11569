"""How the server is: the first page for administrators."""

from __future__ import annotations

from flask import Response

from taverna_server.serving.context import config, manager
from taverna_server.web.admin.forms import administrator
from taverna_server.web.page import page


def get_overview() -> Response:
    """Figures; ``rest/admin.py`` has it for those who want a page at ``/admin``."""
    user, rules = administrator(), manager()
    return page(
        "admin/overview.html",
        figures=rules.figures(user),
        values=rules.settings(user),
        accounts=len(rules.accounts(user)),
        config=config(),
    )

"""The pages: what people see in a browser, at the addresses where programs have JSON.

Pages are made on the server, from the templates beside this file, and work
without scripts; small scripts add what only a browser can do (local times, drag
and drop, keys, live progress). One style sheet has the look, light and dark.
Everything a page consists of comes from this server: the policy that each page
carries allows nothing else, and nothing inline.

``page.py`` makes a page, ``flashes.py`` says afterwards what was done, ``errors.py``
shows what went wrong; the other modules have a subject each. The room knows the
manager and HTTP; it knows no documents of the other faces.
"""

from __future__ import annotations

from taverna_server.serving.faces import PLAYER_PLACES
from taverna_server.web import (
    admin,
    assets,
    credentials,
    home,
    library,
    notices,
    runs,
    users,
)
from taverna_server.web.errors import is_browser, write_error
from taverna_server.web.routes import views

__all__ = [
    "PLACES",
    "admin",
    "assets",
    "credentials",
    "home",
    "is_browser",
    "library",
    "notices",
    "runs",
    "users",
    "views",
    "write_error",
]

PLACES = (*(f"/{place}" for place in PLAYER_PLACES), "/static")
"""What the pages own, beside ``/``."""

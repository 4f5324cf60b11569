"""The JSON face of Taverna Player: workflows, runs, values and questions, for scripts and phones.

Its documents are plain JSON without schemas, and clients' habits are part of the
contract (Player dossier, sections 1 and 3): small integers for ids, addresses
below wherever the server is mounted, 404 and 422 with words. What the pages in
``web/`` need as well is here: states and messages (``states.py``), ports with types
and sizes (``ports.py``), reading of requests (``bodies.py``, ``requests.py``) and making
runs of them (``creation.py``). The room knows no HTML and no rules.
"""

from taverna_server.player import (
    credentials,
    downloads,
    drawings,
    interactions,
    queue,
    runs,
    users,
    values,
    workflows,
)
from taverna_server.player.errors import write_error
from taverna_server.player.face import views

__all__ = [
    "credentials",
    "downloads",
    "drawings",
    "interactions",
    "queue",
    "runs",
    "users",
    "values",
    "views",
    "workflows",
    "write_error",
]

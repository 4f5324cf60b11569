"""The views of the JSON face; ``app.py`` joins them with those of the pages."""

from __future__ import annotations

from taverna_server.serving.views import Views

views = Views()

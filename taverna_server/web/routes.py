"""Where the pages are: each module adds its views to these."""

from __future__ import annotations

from taverna_server.serving.views import Views

views = Views()

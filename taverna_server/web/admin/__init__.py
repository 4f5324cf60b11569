"""For administrators: figures, settings, accounts, the queue, credentials for everybody.

Beside the resources for programs below ``/admin`` (``rest/admin.py``), by the
same manager. A form here needs the token of our pages with any kind of login.
"""

from __future__ import annotations

from taverna_server.web.admin import accounts, overview, queue, settings

__all__ = ["accounts", "overview", "queue", "settings"]

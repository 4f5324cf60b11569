"""People and their accounts: signing in and up, and what they keep of themselves."""

from __future__ import annotations

from taverna_server.web.users import profile, registration, signing

__all__ = ["profile", "registration", "signing"]

"""Tells people and programs outside that something happened: by e-mail, by HTTP POST.

Each way is a *fabric*, named by the scheme of its addresses, and offered where
it is configured. The room knows addresses and how to deliver to them; it does
not know runs, users, or when to try again: that is the manager's postman.
"""

from __future__ import annotations

from taverna_server.notify.addresses import MAIL, check_address, fabric_of, fabrics, is_mailbox
from taverna_server.notify.delivery import deliver, public_key

__all__ = ["MAIL", "check_address", "deliver", "fabric_of", "fabrics", "is_mailbox", "public_key"]

"""Reaches web servers for clients: only those that are permitted, at addresses that were checked.

A server that sends requests wherever its clients say is a way into its own
network. So everything that connects to a place of a client's choice, webhooks
and lists of URIs, goes through this room. It knows addresses and connections,
not what is sent for whom.
"""

from __future__ import annotations

from taverna_server.outside.connection import addresses, connected, target_of
from taverna_server.outside.fetching import fetch
from taverna_server.outside.targets import is_permitted, web_address

__all__ = ["addresses", "connected", "fetch", "is_permitted", "target_of", "web_address"]

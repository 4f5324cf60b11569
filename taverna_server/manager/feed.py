"""The feed of a user: what happened to the runs they own (protocol dossier 9.3)."""

from __future__ import annotations

import uuid

from taverna_server.errors import UnknownEvent
from taverna_server.manager.permissions import Guarded
from taverna_server.model.events import Event
from taverna_server.model.identity import User

PAGE = 200
_NAME = "feed id"


class Feed(Guarded):
    """Events stay for ``event_lifespan`` days, also when their run is gone."""

    def events(self, caller: User, before: int | None = None) -> tuple[list[Event], bool]:
        """A page of events, newest first, and whether there are older ones.

        ``before`` is the number of the last event of the page before.
        """
        bound = {} if before is None else {"before": before}
        found = self.store.events(caller.name, PAGE + 1, **bound)
        return found[:PAGE], len(found) > PAGE

    def event(self, caller: User, event_id: str) -> Event:
        """Raises UnknownEvent for one that is not of the caller's runs."""
        found = self.store.event(caller.name, event_id)
        if found is None:
            raise UnknownEvent("no such event")
        return found

    def feed_name(self) -> str:
        """A UUID that stays the same as long as the database does."""
        name = self.store.get_setting(_NAME)
        if name is None:
            self.store.set_setting(_NAME, str(uuid.uuid4()))
            name = self.store.get_setting(_NAME) or ""
        return name

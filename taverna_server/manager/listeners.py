"""The one listener each run has, ``io``, and its properties (protocol dossier 9.1)."""

from __future__ import annotations

from pathlib import Path

from taverna_server.errors import BadRequest, UnknownRun
from taverna_server.manager.permissions import Guarded
from taverna_server.manager.telling import ADDRESS, IO, READY, SUBJECT, TEXT
from taverna_server.model.events import Usage
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import Run, RunStatus
from taverna_server.notify import check_address, fabrics, public_key

USAGE, KEY = "usageRecord", "notificationKey"
PROPERTIES = ("stdout", "stderr", "exitcode", READY, ADDRESS, USAGE, SUBJECT, TEXT, KEY)
"""The six of old, then ours: how a message begins and what it says, and the public key that
signatures of webhooks are checked with."""
WRITABLE = (READY, ADDRESS, SUBJECT, TEXT)


class Listeners(Guarded):
    """Reading what a listener noticed, and telling it whom to notify."""

    def listeners(self, caller: User, run_id: str) -> tuple[str, ...]:
        self.run_for(caller, run_id, Permission.READ)
        return (IO,)

    def listener_properties(self, caller: User, run_id: str, listener: str) -> tuple[str, ...]:
        """The names of the properties. Raises BadRequest when there is no such listener."""
        self.run_for(caller, run_id, Permission.READ)
        _check_listener(listener)
        return PROPERTIES

    def listener_configuration(self, caller: User, run_id: str, listener: str) -> str:
        self.listener_properties(caller, run_id, listener)
        return ""

    def listener_property(
        self, caller: User, run_id: str, listener: str, name: str
    ) -> str | Path | Usage:
        """The value; of the streams, the file that holds it (absent before the start).

        ``usageRecord`` is the record, or the empty text while there is none.

        Raises:
            BadRequest: no such listener or property.
        """
        run = self.run_for(caller, run_id, Permission.READ)
        _check_listener(listener)
        if name not in PROPERTIES:
            raise BadRequest("no such property")
        if name in ("stdout", "stderr"):
            return self.directory(run).root / name
        if name == "exitcode":
            return "" if run.exit_code is None else str(run.exit_code)
        if name == USAGE:
            return self.store.usage(run_id) or ""
        if name == KEY:
            return public_key(self.config)
        return self._kept(run, name)

    def usage(self, caller: User, run_id: str) -> Usage | None:
        """What the run used; None until it has ended."""
        self.run_for(caller, run_id, Permission.READ)
        return self.store.usage(run_id)

    def notification_fabrics(self) -> list[str]:
        """The schemes of ``notificationAddress`` that messages are sent to."""
        return fabrics(self.config)

    def _kept(self, run: Run, name: str) -> str:
        over = "true" if run.status == RunStatus.FINISHED else "false"
        at_first = over if name == READY else ""
        return self.store.listener_properties(run.id, IO).get(name, at_first)

    def set_listener_property(
        self, caller: User, run_id: str, listener: str, name: str, value: str
    ) -> str:
        """Returns the value in force.

        Raises:
            BadRequest: no such listener or property, one that only the server sets, or
                an address that nothing may be sent to.
        """
        self.run_for(caller, run_id, Permission.UPDATE)
        _check_listener(listener)
        if name not in PROPERTIES:
            raise BadRequest("no such property")
        if name not in WRITABLE or (name == READY and value not in ("true", "false")):
            raise BadRequest("failed to set property")
        if name == ADDRESS:
            value = check_address(self.config, value.strip())
        if not self.store.set_listener_property(run_id, IO, name, value):
            raise UnknownRun(run_id)
        return value

    def add_listener(self, caller: User, run_id: str, kind: str) -> str:
        """There is no other kind to make: always raises BadRequest, as it always did."""
        self.run_for(caller, run_id, Permission.UPDATE)
        raise BadRequest("failed to make listener")


def _check_listener(name: str) -> None:
    if name != IO:
        raise BadRequest("no such listener")

"""Problems that people report to who administers the server, by the way of all messages."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from taverna_server.manager.permissions import Guarded
from taverna_server.model.events import Message
from taverna_server.model.identity import Permission, User
from taverna_server.notify import MAIL, fabrics


class Reporting(Guarded):
    """One message a report, sent as often as it takes (``postman.py``)."""

    @property
    def takes_reports(self) -> bool:
        """Whether there is an address for them, and a way to it."""
        return bool(self.config.support_address) and MAIL in fabrics(self.config)

    def report_problem(self, caller: User, run_id: str, subject: str, body: str) -> None:
        """Tell ``support_address`` of a run that the caller may read. Needs ``takes_reports``."""
        run = self.run_for(caller, run_id, Permission.READ)
        now = datetime.now(UTC)
        message = Message(
            owner=caller.name,
            address=f"{MAIL}:{self.config.support_address}",
            event_id=f"report.{uuid.uuid4()}",
            run_id=run.id,
            run_name=run.name,
            exit_code=run.exit_code,
            subject=subject,
            body=body,
            created=now,
            due=now,
        )
        self.store.put_message(message)

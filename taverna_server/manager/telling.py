"""What is told when something happens to a run: to its owner's feed, and to an address.

``Notes`` are made here and written by the store together with the change, so
that what happened and what is told of it cannot differ (protocol dossier 9.3).
"""

from __future__ import annotations

import json
import logging
import math
import os
import platform
import pwd
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from taverna_server.config import Config
from taverna_server.data.rundir import Outcome, RunDirectory
from taverna_server.manager.settings import policy
from taverna_server.model.events import Event, Message, Notes, Usage
from taverna_server.model.run import Run
from taverna_server.notify import fabric_of
from taverna_server.store import Store

log = logging.getLogger("taverna_server.reconciler")

IO = "io"
"""The listener each run has."""
READY, ADDRESS = "readyToNotify", "notificationAddress"
SUBJECT, TEXT = "notificationSubject", "notificationText"

_PLACE = re.compile(r"\{(id|name|owner|code)\}")
_KILLED = (137, 143)


class Telling:
    """Makes the notes of each kind of change."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config

    def of_start(self, run: Run) -> Notes:
        said = f"The execution of run '{run.name}' has started."
        return Notes(_event("start", run, "started run execution", said))

    def of_expiry(self, run: Run) -> Notes:
        said = f"The run '{run.name}' has expired and is removed."
        return Notes(_event("expire", run, "run expired", said))

    def of_end(self, run: Run, code: int | None, outcome: Outcome | None) -> Notes:
        """A run that ended without an exit code is told of by its usage record alone."""
        directory = RunDirectory(self._config.runs_directory / run.id, run.workspace)
        used = usage(run, code, outcome, directory)
        if code is None:
            return Notes(usage=used)
        values = _values(run, code)
        said = fill(self._config.finish_text, values)
        event = _event("finish", run, fill(self._config.finish_title, values), said)
        return Notes(event, self._message(run, code, event), used)

    def _message(self, run: Run, code: int, event: Event) -> Message | None:
        wishes = self._store.listener_properties(run.id, IO)
        address = wishes.get(ADDRESS, "")
        if fabric_of(self._config, address) is None or wishes.get(READY) == "false":
            return None
        values = _values(run, code)
        return Message(
            owner=run.owner,
            address=address,
            event_id=event.id,
            run_id=run.id,
            run_name=run.name,
            exit_code=code,
            subject=fill(wishes.get(SUBJECT) or self._config.message_subject, values),
            body=fill(wishes.get(TEXT) or self._config.finish_text, values),
            created=event.published,
            due=event.published,
        )

    def dump_usage(self, notes: Notes) -> None:
        """Add the usage record to the file the administrator named, a JSON object a line."""
        name = policy(self._store, self._config).usage_file
        if not name or notes.usage is None:
            return
        line = json.dumps(asdict(notes.usage), default=datetime.isoformat)
        try:
            place = self._config.data / "usage"
            place.mkdir(mode=0o700, exist_ok=True)
            with (place / name).open("a", encoding="utf-8") as stream:
                stream.write(f"{line}\n")
        except OSError as error:  # the record is in the database, too
            log.warning("a usage record cannot be added to %s: %s", name, error)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its known placeholders filled in; other braces stay."""
    return _PLACE.sub(lambda found: values[found[1]], template)


def _values(run: Run, code: int) -> dict[str, str]:
    return {"id": run.id, "name": run.name, "owner": run.owner, "code": str(code)}


def _event(kind: str, run: Run, title: str, content: str) -> Event:
    return Event(f"{kind}.{uuid.uuid4()}", run.owner, run.id, title, content, datetime.now(UTC))


def usage(run: Run, code: int | None, outcome: Outcome | None, directory: RunDirectory) -> Usage:
    """What the run used; times are the server's, processor time is the engine's word."""
    now = datetime.now(UTC)
    measured = outcome.usage if outcome and isinstance(outcome.usage, Mapping) else {}
    return Usage(
        run_id=run.id,
        owner=run.owner,
        created=now,
        status=_status(code),
        local_user=_owner(directory.root),
        host=platform.node(),
        disk=_size(directory.wd),
        cpu_user=_seconds(measured.get("user")),
        cpu_system=_seconds(measured.get("system")),
        started=run.started,
        finished=run.started and (run.finished or now),
        exit_code=code,
    )


def _status(code: int | None) -> str:
    if code == 0:
        return "Completed"
    return "Aborted" if code is None or code in _KILLED else "Failed"


def _owner(directory: Path) -> str:
    """The user of this machine as whom the run executed."""
    try:
        number = directory.stat().st_uid
    except FileNotFoundError:
        number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _size(directory: Path) -> int:
    """Bytes of the files below, links not followed; what vanishes meanwhile counts nothing."""
    total, waiting = 0, [str(directory)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total


def _seconds(value: object) -> float | None:
    """An engine may have been made to write anything."""
    if isinstance(value, int | float) and math.isfinite(value) and value >= 0:
        return float(value)
    return None

"""What is told about runs: events, messages that wait to be sent, usage records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a run, as its owner's feed tells it (protocol dossier 9.3)."""

    id: str
    """``start.{uuid}``, ``finish.{uuid}`` or ``expire.{uuid}``."""
    owner: str
    run_id: str
    title: str
    content: str
    published: datetime
    number: int = 0
    """Its place in the order of events; given by the store."""


@dataclass(frozen=True, slots=True)
class Message:
    """What the owner of a run asked to be told, on its way to an address."""

    owner: str
    address: str
    """``mailto:`` or ``http(s):``."""
    event_id: str
    run_id: str
    run_name: str
    exit_code: int | None
    subject: str
    body: str
    created: datetime
    due: datetime
    """Not to be sent before."""
    attempts: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run used, for its usage record (protocol dossier 9.4)."""

    run_id: str
    owner: str
    created: datetime
    """When the record was made: at the end of the run."""
    status: str
    """``Completed``, ``Failed`` or ``Aborted``."""
    local_user: str
    """The user of the operating system."""
    host: str
    disk: int
    """Bytes in the working directory."""
    cpu_user: float | None = None
    """Seconds; None where nobody measured."""
    cpu_system: float | None = None
    started: datetime | None = None
    finished: datetime | None = None
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Notes:
    """What is written together with a change of a run, or not at all."""

    event: Event | None = None
    message: Message | None = None
    usage: Usage | None = None

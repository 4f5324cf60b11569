"""A run: one execution of a workflow on the server, and its files."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from taverna_server.errors import BadRequest


class RunStatus(enum.IntEnum):
    """Where a run is in its life; ordered, so ``status < FINISHED`` reads as it says."""

    INITIALIZED = 0
    """Created; inputs may be set."""
    OPERATING = 1
    """The engine was asked to run it."""
    STOPPED = 2
    """Suspended; may go on."""
    FINISHED = 3
    """Over, for whatever reason."""

    @property
    def word(self) -> str:
        """As it stands on the wire: ``Initialized`` and so on."""
        return self.name.capitalize()

    @classmethod
    def from_word(cls, word: str) -> RunStatus:
        """Raises BadRequest, naming the words there are, for any other word."""
        for status in cls:
            if status.word == word:
                return status
        words = ", ".join(status.word for status in cls)
        raise BadRequest(f"unknown status '{word[:40]}': it is one of {words}")


class RunState(enum.StrEnum):
    """Where a run is in its life, in the words of Taverna Player (Player dossier 1.5)."""

    PENDING = "pending"
    """Wanted, and not yet started."""
    INITIALIZED = "initialized"
    """Made through another interface, and not yet wanted."""
    RUNNING = "running"
    CANCELLING = "cancelling"
    """Wanted over, and still seen at work."""
    FINISHED = "finished"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    FAILED = "failed"


COMPLETE = frozenset({RunState.FINISHED, RunState.CANCELLED, RunState.TIMEOUT, RunState.FAILED})
"""The states of runs that are over."""

TAVERNA = "taverna"
"""The type of a workflow that is no one of REANA's."""

TOLD_TO_STOP = 143
"""The exit code of an engine that was told to stop, and did."""


class Stopper(enum.StrEnum):
    """Who had a run stopped."""

    CLIENT = "client"
    LIMIT = "limit"
    """It took longer than runs may."""


@dataclass(frozen=True, slots=True)
class Run:
    """What clients asked for (``target``) and what was seen (``observed``).

    All times are aware datetimes in UTC.
    """

    id: str
    """UUID, version 4, lower case."""
    number: int
    """The small integer of the Player interface."""
    owner: str
    name: str
    workflow_id: str
    """SHA-256 of the workflow document, hexadecimal: its key in the library."""
    workflow_type: str
    """``taverna``, ``serial``, ``cwl``, ``snakemake`` or ``yadage``."""
    target: RunStatus
    observed: RunStatus
    created: datetime
    expiry: datetime
    started: datetime | None = None
    """When the start was requested."""
    finished: datetime | None = None
    """When the end was requested or seen."""
    exit_code: int | None = None
    generate_provenance: bool = False
    baclava_input: str | None = None
    """Path below ``wd`` of a Baclava document with all inputs."""
    baclava_output: str | None = None
    """Path below ``wd`` for a Baclava document of all outputs, instead of ``wd/out``."""
    start_seen: bool = True
    """False from the start until somebody reads the status: whoever does is told Operating."""
    entry: int = 0
    """The number of its workflow in the library."""
    parent: int | None = None
    """The number of the run that it repeats with changes (Player dossier 1.10)."""
    embedded: bool = False
    """Shown inside a page elsewhere, and in no list (Player dossier 1.9)."""
    published: bool = False
    """Everybody may view it, also without an account."""
    queued: datetime | None = None
    """Since when it waits for a place among the operating runs; None when it does not."""
    stopped_by: Stopper | None = None
    """Who asked for its end; None where nobody did, or nobody remembers."""
    workspace: str | None = None
    """The run whose ``wd`` this one works in (REANA's restarts); None: its own."""

    @property
    def status(self) -> RunStatus:
        """As clients see it: it follows the request at once, and an end is an end."""
        return max(self.target, self.observed) if self._over else self.target

    @property
    def state(self) -> RunState:
        """As the Player interface tells it; ``store/states.py`` says the same to the database."""
        if self.observed is RunStatus.FINISHED:
            return self._end
        at_work = self.observed is not RunStatus.INITIALIZED
        if self.target is RunStatus.FINISHED:
            return RunState.CANCELLING if at_work else RunState.CANCELLED
        if at_work:
            return RunState.RUNNING
        wanted = self.target is not RunStatus.INITIALIZED or self.queued is not None
        return RunState.PENDING if wanted else RunState.INITIALIZED

    @property
    def _end(self) -> RunState:
        if self.exit_code == 0:
            return RunState.FINISHED
        if self.stopped_by is Stopper.LIMIT:
            return RunState.TIMEOUT
        told = self.exit_code in (None, TOLD_TO_STOP) or self.stopped_by is not None
        return RunState.CANCELLED if told else RunState.FAILED

    @property
    def _over(self) -> bool:
        return RunStatus.FINISHED in (self.target, self.observed)


@dataclass(frozen=True, slots=True)
class RunInput:
    """One input port of a run that was given something: a text, or a place below ``wd``.

    Exactly one of ``value`` and ``file`` is set. Both empty strings are legal
    values of ``value``.
    """

    port: str
    value: str | None = None
    file: str | None = None
    delimiter: str | None = None
    """One ASCII character at which the engine splits the text into a list."""
    depth: int = 0
    """Where it is not 0, ``file`` is a directory with a list so deep, laid out as outputs are."""

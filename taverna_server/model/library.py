"""The library and the lists: entries of workflows, and what is asked of lists of either."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from taverna_server.model.run import Run, RunState

UNTITLED = "Untitled workflow"
PER_PAGE = 20
MOST_PER_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """A workflow as somebody put it into the library; several may have the same document.

    All times are aware datetimes in UTC.
    """

    number: int
    """The small integer of the Player interface: its ``workflow_id``."""
    workflow_id: str
    """SHA-256 of the document, hexadecimal."""
    owner: str | None
    """None for workflows of the house: examples, and what the command line adds."""
    title: str
    """Never empty."""
    author: str | None
    description: str | None
    category: str | None
    published: bool
    """Everybody may view it, also without an account."""
    file_name: str | None
    """What the file was called that it came in."""
    created: datetime
    updated: datetime
    type: str
    """``taverna``, ``serial``, ``cwl``, ``snakemake`` or ``yadage``."""
    inputs: tuple[tuple[str, int], ...]
    """Names and depths of the input ports, in the order of the document."""
    outputs: tuple[tuple[str, int], ...]
    details: Mapping[str, Any] = field(default_factory=dict)
    """``{"inputs": {port: {"description", "example"}}, "outputs": ...}``, where there are any."""

    def example(self, port: str) -> str | None:
        """The example value of an input port, where its author gave one."""
        return self._said("inputs", port, "example")

    def input_description(self, port: str) -> str | None:
        return self._said("inputs", port, "description")

    def output_description(self, port: str) -> str | None:
        return self._said("outputs", port, "description")

    def _said(self, side: str, port: str, what: str) -> str | None:
        found: str | None = self.details.get(side, {}).get(port, {}).get(what)
        return found


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """What is asked of the list of entries; the pages are numbered from 1."""

    text: str = ""
    """Part of title, description, author or category, in any case."""
    owner: str | None = None
    category: str | None = None
    newest_first: bool = False
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page of the list of entries."""

    entries: tuple[Entry, ...]
    total: int
    """How many there are on all pages."""


class RunOrder(enum.StrEnum):
    """By what a list of runs is sorted; the number decides between equals."""

    NUMBER = "number"
    NAME = "name"
    STATE = "state"
    STARTED = "started"
    FINISHED = "finished"


class Whose(enum.StrEnum):
    """Whose runs are wanted."""

    VISIBLE = "visible"
    """One's own, and those shared with one by name."""
    OWN = "own"
    SHARED = "shared"
    """Those of others that they shared with one by name."""
    ALL = "all"
    """Of a superuser everybody's; of anybody else the same as VISIBLE."""


@dataclass(frozen=True, slots=True)
class RunQuery:
    """What is asked of the list of runs; the pages are numbered from 1."""

    states: frozenset[RunState] = frozenset()
    """Empty for all."""
    text: str = ""
    """Part of the run's name or of the title of its workflow, in any case."""
    entry: int | None = None
    owner: str | None = None
    parent: int | None = None
    whose: Whose = Whose.VISIBLE
    embedded: bool = False
    """Whether embedded runs are in the list, too (Player dossier 1.9)."""
    sort: RunOrder = RunOrder.NUMBER
    descending: bool = True
    page: int = 1
    per_page: int = PER_PAGE
    counted: bool = True
    """Whether ``RunPage.total`` is wanted, which takes a look at all of them."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """A page of the list of runs."""

    runs: tuple[Run, ...]
    titles: Mapping[int, str]
    """Titles of their workflows, by ``Run.entry``."""
    total: int
    """How many there are on all pages; on this one, where nobody wanted it counted."""


@dataclass(frozen=True, slots=True)
class RunsOfEntry:
    """The runs of a workflow that somebody may see."""

    count: int
    newest: Run

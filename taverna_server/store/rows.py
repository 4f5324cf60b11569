"""What goes into the store and comes out of it, where the model has no word for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from taverna_server.model.identity import User
from taverna_server.model.run import Run

Ports = tuple[tuple[str, int], ...]
"""Names and depths, in the order of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What is known of a run when it is created."""

    id: str
    owner: str
    name: str
    workflow_id: str
    created: datetime
    expiry: datetime
    workflow_type: str = "taverna"
    generate_provenance: bool = False
    entry: int = 0
    """The number of its workflow in the library."""
    parent: int | None = None
    embedded: bool = False
    published: bool = False
    workspace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What is known of a workflow when it is put into the library."""

    workflow_id: str
    owner: str | None
    title: str
    author: str | None = None
    description: str | None = None
    category: str | None = None
    published: bool = False
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class UnsettledRun:
    """A run with which the reconciler has something to do, or which it watches."""

    run: Run
    deleting: bool
    """Clients see it no more; what is left of it is to be removed."""
    runner_state: Mapping[str, Any] | None
    """What the runner wants to remember; None before the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkflow:
    """What is known of a document beside its bytes."""

    type: str = "taverna"
    title: str = ""
    author: str | None = None
    description: str | None = None
    category: str | None = None
    inputs: Ports = ()
    outputs: Ports = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    """What else the annotations say: descriptions and examples of ports."""
    owner: str | None = None
    """Who submitted it first."""


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow of the library without its document (``Store.workflow_document``)."""

    id: str
    """SHA-256 of the document, hexadecimal."""
    number: int
    type: str
    title: str
    author: str | None
    description: str | None
    category: str | None
    inputs: Ports
    outputs: Ports
    details: Mapping[str, Any]
    owner: str | None
    created: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may act, and until when if nothing is heard of it."""

    holder: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """An API token, known by its hash."""

    user: str
    name: str
    created: datetime


@dataclass(frozen=True, slots=True)
class SessionRow:
    """Somebody who signed in with a browser."""

    user: User
    hash: str
    expires: datetime
    lifetime: int
    """Seconds that it lasts after its last use."""


@dataclass(frozen=True, slots=True)
class Failures:
    """How often signing in failed, and until when that counts."""

    count: int
    until: datetime

"""What the replay says, and what refers to what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from taverna_server.data.values import Value
from taverna_server.provenance.graph import Index
from taverna_server.provenance.names import Address


@dataclass(frozen=True, slots=True)
class Ref:
    """A value without its content."""

    address: Address
    kind: int
    uri: str


@dataclass(frozen=True, slots=True)
class Members:
    """The items of a list, made when they are asked for: there may be very many."""

    find: Callable[[Address, int, int], Ref]
    """Makes one, of the list's address, the place and the kind."""
    base: Address
    kinds: int | Sequence[int]
    """Of each; a number alone is that of single values."""

    def __len__(self) -> int:
        return self.kinds if isinstance(self.kinds, int) else len(self.kinds)

    def __iter__(self) -> Iterator[Ref]:
        for place in range(len(self)):
            kind = 0 if isinstance(self.kinds, int) else self.kinds[place]
            yield self.find(self.base, place, kind)


@dataclass(frozen=True, slots=True)
class Datum:
    """A value, said once (or, for lists at inputs, each time with the same words)."""

    ref: Ref
    value: Value | None
    """None for a list of which only the members are known."""
    members: Members | None
    path: str | None
    """Of its file in the bundle; a list has one only as an input or output of the run."""
    stored: bool
    """Whether that file is one of the intermediates, to be written from here."""
    maker: str | None
    """The activity that made it."""
    time: float
    port: str
    """Where it was first seen."""
    derived: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """A processor did one job."""

    uri: str
    flow: str
    """Id of the dataflow it stands in."""
    processor: str
    index: Index
    parent: str
    """The run it was part of: of the workflow, or of the processor that nests it."""
    began: float
    ended: float
    used: tuple[tuple[str, Ref], ...]
    """By port."""
    made: tuple[tuple[str, Ref], ...]
    nested: str | None
    """Id of the dataflow that it executed."""
    failure: str | None
    """The message where its outputs are errors."""


@dataclass(frozen=True, slots=True)
class RunRan:
    """The workflow itself: the last that is said."""

    began: float
    ended: float
    used: tuple[tuple[str, Ref], ...]
    made: tuple[tuple[str, Ref], ...]


Said: TypeAlias = Datum | Ran | RunRan

"""How lists meet: iteration strategies at work.

A strategy is a tree. Its leaves take pieces from the input ports, each with an
index; cross, dot and prefix join them into jobs; the root hands jobs to the
processor (execution-semantics 4).

What is unlovely, and kept because workflows depend on it: cross and dot swallow
every completion but the last, so nothing downstream of them learns of an empty
inner list. Holes in front of other items are filled by the crystallizer; empty
lists at the end are lost (4.5, cases A5 to A14).
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from taverna_server.data.values import Value
from taverna_server.engines.taverna.events import WHOLE, Index, Job
from taverna_server.engines.taverna.ports import InputPort, Receiver
from taverna_server.workflow.iteration import ports_of
from taverna_server.workflow.model import Cross, PortNode, Prefix, StrategyNode


def strategy_inlets(strategies: Sequence[StrategyNode], above: Receiver) -> dict[str, Receiver]:
    """Put a processor's strategies to work; pieces for a port go to its inlet.

    Several strategies are stages: each job of one is taken apart by the next (4.7).
    """
    first, *later = strategies
    for before, stage in reversed(list(zip(strategies, later, strict=False))):
        above = _LaterStage(before, stage, above)
    return dict(_inlets(first, above))


def _inlets(node: StrategyNode, above: Receiver) -> Iterator[tuple[str, Receiver]]:
    if isinstance(node, PortNode):
        yield node.name, above
        return
    joint = _joint_of(node, above)
    for number, child in enumerate(node.children):
        yield from _inlets(child, _Inlet(joint, number))


def _joint_of(node: StrategyNode, above: Receiver) -> _Joint:
    assert not isinstance(node, PortNode)  # noqa: S101
    width = len(node.children)
    if width == 1:
        return _Single(width, above)
    if isinstance(node, Cross):
        return _CrossProduct(width, above)
    if isinstance(node, Prefix):
        return _PrefixProduct(width, above)
    return _DotProduct(width, above)


class _Inlet:
    """Marks what comes up from one child of a joint."""

    __slots__ = ("_joint", "_number")

    def __init__(self, joint: _Joint, number: int) -> None:
        self._joint = joint
        self._number = number

    def job(self, job: Job) -> None:
        self._joint.take(self._number, job)

    def completion(self, index: Index) -> None:
        if index == WHOLE:
            self._joint.child_final(completed=True)


class _Joint(ABC):
    """Joins what its children deliver, and says when that was all (4.5)."""

    def __init__(self, width: int, above: Receiver) -> None:
        self._above = above
        self._width = width
        self._open = width
        self._completed = False

    def take(self, child: int, job: Job) -> None:
        """One piece from one child; a piece that is the whole value is also its last."""
        self._join(child, job)
        if job.index == WHOLE:
            self.child_final(completed=False)

    @abstractmethod
    def _join(self, child: int, job: Job) -> None: ...

    def child_final(self, completed: bool) -> None:
        """A child has delivered its last; when all were single values, the one job is final."""
        self._completed |= completed
        self._open -= 1
        if not self._open and self._completed:
            self._above.completion(WHOLE)


class _Single(_Joint):
    """A cross or dot of one child: jobs pass, partial completions do not."""

    def _join(self, child: int, job: Job) -> None:
        self._above.job(job)


class _CrossProduct(_Joint):
    """Each with each; the first child is the outermost dimension (4.2)."""

    def __init__(self, width: int, above: Receiver) -> None:
        super().__init__(width, above)
        self._seen: list[list[Job]] = [[] for _ in range(width)]

    def _join(self, child: int, job: Job) -> None:
        self._seen[child].append(job)
        if not all(self._seen):
            return
        others = [[job] if number == child else jobs for number, jobs in enumerate(self._seen)]
        for parts in itertools.product(*others):
            index = tuple(itertools.chain.from_iterable(part.index for part in parts))
            self._above.job(Job(index, _union(parts)))


class _DotProduct(_Joint):
    """Equal index with equal index; what finds no partner is dropped (4.3)."""

    def __init__(self, width: int, above: Receiver) -> None:
        super().__init__(width, above)
        self._waiting: dict[Index, dict[int, Job]] = defaultdict(dict)

    def _join(self, child: int, job: Job) -> None:
        parts = self._waiting[job.index]
        parts[child] = job
        if len(parts) == self._width:
            del self._waiting[job.index]
            self._above.job(Job(job.index, _union(parts[n] for n in range(self._width))))


class _PrefixProduct(_Joint):
    """A job of child 0 with every job of child 1 whose index begins with its own (4.4)."""

    def __init__(self, width: int, above: Receiver) -> None:
        super().__init__(width, above)
        self._short: dict[Index, Job] = {}
        self._long: dict[Index, list[Job]] = defaultdict(list)

    def _join(self, child: int, job: Job) -> None:
        if child == 0:
            self._short[job.index] = job
            for partner in self._long.get(job.index, ()):
                self._above.job(Job(partner.index, _union((job, partner))))
            return
        for length in range(len(job.index) + 1):
            prefix = job.index[:length]
            self._long[prefix].append(job)
            if prefix in self._short:
                self._above.job(Job(job.index, _union((self._short[prefix], job))))


def _union(parts: Iterator[Job] | Sequence[Job]) -> Mapping[str, Value]:
    union: dict[str, Value] = {}
    for part in parts:
        union.update(part.inputs)
    return union


class _LaterStage:
    """Takes each whole job of the stage before apart with a strategy of its own (4.7)."""

    def __init__(self, before: StrategyNode, stage: StrategyNode, above: Receiver) -> None:
        self._arriving = port_depths(before)
        self._wanted = port_depths(stage)
        self._stage = stage
        self._above = above

    def job(self, job: Job) -> None:
        inlets = dict(_inlets(self._stage, _Framed(job.index, self._above)))
        for name, value in job.inputs.items():
            port = InputPort(name, self._wanted[name], self._arriving[name], inlets[name])
            port.token(WHOLE, value)

    def completion(self, index: Index) -> None:
        self._above.completion(index)


class _Framed:
    """Puts the index of the outer job in front of those made from it."""

    def __init__(self, frame: Index, above: Receiver) -> None:
        self._frame = frame
        self._above = above

    def job(self, job: Job) -> None:
        self._above.job(Job(self._frame + job.index, job.inputs))

    def completion(self, index: Index) -> None:
        self._above.completion(self._frame + index)


def port_depths(node: StrategyNode) -> dict[str, int]:
    """The depth at which each port of a strategy wants its data."""
    return {leaf.name: leaf.depth for leaf in ports_of(node)}

"""A workflow in memory: what the t2flow document says, without its XML.

Everything is frozen and picklable. Names follow the document (t2flow-format
sections 1 to 7), so a reader of t2flow finds the same words here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias


@dataclass(frozen=True, slots=True)
class Bean:
    """One element of an activity's configuration.

    XStream's escapes in ``tag`` are undone (``queue__preferred`` is
    ``queue_preferred``), its ``reference`` attributes are resolved, and an
    ``element`` with a ``class`` has that class as its tag.
    """

    tag: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Bean, ...] = ()

    def find(self, tag: str) -> Bean | None:
        """The first child of that tag."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, *path: str) -> Iterator[Bean]:
        """Every descendant reached by the path of tags."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.tag == path[0]:
                yield from child.all(*path[1:])

    def text_of(self, tag: str, default: str = "") -> str:
        """The text of the first child of that tag."""
        child = self.find(tag)
        return default if child is None else child.text


@dataclass(frozen=True, slots=True)
class Annotations:
    """Descriptions for people; never used at run time."""

    title: str = ""
    author: str = ""
    description: str = ""
    example: str = ""
    mime_type: str = ""
    semantic: tuple[str, ...] = ()
    """Turtle about ``<>``, kept verbatim."""


NO_ANNOTATIONS = Annotations()


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a workflow, processor or activity.

    ``depth`` of a workflow output is not in the document: ``depths.py`` computes it.
    """

    name: str
    depth: int = 0
    granular_depth: int = 0
    """Of an output: the depth of the smallest piece its source sends."""
    annotations: Annotations = NO_ANNOTATIONS
    line: int = field(default=0, compare=False)
    """Where it stands in the document; 0: not known. The same below."""


@dataclass(frozen=True, slots=True)
class ActivityPort:
    """A port as an activity's configuration declares it."""

    name: str
    depth: int = 0
    binary: bool = False
    """Whether the activity wants bytes (``translatedElementType`` is ``[B``)."""


ERROR_CHANNEL = "error_channel"
"""The output of components for the errors that were handled."""


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """What becomes of the errors with a certain exception."""

    pattern: str
    """A regular expression for the whole text of the exception."""
    prune_trace: bool = False
    message: str | None = None
    """In place of the error's own."""


@dataclass(frozen=True, slots=True)
class ErrorHandling:
    """How a component family handles errors among outputs."""

    rules: tuple[ErrorRule, ...] = ()
    fail_lists: bool = False
    """Whether one error takes the place of the whole list it is in."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What a processor invokes."""

    kind: str
    """The last part of the class without ``Activity``, lower case: ``beanshell``,
    ``localworker``, ``stringconstant``, ``dataflow``, ``xpath``, ``externaltool``, ..."""
    class_name: str
    input_map: Mapping[str, str]
    """Processor input port to activity input port."""
    output_map: Mapping[str, str]
    """Activity output port to processor output port."""
    config: Bean | None = None
    nested: str | None = None
    """Id of the nested dataflow, where ``kind`` is ``dataflow``, or a component in its place."""
    inputs: tuple[ActivityPort, ...] = ()
    """As declared in the configuration; empty for kinds whose ports are implied."""
    outputs: tuple[ActivityPort, ...] = ()
    error_handling: ErrorHandling | None = None
    """Of a component whose family has one."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The retry layer: delays in milliseconds (execution-semantics 7.5)."""

    max_retries: int = 0
    initial_delay: int = 1000
    max_delay: int = 5000
    backoff_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop layer: the condition decides whether to run again (7.3)."""

    condition: Activity
    run_first: bool = True


@dataclass(frozen=True, slots=True)
class DispatchStack:
    """The layers around one invocation.

    Their order is fixed (parallelize, error bounce, loop, failover, retry,
    invoke), so only their configuration is kept.
    """

    max_jobs: int = 1
    retry: Retry = Retry()
    loop: Loop | None = None
    unknown_layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PortNode:
    """A leaf of an iteration strategy: the port, and the depth it wants."""

    name: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Cross:
    """Every job of one child with every job of the others."""

    children: tuple[StrategyNode, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """Jobs of equal index."""

    children: tuple[StrategyNode, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Jobs whose index begins with the other's."""

    children: tuple[StrategyNode, ...]


StrategyNode: TypeAlias = PortNode | Cross | Dot | Prefix


@dataclass(frozen=True, slots=True)
class Processor:
    """A step of a workflow."""

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    activities: tuple[Activity, ...]
    dispatch: DispatchStack = DispatchStack()
    strategies: tuple[StrategyNode, ...] = ()
    """Usually one; several are stages. Empty: no inputs, no iteration."""
    annotations: Annotations = NO_ANNOTATIONS
    line: int = field(default=0, compare=False)

    @property
    def nested(self) -> tuple[str, ...]:
        """Ids of the dataflows its activities and its loop's condition execute."""
        loop = self.dispatch.loop
        called = (*self.activities, loop.condition) if loop else self.activities
        return tuple(activity.nested for activity in called if activity.nested is not None)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a datalink: a processor's port, or with ``processor`` None the workflow's."""

    processor: str | None
    port: str


@dataclass(frozen=True, slots=True)
class DataLink:
    """Data flows from ``source`` to ``sink``."""

    source: Endpoint
    sink: Endpoint
    merge_position: int | None = None
    """Place among the links merged into one list at the sink, from 0; None: not merged."""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ControlLink:
    """``target`` waits until ``control`` has finished."""

    control: str
    target: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Dataflow:
    """One graph: the workflow itself, or one nested in it."""

    id: str
    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    processors: tuple[Processor, ...]
    datalinks: tuple[DataLink, ...]
    control_links: tuple[ControlLink, ...] = ()
    annotations: Annotations = NO_ANNOTATIONS
    line: int = field(default=0, compare=False)

    def processor(self, name: str) -> Processor:
        """Raises KeyError."""
        for processor in self.processors:
            if processor.name == name:
                return processor
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Workflow:
    """A document: the top dataflow and those nested in it, by id."""

    top: Dataflow
    nested: Mapping[str, Dataflow] = field(default_factory=dict)
    produced_by: str = ""


class Interface(NamedTuple):
    """What a client sees of a workflow without executing it."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    """Without depths: those need the whole workflow (``depths.output_depths``)."""
    name: str
    annotations: Annotations

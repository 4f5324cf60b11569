"""What an activity is to the engine.

The engine makes one ``BoundActivity`` for each activity of a processor and
invokes it once for each iteration, from a thread of its executor. Iterations
that are ready together come together (``invoke_all``), so that a kind whose
invocation crosses a process boundary pays for the crossing once.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from taverna_server.data.rundir import RunDirectory
from taverna_server.data.values import StackFrame, Value, make_list
from taverna_server.engines.taverna.activities.jvm import Jvm
from taverna_server.workflow.model import Activity, ActivityPort

Inputs: TypeAlias = Mapping[str, Value]
"""By activity port; a port that is not connected is absent. No input contains errors."""
Outputs: TypeAlias = Mapping[str, Value]
"""By activity port, each at the depth the port declares."""


class ActivityFailure(Exception):
    """The invocation failed: retry and failover see it, then it becomes an error document.

    ``message`` is the text of ``activities.md``; ``exception`` and ``trace`` are
    set where Taverna attached a Throwable.
    """

    def __init__(
        self, message: str, exception: str = "", trace: tuple[StackFrame, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.exception = exception
        self.trace = trace


class RunCancelled(Exception):
    """The run was stopped while the activity worked."""


class Cancellation(threading.Event):
    """An event that also stops what is under way, so that nobody has to poll it."""

    def __init__(self) -> None:
        super().__init__()
        self._stops: list[Callable[[], None]] = []
        self._guard = threading.Lock()

    def set(self) -> None:
        """Cancel: whatever registered with ``stopping`` is told, each in turn, once."""
        with self._guard:
            super().set()
            stops, self._stops = self._stops, []
        for stop in stops:
            stop()

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """A cancel during the block calls ``stop``, in the thread that cancels.

        After a cancel it is called at once. ``stop`` makes the block come to its end soon:
        it kills a process or closes a socket.
        """
        with self._guard:
            late = self.is_set()
            if not late:
                self._stops.append(stop)
        if late:
            stop()
        try:
            yield
        finally:
            with self._guard:
                if stop in self._stops:
                    self._stops.remove(stop)


@dataclass
class RunContext:
    """The run an activity belongs to: places, its JVM, and whether to give up."""

    wd: Path
    scratch: Path
    """For temporary files; removed with the run."""
    run_id: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    """``java`` and ``beanshell``: the executable and the jar, where not to look for them;
    ``ssh``: the command, with its options."""
    security: RunDirectory | None = None
    """The run whose credentials activities may show to services; None: there are none."""
    shared: dict[str, object] = field(default_factory=dict)
    """What activities of one kind keep for each other, by the kind's name."""
    cancelled: Cancellation = field(default_factory=Cancellation)
    jvm: Jvm = field(init=False)
    """No process until something runs in it; ``jvm.warm()`` starts it beforehand."""

    def __post_init__(self) -> None:
        java, beanshell = (str(self.options.get(name, "")) for name in ("java", "beanshell"))
        maven = str(self.options.get("maven", "mvn"))
        self.jvm = Jvm(self.wd, self.scratch, java, beanshell, maven)

    def cancel(self) -> None:
        """Give up: ends the JVM, the tools and whatever else activities have started."""
        self.cancelled.set()
        self.jvm.kill()

    def close(self) -> None:
        """Let go of the JVM; called once, when the run ends."""
        self.jvm.close()

    def check_cancelled(self) -> None:
        """Raises RunCancelled once the run was stopped; call it wherever work may last."""
        if self.cancelled.is_set():
            raise RunCancelled


class BoundActivity(ABC):
    """An activity of the workflow, bound to the run it executes in."""

    path: str = ""
    """Where its processor stands: names from the outermost workflow's on, separated by slashes."""
    instant: bool = False
    """Whether an invocation is so short that it is done where it is asked for, without a thread."""
    here: bool = False
    """Whether it must be invoked in the engine's own process, whatever the executor."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        self.activity = activity
        self.context = context

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        """What makes this configuration impossible to execute, a sentence each."""
        return ()

    @classmethod
    def output_ports(cls, activity: Activity) -> Sequence[ActivityPort]:
        """The output ports with their depths; kinds with implied ports override this."""
        return activity.outputs

    @classmethod
    def needs_jvm(cls, activity: Activity) -> bool:
        """Whether executing this activity needs the run's JVM."""
        return False

    @abstractmethod
    def invoke(self, inputs: Inputs) -> Outputs:
        """Do the work once. Ports left out become ``No data returned on port`` errors.

        May be called from several threads at once when the processor's
        ``max_jobs`` is above 1.

        Raises:
            ActivityFailure: see there.
            RunCancelled: the run was stopped meanwhile.
        """

    def invoke_all(self, batch: Sequence[Inputs]) -> Iterator[Outputs | ActivityFailure]:
        """Do the work for each of the inputs, in order, one result each as it comes."""
        for inputs in batch:
            try:
                yield self.invoke(inputs)
            except ActivityFailure as failure:
                yield failure

    def close(self) -> None:
        """Let go of what the activity holds; called once, when the run ends."""
        return


class GivesParts(BoundActivity):
    """One whose outputs are lists of which it can give each item as it comes.

    So whoever is next begins before the list is complete, where the workflow says so.
    """

    @abstractmethod
    def invoke_in_parts(self, inputs: Inputs, give: Callable[[Outputs], None]) -> None:
        """Do the work once; ``give`` takes one more item for each output.

        A failure may come after some items: those stay. Raises as ``invoke`` does.
        """

    def invoke(self, inputs: Inputs) -> Outputs:
        parts: list[Outputs] = []
        self.invoke_in_parts(inputs, parts.append)
        return {
            port.name: make_list((part[port.name] for part in parts), port.depth)
            for port in self.output_ports(self.activity)
        }

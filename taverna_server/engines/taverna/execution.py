"""One workflow, executed once: what a run on the server and one at the command line share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor

from taverna_server.data.values import Value
from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.engines.taverna.bindings import Bindings
from taverna_server.engines.taverna.driver import Controls, Driver, Ended
from taverna_server.engines.taverna.executors import remote_executor, thread_executor
from taverna_server.engines.taverna.listening import Listener, Witness
from taverna_server.engines.taverna.plan import WorkflowPlan, plan_workflow
from taverna_server.engines.taverna.scheduler import Scheduler
from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.workflow import reading
from taverna_server.workflow.components import with_components

Inputs = Callable[[WorkflowPlan], Mapping[str, Value]]
"""Reads the inputs once the workflow is known."""


def read_workflow(document: bytes, options: Mapping[str, object] | None = None) -> WorkflowPlan:
    """The workflow with its components in it.

    Raises:
        WorkflowInvalid: in the words of Taverna's command line (14).
    """
    folder = str((options or {}).get("components", ""))
    try:
        workflow = reading.read_workflow(document)
        return plan_workflow(with_components(workflow, folder, reading.read_workflow))
    except MalformedDocument as error:
        raise WorkflowInvalid([f"There was an error opening the workflow: {error}"]) from error
    except WorkflowInvalid as error:
        raise WorkflowInvalid(
            [f"There was an error validating the workflow: {problem}" for problem in error.problems]
        ) from error


def execute(
    plan: WorkflowPlan,
    read: Inputs,
    context: RunContext,
    controls: Controls,
    listeners: Sequence[Listener],
    begun: Callable[[Mapping[str, Value], Sequence[tuple[str, str]]], None],
    witness: Witness | None = None,
) -> Ended:
    """Run to the end.

    The JVM starts while the inputs are read; ``begun`` is told of them, and of
    the activities that will not work, before anything is invoked.

    Raises:
        WorkflowInvalid: from ``read``; nothing was executed.
    """
    with contextlib.ExitStack() as held:
        held.callback(context.close)
        threads = _held(held, thread_executor())
        remote = remote_executor(context.options)
        bindings = Bindings(plan, context)
        held.callback(bindings.close)
        if remote is None:
            bindings.warm()
        else:
            bindings.send_through(_held(held, remote))
        inputs = read(plan)
        begun(inputs, list(bindings.problems()))
        scheduler = Scheduler(plan, witness)
        driver = Driver(scheduler, bindings, threads, context, controls, listeners)
        return driver.run(inputs)


def _held(held: contextlib.ExitStack, executor: Executor) -> Executor:
    """Shut down at the end, whatever it still works on."""
    held.callback(executor.shutdown, wait=False, cancel_futures=True)
    return executor

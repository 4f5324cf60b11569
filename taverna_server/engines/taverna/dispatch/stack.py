"""Puts the layers of one processor on top of each other.

Layers that have nothing to do (no loop, no alternate, no retry) are left out:
most processors have only parallelize, error bounce, stop and invoke.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from taverna_server.engines.taverna.dispatch.base import Call, Layer, Services, Upper
from taverna_server.engines.taverna.dispatch.error_bounce import Erred, ErrorBounce
from taverna_server.engines.taverna.dispatch.failover import Failover
from taverna_server.engines.taverna.dispatch.invoke import Invoke
from taverna_server.engines.taverna.dispatch.loop import Loop
from taverna_server.engines.taverna.dispatch.parallelize import UNLIMITED, Parallelize
from taverna_server.engines.taverna.dispatch.retry import Retry
from taverna_server.engines.taverna.dispatch.stop import Stop
from taverna_server.engines.taverna.plan import activity_key, condition_key
from taverna_server.engines.taverna.tally import Tally
from taverna_server.workflow.model import Activity, Processor

WITH_SECOND_TRIES = 64
"""Largest batch where a failure gives the rest back: giving back costs its length."""


def build_stack(
    processor: Processor,
    depths: Mapping[str, int],
    place: tuple[str, str],
    in_parts: bool,
    top: Upper,
    hooks: tuple[Callable[[], None], Erred],
    condition_ports: Sequence[str],
    tally: Tally,
    services: Services,
) -> Parallelize:
    """The stack of a processor in one instance of its dataflow.

    ``place`` is the processor's path and label; ``in_parts`` lets activities give
    lists item by item; ``hooks`` are called when the stack has room again and when
    a job's outputs are errors.
    """
    path, label = place
    wake, erred = hooks
    second_tries = processor.dispatch.retry.max_retries > 0 or len(processor.activities) > 1
    calls = [
        Call(activity, activity_key(path, number), label, path, second_tries, in_parts)
        for number, activity in enumerate(processor.activities)
    ]
    largest = _largest_batch(processor)
    parallelize = Parallelize(processor.dispatch.max_jobs, largest, tally, wake)
    layers: list[Layer] = [parallelize, ErrorBounce(processor.name, depths, erred)]
    if processor.dispatch.loop is not None:
        loop = processor.dispatch.loop
        condition = Call(loop.condition, condition_key(path), f"{label}?", path)
        layers.append(Loop(condition, condition_ports, loop.run_first, services))
    if len(calls) > 1:
        layers.append(Failover(len(calls)))
    if processor.dispatch.retry.max_retries > 0:
        layers.append(Retry(processor.dispatch.retry, label, services))
    layers += [Stop(services), Invoke(processor.name, calls, depths, services)]
    _connect(layers, top)
    return parallelize


def _connect(layers: Sequence[Layer], top: Upper) -> None:
    layers[0].above = top
    for upper, lower in pairwise(layers):
        upper.below = lower
        lower.above = upper


def _largest_batch(processor: Processor) -> int:
    """A loop or a nested workflow takes each job through the scheduler many times."""
    if processor.dispatch.loop is not None or any(map(_is_nested, processor.activities)):
        return 1
    if processor.dispatch.retry.max_retries > 0 or len(processor.activities) > 1:
        return WITH_SECOND_TRIES
    return UNLIMITED


def _is_nested(activity: Activity) -> bool:
    return activity.nested is not None

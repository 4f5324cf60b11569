"""Beanshell scripts, and the local workers that are scripts (activities.md 1 and 2).

The interpreter is BeanShell 2.0b4 itself, in the run's JVM. Values go in under
their port's name without the characters a variable cannot have; a port that is
not connected leaves its variable ``void``. Outputs are read under the port's raw
name, so that one called ``a-b`` never has a value. Nothing of one invocation
is left for the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from taverna_server.data.values import ErrorDocument, Value
from taverna_server.engines.taverna.activities import jvm
from taverna_server.engines.taverna.activities.artifacts import Artifact, declared
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunCancelled,
    RunContext,
)
from taverna_server.engines.taverna.activities.jvmprocess import Answer
from taverna_server.engines.taverna.activities.scriptvalues import (
    as_bytes,
    as_text,
    from_script,
    stack,
)
from taverna_server.workflow.model import Activity

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_]")


class Beanshell(BoundActivity):
    """Runs the script of the configuration in the run's JVM."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._script = context.jvm.declare(
            script_text(activity),
            [variable(port.name) for port in activity.inputs],
            [(port.name, port.depth) for port in activity.outputs],
        )
        self._artifacts = declared(activity)
        context.jvm.libraries.need(self._artifacts)
        self._renderers: list[tuple[str, Callable[[Value], Any]]] = [
            (port.name, as_bytes if port.binary else as_text) for port in activity.inputs
        ]

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        if activity.config is None or activity.config.find("script") is None:
            yield "The script is missing."

    @classmethod
    def needs_jvm(cls, activity: Activity) -> bool:
        return True

    def invoke(self, inputs: Inputs) -> Outputs:
        for result in self.invoke_all((inputs,)):
            if isinstance(result, ActivityFailure):
                raise result
            return result
        raise AssertionError("one invocation has one result")

    def invoke_all(self, batch: Sequence[Inputs]) -> Iterator[Outputs | ActivityFailure]:
        if missing := self.context.jvm.libraries.missing(self._artifacts):
            yield from [_without(missing)] * len(batch)
            return
        answers = self.context.jvm.run(self._script, map(self._row, batch))
        done = 0
        with closing(answers):
            try:
                for answer in answers:
                    done += 1
                    yield self._result(answer)
            except jvm.JvmClosed:
                raise RunCancelled from None
            except jvm.JvmMissing as reason:
                for _ in batch[done:]:
                    yield ActivityFailure(str(reason))

    def _row(self, inputs: Inputs) -> list[Any]:
        return [
            render(inputs[name]) if name in inputs else None for name, render in self._renderers
        ]

    def _result(self, answer: Answer) -> Outputs | ActivityFailure:
        status, payload = answer
        if status == jvm.VALUES:
            return {
                port.name: _output(port.name, value, port.depth)
                for port, value in zip(self.activity.outputs, payload, strict=True)
            }
        return self._failure(status, payload)

    def _failure(self, status: int, payload: tuple[Any, ...]) -> ActivityFailure:
        name = self.activity.class_name
        if status == jvm.EVALUATION_FAILED:
            return ActivityFailure(payload[0])
        if status == jvm.DATA_FAILED:
            return ActivityFailure(
                f"Error accessing beanshell input/output data for {name}", payload[0]
            )
        if status == jvm.UNCAUGHT:
            message = f"Uncaught exception while invoking {name}"
            return ActivityFailure(message, payload[0], stack(payload[1]))
        if status == jvm.EXITED:
            return ActivityFailure("The script ended the Java process it ran in (System.exit)")
        return ActivityFailure(f"The Java process that ran the script is gone: {payload[0]}")


def _without(missing: Sequence[Artifact]) -> ActivityFailure:
    names = ", ".join(map(str, missing))
    return ActivityFailure(
        "Unable to obtain the classloader for Beanshell service: there is no jar of "
        f"{names}; upload it into the run's lib directory, or install Maven on the server"
    )


def script_text(activity: Activity) -> str:
    """The script as the configuration has it."""
    return activity.config.text_of("script") if activity.config else ""


def variable(port: str) -> str:
    """The variable that holds a port's value: ``xml-text`` is ``xmltext``."""
    return _NOT_IN_A_NAME.sub("", port)


def _output(name: str, value: Any, depth: int) -> Value:
    if value is None:
        return ErrorDocument(f"No value produced for output variable {name}", depth)
    return from_script(value, depth)

"""JSON files of a bundle: what t2flow says of an activity and of dispatch layers, without loss."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.workflow.activities import make_activity
from taverna_server.workflow.dispatch import (
    MAX_DELAY,
    MAX_JOBS,
    MAX_RETRIES,
    read_condition,
)
from taverna_server.workflow.elements import Findings
from taverna_server.workflow.model import Activity, Bean, DispatchStack, Loop, Retry

MAX_ELEMENTS = 1_000_000
"""Elements of all beans of a workflow, shared ones written out."""


class BeanWriter:
    """Beans as JSON, up to a size: what t2flow shares by reference is written out here."""

    def __init__(self) -> None:
        self._left = MAX_ELEMENTS

    def write(self, bean: Bean) -> dict[str, Any]:
        """Raises WorkflowInvalid: too large."""
        self._left -= 1
        if self._left < 0:
            raise WorkflowInvalid(["the configurations are too large for a workflow bundle"])
        data: dict[str, Any] = {"tag": bean.tag}
        if bean.text:
            data["text"] = bean.text
        if bean.attributes:
            data["attributes"] = dict(bean.attributes)
        if bean.children:
            data["children"] = [self.write(child) for child in bean.children]
        return data

    def activity(self, activity: Activity) -> dict[str, Any]:
        """What the profile does not say of an activity."""
        data: dict[str, Any] = {"class": activity.class_name}
        if activity.nested is not None:
            data["nested"] = activity.nested
        if activity.config is not None:
            data["configuration"] = self.write(activity.config)
        return data

    def condition(self, activity: Activity) -> dict[str, Any]:
        """A whole activity, which no profile mentions."""
        maps = {"inputMap": dict(activity.input_map), "outputMap": dict(activity.output_map)}
        return self.activity(activity) | maps


def load(content: bytes, name: str) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        MalformedDocument: it holds something else.
    """
    try:
        data = json.loads(content)
        json.dumps(data, ensure_ascii=False).encode()  # refuses halves of characters
    except (ValueError, RecursionError) as error:
        raise MalformedDocument(f"'{name}' of the bundle is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise MalformedDocument(f"'{name}' of the bundle is not a JSON object")
    return data


def read_bean(data: Any) -> Bean:
    """Raises ValueError where it is no bean."""
    if not isinstance(data, dict) or not isinstance(data.get("tag"), str):
        raise ValueError("a configuration that is no element")
    text, children = data.get("text", ""), data.get("children", [])
    if not isinstance(text, str) or not isinstance(children, list):
        raise ValueError("a configuration with a text that is none")
    attributes = _texts(data.get("attributes", {}))
    return Bean(data["tag"], text, attributes, tuple(map(read_bean, children)))


def read_activity(data: Any) -> Activity:
    """An activity that ``BeanWriter.condition`` wrote. Raises ValueError."""
    if not isinstance(data, dict) or not isinstance(data.get("class"), str):
        raise ValueError("an activity without class")
    nested = data.get("nested")
    if nested is not None and not isinstance(nested, str):
        raise ValueError("a nested workflow without id")
    config = data.get("configuration")
    return make_activity(
        data["class"],
        _texts(data.get("inputMap", {})),
        _texts(data.get("outputMap", {})),
        None if config is None else read_bean(config),
        nested,
    )


def _texts(data: Any) -> dict[str, str]:
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ValueError("an object of texts was expected")
    return data


def write_dispatch(stack: DispatchStack, writer: BeanWriter) -> dict[str, Any]:
    """Only what is not as usual."""
    data: dict[str, Any] = {}
    if stack.max_jobs != 1:
        data["parallelize"] = {"maxJobs": stack.max_jobs}
    if stack.retry != Retry():
        data["retry"] = {
            "maxRetries": stack.retry.max_retries,
            "initialDelay": stack.retry.initial_delay,
            "maxDelay": stack.retry.max_delay,
            "backoffFactor": stack.retry.backoff_factor,
        }
    if stack.loop is not None:
        condition = writer.condition(stack.loop.condition)
        data["loop"] = {"runFirst": stack.loop.run_first, "condition": condition}
    if stack.unknown_layers:
        data["unknownLayers"] = list(stack.unknown_layers)
    return data


def read_dispatch(data: Mapping[str, Any], findings: Findings) -> DispatchStack:
    """The layers of a processor's configuration."""
    retry, default = _object(data, "retry"), Retry()
    numbers = _Numbers(findings)
    unknown = data.get("unknownLayers", [])
    return DispatchStack(
        max(1, int(numbers.read(_object(data, "parallelize"), "maxJobs", 1, MAX_JOBS))),
        Retry(
            int(numbers.read(retry, "maxRetries", default.max_retries, MAX_RETRIES)),
            int(numbers.read(retry, "initialDelay", default.initial_delay, MAX_DELAY)),
            int(numbers.read(retry, "maxDelay", default.max_delay, MAX_DELAY)),
            numbers.read(retry, "backoffFactor", default.backoff_factor, 1e6),
        ),
        _loop(_object(data, "loop"), findings),
        tuple(
            filter(lambda name: isinstance(name, str), unknown if isinstance(unknown, list) else [])
        ),
    )


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _loop(data: Mapping[str, Any], findings: Findings) -> Loop | None:
    """Ours holds an activity; Taverna's own the XML of one, as t2flow does."""
    run_first = data.get("runFirst") is not False
    if isinstance(written := data.get("conditionXML"), str) and written.strip():
        condition = read_condition(written, findings)
        return None if condition is None else Loop(condition, run_first)
    if "condition" not in data:
        return None
    try:
        return Loop(read_activity(data["condition"]), run_first)
    except ValueError as error:
        findings.add_at(0, f"the condition of a loop is {error}")
        return None


class _Numbers:
    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def read(self, data: Mapping[str, Any], name: str, default: float, most: float) -> float:
        """The default where missing, a finding where not a number from 0."""
        found = data.get(name, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            found = -1
        if not 0 <= found < math.inf:
            self.findings.add_at(0, f"{name} is {str(data.get(name))[:40]!r}, not a number from 0")
            return default
        return float(min(found, most))

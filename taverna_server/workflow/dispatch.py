"""The dispatch stack of a processor: retry, parallelize, loop (t2flow-format 3.3)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.etree import local_name, parse_xml
from taverna_server.workflow.activities import read_activity, read_configuration
from taverna_server.workflow.elements import Findings, child, children, text_at
from taverna_server.workflow.model import Activity, Bean, DispatchStack, Loop, Retry

Number = TypeVar("Number", int, float)

MAX_JOBS = 10_000
MAX_RETRIES = 1_000_000
MAX_DELAY = 10**10
"""In milliseconds: four months."""

_PLAIN_LAYERS = {"ErrorBounce", "Failover", "Invoke", "Stop", "IntermediateProvenance"}


def read_dispatch(element: etree._Element | None, findings: Findings) -> DispatchStack:
    """The configuration of the layers; their order is always the same and not kept."""
    jobs, retry, loop, unknown = 1, Retry(), None, []
    for layer in children(element, "dispatchLayer"):
        name = text_at(layer, "class").rpartition(".")[2]
        holder = child(layer, "configBean")
        if name == "Parallelize":
            jobs = _max_jobs(holder, findings)
        elif name == "Retry":
            retry = _retry(holder, findings)
        elif name == "Loop":
            loop = _loop(holder, findings)
        elif name not in _PLAIN_LAYERS:
            unknown.append(text_at(layer, "class"))
    return DispatchStack(jobs, retry, loop, tuple(unknown))


def _max_jobs(holder: etree._Element | None, findings: Findings) -> int:
    bean = read_configuration(holder, findings)
    if holder is None or bean is None:
        return 1
    return max(1, _Numbers(bean, holder, findings).whole("maxJobs", 1, MAX_JOBS))


def _retry(holder: etree._Element | None, findings: Findings) -> Retry:
    bean = read_configuration(holder, findings)
    if holder is None or bean is None:
        return Retry()
    numbers, default = _Numbers(bean, holder, findings), Retry()
    return Retry(
        numbers.whole("maxRetries", default.max_retries, MAX_RETRIES),
        numbers.whole("initialDelay", default.initial_delay, MAX_DELAY),
        numbers.whole("maxDelay", default.max_delay, MAX_DELAY),
        numbers.factor("backoffFactor", default.backoff_factor),
    )


def _loop(holder: etree._Element | None, findings: Findings) -> Loop | None:
    """None for a loop that was added and never set up: it lets everything pass."""
    bean = read_configuration(holder, findings)
    written = "" if bean is None else bean.text_of("conditionXML").strip()
    if holder is None or bean is None or not written:
        return None
    condition = read_condition(written, findings.within(holder))
    run_first = bean.text_of("runFirst", "true").strip() != "false"
    return None if condition is None else Loop(condition, run_first)


def read_condition(written: str, findings: Findings) -> Activity | None:
    """The activity whose XML is the text of ``conditionXML``."""
    try:
        element = parse_xml(written.encode("utf-8"))
    except MalformedDocument as error:
        findings.add_at(findings.line, f"the condition of a loop is {error}")
        return None
    if local_name(element) != "activity":
        sentence = f"the condition of a loop is <{local_name(element)}>, not an <activity>"
        findings.add_at(findings.line, sentence)
        return None
    return read_activity(element, findings)


class _Numbers:
    """Numbers of a bean: the default where missing, a finding where not a number."""

    def __init__(self, bean: Bean, holder: etree._Element, findings: Findings) -> None:
        self.bean, self.holder, self.findings = bean, holder, findings

    def whole(self, field: str, default: int, most: int) -> int:
        return self._number(field, default, int, most)

    def factor(self, field: str, default: float) -> float:
        return self._number(field, default, float, 1e6)

    def _number(
        self, field: str, default: Number, convert: Callable[[str], Number], most: float
    ) -> Number:
        written = self.bean.text_of(field).strip()
        if not written:
            return default
        try:
            number = convert(written[:40])
        except ValueError:
            number = convert("-1")
        if not math.isfinite(number) or number < 0:
            self.findings.add(self.holder, f"{field} is '{written[:40]}', not a number from 0")
            return default
        return min(number, convert(str(int(most))))

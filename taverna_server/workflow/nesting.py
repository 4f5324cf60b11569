"""Workflows in workflows: every reference leads somewhere, and none back to where it came from.

A workflow that is executed in several places is in the document once, and one of
those again and again: twenty such levels in a few lines are a million processors.
"""

from __future__ import annotations

from collections.abc import Mapping

from taverna_server.workflow.elements import MAX_NESTING, Findings
from taverna_server.workflow.model import Dataflow, Workflow

MOST_PROCESSORS = 10_000
"""With those of nested workflows; the largest published workflow has 114."""


def check_nesting(workflow: Workflow, findings: Findings) -> None:
    """Notes references to nothing, circles, and more levels or processors than are sensible."""
    nesting = _Nesting(workflow.nested, findings)
    nesting.visit(workflow.top, (workflow.top.id,))
    if nesting.sizes[workflow.top.id] > MOST_PROCESSORS:
        sentence = f"with its nested workflows it has more than {MOST_PROCESSORS:,} processors"
        findings.add_at(workflow.top.line, sentence)


class _Nesting:
    def __init__(self, nested: Mapping[str, Dataflow], findings: Findings) -> None:
        self._nested, self._findings = nested, findings
        self._heights: dict[str, int] = {}
        """Levels of nesting from a dataflow down, of those that are done."""
        self.sizes: dict[str, int] = {}
        """Processors of a dataflow and below, counted wherever they are executed."""

    def visit(self, dataflow: Dataflow, path: tuple[str, ...]) -> int:
        """Levels of nesting from this dataflow down; ``path`` leads to it."""
        deepest, size = 0, len(dataflow.processors)
        for processor in dataflow.processors:
            for ref in filter(None, processor.nested):
                fault = self._fault_of(ref, path)
                if fault:
                    sentence = f"processor '{processor.name}' {fault}"
                    self._findings.add_at(processor.line, sentence)
                elif ref not in self._heights:
                    self._heights[ref] = 1 + self.visit(self._nested[ref], (*path, ref))
                deepest = max(deepest, self._heights.get(ref, 0))
                size += self.sizes.get(ref, 0)
        self.sizes[path[-1]] = size
        return deepest

    def _fault_of(self, ref: str, path: tuple[str, ...]) -> str:
        if ref in path:
            return "executes a workflow that it is itself a part of"
        if ref not in self._nested:
            return f"executes the dataflow '{ref}', which is not in the document"
        if len(path) + self._heights.get(ref, 1) > MAX_NESTING:
            return f"is nested deeper than {MAX_NESTING} workflows"
        return ""

"""Workflows in workflows: every reference leads somewhere, and none back to where it came from."""

from __future__ import annotations

from collections.abc import Mapping

from taverna_server.workflow.elements import MAX_NESTING, Findings
from taverna_server.workflow.model import Dataflow, Workflow


def check_nesting(workflow: Workflow, findings: Findings) -> None:
    """Notes references to nothing, circles, and more levels than ``MAX_NESTING``."""
    _Nesting(workflow.nested, findings).visit(workflow.top, (workflow.top.id,))


class _Nesting:
    def __init__(self, nested: Mapping[str, Dataflow], findings: Findings) -> None:
        self._nested, self._findings = nested, findings
        self._heights: dict[str, int] = {}
        """Levels of nesting from a dataflow down, of those that are done."""

    def visit(self, dataflow: Dataflow, path: tuple[str, ...]) -> int:
        """Levels of nesting from this dataflow down; ``path`` leads to it."""
        deepest = 0
        for processor in dataflow.processors:
            for ref in filter(None, processor.nested):
                fault = self._fault_of(ref, path)
                if fault:
                    sentence = f"processor '{processor.name}' {fault}"
                    self._findings.add_at(processor.line, sentence)
                elif ref not in self._heights:
                    self._heights[ref] = 1 + self.visit(self._nested[ref], (*path, ref))
                deepest = max(deepest, self._heights.get(ref, 0))
        return deepest

    def _fault_of(self, ref: str, path: tuple[str, ...]) -> str:
        if ref in path:
            return "executes a workflow that it is itself a part of"
        if ref not in self._nested:
            return f"executes the dataflow '{ref}', which is not in the document"
        if len(path) + self._heights.get(ref, 1) > MAX_NESTING:
            return f"is nested deeper than {MAX_NESTING} workflows"
        return ""

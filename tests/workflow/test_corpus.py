"""Every published workflow can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.workflow.problems import check
from taverna_server.workflow.t2flow import read_ports, read_t2flow

from ..corpus import FILES, needs_corpus

pytestmark = needs_corpus


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published_workflow_can_be_read(path: Path) -> None:
    document = path.read_bytes()
    workflow = read_t2flow(document)
    found = read_ports(document)
    assert workflow.top.inputs == found.inputs
    assert workflow.top.outputs == found.outputs
    assert workflow.top.annotations == found.annotations


def test_published_workflows_are_valid_but_for_six() -> None:
    """The six are test files that are wrong on purpose (t2flow-format 9)."""
    invalid = {path.stem for path in FILES if check(read_t2flow(path.read_bytes()))}
    assert invalid == {
        "annotated2.2", "annotation_with_backslash", "rdf-in-example-annotation",
        "missing_merge", "dataflow_link_then_merge", "merge_then_dataflow_link",
    }  # fmt: skip

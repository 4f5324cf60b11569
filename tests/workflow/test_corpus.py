"""Every published workflow can be read. They lie outside the project (TAVERNA_CORPUS)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taverna_server.workflow.t2flow import read_ports, read_t2flow

CORPUS = Path(
    os.environ.get("TAVERNA_CORPUS", Path(__file__).parents[2] / ".." / "shared" / "corpus")
)
FILES = sorted(CORPUS.rglob("*.t2flow"))

pytestmark = pytest.mark.skipif(
    not FILES, reason="no published workflows: set TAVERNA_CORPUS to a folder of .t2flow files"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published_workflow_can_be_read(path: Path) -> None:
    document = path.read_bytes()
    workflow = read_t2flow(document)
    found = read_ports(document)
    assert workflow.top.inputs == found.inputs
    assert workflow.top.outputs == found.outputs
    assert workflow.top.annotations == found.annotations

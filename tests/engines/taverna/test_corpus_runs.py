"""Published workflows that need nothing but this machine run on it, as the documentation says.

Where Taverna's own outputs were recorded, these are the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.corpus import FILES, needs_corpus
from tests.corpus_table import ROOT, files, recorded_value, table
from tests.engines.taverna.activities.test_recorded import comparable

pytestmark = needs_corpus


@cache
def lines() -> frozenset[str]:
    return frozenset((ROOT / "docs" / "corpus.md").read_text().splitlines())


@cache
def outcome(path: Path) -> str:
    found: str = table().outcome_of(files()[path])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published_workflow_does_what_the_table_says(path: Path) -> None:
    """Stale? ``make docs`` writes the table anew. Of the same workflow in several files,
    one is executed."""
    found = files()[path]
    first = next(other for other in files().values() if other.workflow == found.workflow)
    assert table().row(found, outcome(first.path)) in lines()


def test_table_has_every_file_and_no_other() -> None:
    rows = [line for line in lines() if line.startswith("| ") and not line.startswith("| ---")]
    assert len(rows) == len(FILES) + 1


def recorded() -> list[tuple[Path, str]]:
    """Workflow and run, of those that can be compared as a whole."""
    return [
        (found.path, run.name)
        for found in files().values()
        if found.offline
        for run in table().recorded_runs(found)
    ]


@pytest.mark.parametrize(("path", "run"), recorded() if FILES else [])
def test_recorded_inputs_give_the_recorded_outputs(path: Path, run: str) -> None:
    found = files()[path]
    folder = path.parent / run
    outputs = table().outputs_of(found, table().inputs_for(found, folder))
    for port in found.workflow.top.outputs:
        assert comparable(outputs[port.name]) == recorded_value(folder, port.name)

"""Published workflows that need nothing but this machine run on it, as the documentation says.

Where Taverna's own outputs were recorded, these are the same.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from taverna_server.data.values import Value
from tests.corpus import CORPUS, FILES, needs_corpus
from tests.engines.taverna.activities.test_recorded import comparable

ROOT = Path(__file__).parents[3]

pytestmark = needs_corpus


@cache
def table() -> ModuleType:
    """The script that writes the page."""
    path = ROOT / "scripts" / "write_corpus_table.py"
    spec = importlib.util.spec_from_file_location("write_corpus_table", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def lines() -> frozenset[str]:
    return frozenset((ROOT / "docs" / "corpus.md").read_text().splitlines())


@cache
def files() -> dict[Path, Any]:
    """What the script knows of each file."""
    return {found.path: found for found in table().published(CORPUS)}


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


def recorded() -> list[tuple[str, str]]:
    """Workflow and run, of those that can be compared as a whole."""
    return [
        (str(found.path), run.name)
        for found in files().values()
        if found.offline
        for run in table().recorded_runs(found)
    ]


@pytest.mark.parametrize(("path", "run"), recorded() if FILES else [])
def test_recorded_inputs_give_the_recorded_outputs(path: str, run: str) -> None:
    found = files()[Path(path)]
    folder = found.path.parent / run
    outputs = table().outputs_of(found, table().inputs_for(found, folder))
    for port in found.workflow.top.outputs:
        assert same(outputs[port.name], folder, port.name)


def same(value: Value, folder: Path, port: str) -> bool:
    """An empty list leaves no file in a record."""
    path = next((p for p in (folder / port, *folder.glob(f"{port}.*")) if p.exists()), None)
    depth = getattr(value, "depth", 0)
    if path is None:
        return comparable(value) == []
    return comparable(value) == comparable(table().load(path, depth))

"""A bundle of any number of values takes no more memory than its ZIP's directory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from taverna_server.data.values import make_list
from taverna_server.provenance.bundle import Story, write_bundle
from tests.engines.taverna.building import flow, step
from tests.provenance.bundles import HALVES
from tests.provenance.recorded import RUN, Recorded

CHAIN = flow(
    {"a": 1}, [step("P", {"a": 0}), step("Q", {"a": 0})], "a > P.a", "P.o > Q.a", "Q.o > o"
)


def peak(folder: Path, items: int) -> int:
    """Bytes that writing a bundle takes at most; each item is 200 bytes and three files."""
    folder.mkdir()
    inputs = {"a": make_list(f"{number:0200}" for number in range(items))}
    recorded = Recorded(folder, CHAIN, inputs, keep=False)
    story = Story(
        RUN,
        HALVES.read_bytes(),
        recorded.replay.graph,
        folder / "records",
        inputs,
        recorded.play.outputs,
    )
    tracemalloc.start()
    try:
        assert write_bundle(folder / "run.bundle.zip", story, folder)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_grows_only_with_the_directory_of_the_zip(tmp_path: Path) -> None:
    """100,000 items, measured by hand, took 12 MB more than none; here are fewer."""
    few, many = peak(tmp_path / "few", 300), peak(tmp_path / "many", 1800)
    trace_and_crate = 1500 * 8000
    assert many - few < 1500 * 2000 < trace_and_crate / 2

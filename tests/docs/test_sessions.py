"""Sessions in the documentation work when they are pasted into a shell."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.server import Server, running

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/rest.md", "docs/player.md")
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(document: str) -> list[str]:
    return BLOCK.findall((ROOT / document).read_text())


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that looks as the clone does to somebody who pastes."""
    directory = tmp_path_factory.mktemp("clone")
    (directory / "examples").symlink_to(ROOT / "examples")
    (directory / ".venv").symlink_to(sys.prefix)
    return directory


@pytest.fixture(scope="module")
def server(clone: Path) -> Iterator[Server]:
    with running(clone) as server:
        assert server.data == clone / "data"
        yield server


@pytest.fixture(scope="module")
def printed(server: Server, clone: Path) -> str:
    """What all sessions print, one after the other in the same shell."""
    session = "\n".join(block for document in DOCUMENTS for block in _blocks(document))
    assert "localhost:8080" in session
    script = "set -eu -o pipefail\n" + session.replace("localhost:8080", f"127.0.0.1:{server.port}")
    done = subprocess.run(
        ["bash", "-c", script], cwd=clone, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "curl:" not in done.stderr
    return done.stdout


def test_promised_values_are_printed(printed: str) -> None:
    for document in DOCUMENTS:
        promised = re.findall(
            r"^(?:taverna|player) .*  # (.+)$", "".join(_blocks(document)), re.MULTILINE
        )
        assert promised
        assert [value for value in promised if value not in printed] == []


def test_documents_come_in_both_forms(printed: str) -> None:
    assert "workflowOutputs" in printed
    assert "<?xml" in printed
    assert '{"runDescription":' in printed.replace(" ", "")


def test_outputs_come_as_a_zip(printed: str, clone: Path) -> None:
    with zipfile.ZipFile(clone / "out.zip") as archive:
        assert archive.read("joined") == b"Down the rabbit-hole"


def test_workflows_run_without_a_server(printed: str, clone: Path) -> None:
    assert (clone / "concatenated" / "joined").read_text() == "Down the hatch"
    assert (clone / "paired" / "pairs" / "2" / "3").read_text() == "green fox"


def test_nothing_is_left_of_the_runs(printed: str, server: Server) -> None:
    deadline = time.monotonic() + 10
    while list((server.data / "runs").glob("[!.]*")):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_results_of_the_player_come_with_dots(printed: str, clone: Path) -> None:
    with zipfile.ZipFile(clone / "results.zip") as archive:
        assert archive.read("joined.txt") == b"Down the looking-glass"

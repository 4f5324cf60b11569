"""The benchmarks keep working; their numbers are for people to judge."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)  # a dozen servers start and stop


@pytest.fixture(scope="module")
def printed() -> str:
    """Everything that tiny numbers print."""
    command = [sys.executable, str(Path(__file__).parent), "--smoke"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "measurement",
    [
        "POST to Finished",
        "executeworkflow alone",
        "executeworkflow of it",
        "executeworkflow of the same",
        "serial, from POST to finished",
        "CWL, from POST to finished",
        "a page of 100 files",
        "GET status",
        "GET one run",
        "GET runs, 10 own, 10 of others",
        "GET runs, 10 own, 100 of others",
        "list of runs",
        "page of a run",
        "page of its long list",
        "last page of it",
        "status, read beside them",
        "CPU of the server for a viewer",
        "GET /runs, 10 runs",
        "GET /runs, 20 runs",
        "GET one run, 20 items",
        "GET one item, 20 items",
        "draw a workflow",
        "draw 500 processors and 1,000 links",
        "string-only local worker",
        "beanshell",
        "string-only local worker, 20 items",
        "beanshell, 40 items",
        "external tool, 40 items",
        "without a JVM",
        "with a JVM",
        "2 at a time",
        "in processes of this machine",
        "on two Dask workers",
    ],
)
def test_every_measurement_is_printed_beside_its_floor(printed: str, measurement: str) -> None:
    assert re.search(rf"^  {re.escape(measurement)} .*\d.* floor", printed, re.MULTILINE)

"""An engine that is killed, and the runner that clears away what it leaves."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from taverna_server.engines.descendants import descendants
from taverna_server.engines.steps.foreign import python_of
from taverna_server.runner.local import LocalRunner
from tests.engines.foreign import COMMAND, ForeignRun, prepare

LONG = "setsid sleep 60 & sleep 60"


def _serial() -> tuple[dict[str, Any], dict[str, str]]:
    return {"specification": {"steps": [{"commands": [LONG], "environment": ""}]}}, {}


def _cwl() -> tuple[dict[str, Any], dict[str, str]]:
    tool = {"class": "CommandLineTool", "cwlVersion": "v1.2", "inputs": {}, "outputs": {}}
    return {"specification": {**tool, "baseCommand": ["sh", "-c", LONG]}}, {}


def _snakemake() -> tuple[dict[str, Any], dict[str, str]]:
    return {"file": "Snakefile"}, {"Snakefile": f'rule long:\n    shell: "{LONG}"\n'}


def _yadage() -> tuple[dict[str, Any], dict[str, str]]:
    workflow = f"""
stages:
- name: long
  dependencies: [init]
  scheduler:
    scheduler_type: singlestep-stage
    parameters: {{}}
    step:
      process: {{process_type: string-interpolated-cmd, cmd: '{LONG}'}}
      publisher: {{publisher_type: constant-pub, publish: {{}}}}
      environment: {{environment_type: docker-encapsulated, image: python}}
"""
    return {"file": "workflow.yaml"}, {"workflow.yaml": workflow}


MAKERS = {"serial": _serial, "cwl": _cwl, "snakemake": _snakemake, "yadage": _yadage}


@pytest.fixture(params=MAKERS)
def run(request: pytest.FixtureRequest, tmp_path: Path) -> ForeignRun:
    kind = request.param
    if kind != "serial" and python_of(kind) is None:
        pytest.skip(f"{kind} is not installed here")
    workflow, files = MAKERS[kind]()
    return prepare(tmp_path, {"workflow": {"type": kind, **workflow}}, files)


def test_nothing_outlives_an_engine_that_was_killed(run: ForeignRun) -> None:
    runner = LocalRunner([sys.executable, *COMMAND[1:]])
    *_, state = runner.start(run.run_id, run.directory.root, {})
    run.until_running()
    below = _sleepers(state["pid"])
    os.kill(state["pid"], signal.SIGKILL)
    runner.stop(state, grace=0)
    assert [pid for pid in below if _is_alive(pid)] == []


def _sleepers(pid: int) -> list[int]:
    """All below it, when the step has started what it is to start."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        below = list(descendants(pid))
        if sum(_command(each) == "sleep" for each in below) == 2:
            return below
        time.sleep(0.01)
    raise AssertionError("the step started nothing")


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False

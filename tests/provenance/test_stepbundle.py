"""Bundles of runs of REANA's workflow types."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.engines.foreign import ForeignRun, prepare
from tests.provenance.test_crate import TOOLS, problems

COPY = "cp data/in.txt out.txt; echo log"
STEPS = [
    {
        "name": "copy",
        "environment": "python:3.11",
        "commands": ["cp data/in.txt out.txt; echo log"],
    },
    {"name": "count", "environment": "", "commands": ["wc -l $file", "exit $code"]},
]


def serial(root: Path, **parameters: Any) -> ForeignRun:
    given = {"file": "out.txt", "code": 0, **parameters}
    told = {
        "inputs": {"parameters": given},
        "workflow": {"type": "serial", "specification": {"steps": STEPS}},
    }
    return prepare(root, told, {"data/in.txt": "one\n", ".hidden": "no"}, provenance=True)


def crate_of(run: ForeignRun) -> dict[str, Any]:
    with zipfile.ZipFile(run.directory.run_bundle) as bundle:
        graph = json.loads(bundle.read("ro-crate-metadata.json"))["@graph"]
    return {entity["@id"]: entity for entity in graph}


def test_bundle_holds_the_workspace_the_logs_and_the_workflow(tmp_path: Path) -> None:
    run = serial(tmp_path)
    assert run.execute() == 0, run.engine_log
    with zipfile.ZipFile(run.directory.run_bundle) as bundle:
        names = set(bundle.namelist())
        assert bundle.read("workspace/out.txt") == b"one\n"
        assert bundle.read(f"jobs/{run.jobs()[0]['log']}") == b"log\n"
        assert bundle.namelist()[0] == "mimetype"
    logs = {f"jobs/{job['log']}" for job in run.jobs()}
    documents = {"mimetype", "reana.json", "ro-crate-metadata.json", ".ro/manifest.json"}
    assert names == documents | logs | {"workspace/data/in.txt", "workspace/out.txt"}


def test_crate_tells_what_ran_and_what_came_of_it(tmp_path: Path) -> None:
    run = serial(tmp_path)
    run.execute()
    crate = crate_of(run)
    action = crate[f"urn:uuid:{run.jobs()[0]['id']}"]
    assert action["description"] == "cp data/in.txt out.txt; echo log"
    assert crate[action["containerImage"]["@id"]]["name"] == "python:3.11"
    whole = crate[f"urn:uuid:{run.run_id}"]
    assert whole["result"] == {"@id": "workspace/out.txt"}
    assert {"@id": "workspace/data/in.txt"} in whole["object"]
    assert crate["#parameter/file"]["value"] == "out.txt"


def test_failed_run_has_one_too_and_a_stopped_one_has_none(tmp_path: Path) -> None:
    run = serial(tmp_path, code=4)
    assert run.execute() == 4
    crate = crate_of(run)
    assert crate[f"urn:uuid:{run.jobs()[-1]['id']}"]["error"] == "exit code 4"
    assert crate[f"urn:uuid:{run.run_id}"]["actionStatus"].endswith("FailedActionStatus")


@pytest.mark.skipif(not TOOLS.exists(), reason="no tools for RO-Crates: see test_crate.py")
def test_tools_accept_the_crate(tmp_path: Path) -> None:
    runs = [serial(tmp_path), serial(tmp_path, code=4)]
    for run in runs:
        run.execute()
    assert problems(*(run.directory.run_bundle for run in runs)) == []

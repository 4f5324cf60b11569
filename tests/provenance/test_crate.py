"""Run bundles as RO-Crates, before the tools that other people check theirs with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taverna_server.engines.taverna.local import LocalOrder, run_locally
from tests.example_workflows import ROOT
from tests.provenance.bundles import HALVES, NUMBERS

TOOLS = Path(os.environ.get("TAVERNA_CRATE_TOOLS", Path(sys.prefix, "crates", "bin", "python")))
CHECK = Path(__file__).parent / "check_crate.py"

pytestmark = pytest.mark.skipif(
    not TOOLS.exists(),
    reason="no tools for RO-Crates: 'make crates' installs them, TAVERNA_CRATE_TOOLS names "
    "the Python of another environment that has them",
)


def problems(*bundles: Path) -> list[str]:
    done = subprocess.run([TOOLS, CHECK, *bundles], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


def bundle_of(folder: Path, workflow: Path, files: dict[str, Path]) -> Path:
    folder.mkdir(exist_ok=True)
    bundle = folder / "run.bundle.zip"
    order = LocalOrder(workflow, files=files, output=folder / "out", bundle=bundle)
    assert run_locally(order) == 0
    return bundle


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("halves")
    numbers = folder / "numbers"
    numbers.mkdir()
    for place, number in enumerate(NUMBERS, start=1):
        (numbers / str(place)).write_text(number)
    return bundle_of(folder, HALVES, {"numbers": numbers})


def test_tools_accept_bundles_of_all_kinds(halves: Path, tmp_path: Path) -> None:
    bundles = [halves]
    for name in ("hello_world", "merge", "cross_product"):
        inputs = {path.name: path for path in (ROOT / name / "inputs").glob("[!.]*")}
        bundles.append(bundle_of(tmp_path / name, ROOT / name / "workflow.t2flow", inputs))
    assert problems(*bundles) == []


def without(kind: str, name: str) -> Callable[[dict[str, Any]], None]:
    def change(entity: dict[str, Any]) -> None:
        if kind in entity["@type"]:
            entity.pop(name, None)

    return change


@pytest.mark.parametrize(
    "change",
    [
        without("ControlAction", "instrument"),
        without("FormalParameter", "additionalType"),
        without("ComputationalWorkflow", "step"),
        without("CreateAction", "instrument"),
    ],
)
def test_the_check_finds_what_is_wrong(
    change: Callable[[dict[str, Any]], None], halves: Path, tmp_path: Path
) -> None:
    """So that its silence means something."""
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(halves) as whole, zipfile.ZipFile(broken, "w") as target:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "ro-crate-metadata.json":
                crate = json.loads(content)
                for entity in crate["@graph"]:
                    change(entity)
                content = json.dumps(crate).encode()
            target.writestr(name, content)
    assert problems(broken)

"""docs/reana.md: its session works, and its table has every resource and tests that are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from taverna_server.app import create_app
from taverna_server.config import Config
from tests.live.reana.commandline import STABLE, needed
from tests.live.server import running

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reana.md"
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (`/.*?`) \| ([A-Z, ]+) \| .* \| `(tests/\S+\.py)::(\w+)` \|$", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_session_prints_what_it_promises(tmp_path: Path) -> None:
    needed(STABLE)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    session = "\n".join(BLOCK.findall(PAGE.read_text()))
    with running(tmp_path) as server:
        here = session.replace("localhost:8080", f"127.0.0.1:{server.port}")
        done = subprocess.run(
            ["bash", "-c", f"set -eu -o pipefail\n{here}"],
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout
    promised = re.findall(r"^reana-client .*?  # (.+)$", session, re.MULTILINE)
    assert len(promised) > 8
    assert [words for words in promised if words not in done.stdout] == []


def test_table_has_every_resource_and_method(tmp_path: Path) -> None:
    app = create_app(Config(data=tmp_path))
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api")), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    listed = {
        (path, method)
        for paths, methods, _, _ in ROW.findall(PAGE.read_text())
        for path in re.findall(r"`(.*?)`", paths)
        for method in methods.split(", ")
    }
    assert listed == served


def test_table_names_tests_that_are_there() -> None:
    rows = ROW.findall(PAGE.read_text())
    assert rows
    for _, _, file, name in rows:
        assert f"def {name}(" in (ROOT / file).read_text()

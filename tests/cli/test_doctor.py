from __future__ import annotations

import os
from pathlib import Path

import pytest

from taverna_server.cli import doctor
from taverna_server.cli.doctor import Finding, examine
from taverna_server.config import load_config
from tests.cli.conftest import Command


def found(data: Path, **options: str) -> dict[str, Finding]:
    return {item.what: item for item in examine(load_config({"data": str(data), **options}))}


def test_new_machine_is_examined_without_leaving_traces(command: Command, data: Path) -> None:
    text = command("doctor")
    assert f"ok       data directory: {data}, not made yet" in text
    assert "ok       database: sqlite, not made yet" in text
    assert not data.exists()


def test_database_tells_how_many_runs_there_are(command: Command, data: Path) -> None:
    command("user", "list")
    assert "database: sqlite, 0 runs, 0 operating" in command("doctor")


def test_every_absence_tells_its_cost(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    missing = {name: item for name, item in found(data).items() if not item.found}
    assert {"Java", "bubblewrap", "Slurm"} <= missing.keys()
    assert all(len(item.cost) > 20 and not item.needed for item in missing.values())


def test_missing_engines_tell_their_cost(data: Path, tmp_path: Path) -> None:
    findings = found(data, engine_environments=str(tmp_path))
    for name, kind in (("cwltool", "CWL"), ("Snakemake", "Snakemake"), ("Yadage", "Yadage")):
        assert not findings[name].found
        assert findings[name].cost == f"{kind} workflows of REANA fail ('make engines')"


def test_sandbox_that_is_wanted_is_needed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert found(data, step_sandbox="bwrap")["bubblewrap"].needed
    assert found(data, step_containers="podman")["containers"].needed


def test_what_the_server_needs_makes_the_exit_code(command: Command, data: Path) -> None:
    command("doctor", "--engine-command", "no-such-engine", code=1)


def test_broken_database_is_a_finding(command: Command, data: Path) -> None:
    data.mkdir()
    (data / "taverna-server.db").write_text("x" * 5000)
    assert found(data)["database"].cost == "file is not a database"


def test_unreachable_postgresql_is_a_finding(data: Path) -> None:
    item = found(data, database_url="postgresql:///d?host=/no/such/place")["database"]
    assert not item.found
    assert item.needed


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_directory_that_cannot_be_written_is_a_finding(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert not found(tmp_path / "data")["data directory"].found


def test_java_that_does_not_start_is_missing(data: Path, tmp_path: Path) -> None:
    fake = tmp_path / "java"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    assert not found(data, java=str(fake))["Java"].found
    fake.write_text("#!/bin/sh\necho 'openjdk 21' >&2\n")
    assert doctor._version(fake) == f"{fake}, openjdk 21"

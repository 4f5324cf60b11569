"""Installing on machines that lack something: one sentence says what, and what it costs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


def _run(script: str, *arguments: object, path: Path | str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(SCRIPTS / script), *map(str, arguments)]
    environment = {"PATH": str(path)}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A PATH with neither Java nor anything to get it with."""
    path = tmp_path / "bin"
    path.mkdir()
    for name in ("id", "sha256sum", "mkdir"):
        (path / name).symlink_to(shutil.which(name) or name)
    return path


def _command(path: Path, name: str, script: str) -> None:
    (path / name).write_text(f"#!/bin/sh\n{script}\n")
    (path / name).chmod(0o755)


def test_missing_java_costs_a_sentence_and_not_the_installation(bare_path: Path) -> None:
    done = _run("install_java.sh", bare_path.parent / "venv", path=bare_path)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "BeanShell" in done.stderr
    assert "everything else works" in done.stderr


def test_download_with_another_checksum_is_not_used(bare_path: Path, tmp_path: Path) -> None:
    jars = bare_path.parent / "venv" / "share" / "taverna-server" / "java"
    _command(bare_path, "java", "exit 0")
    _command(bare_path, "mvn", f'echo forged > "{jars}/bsh-2.0b4.jar"')
    (bare_path / "rm").symlink_to("/bin/rm")
    done = _run("install_java.sh", bare_path.parent / "venv", tmp_path / "debian", path=bare_path)
    assert done.returncode == 0
    assert "checksum differs" in done.stderr
    assert list(jars.iterdir()) == []


def test_missing_python_is_named(bare_path: Path, tmp_path: Path) -> None:
    done = _run("make_venv.sh", "python3.99", tmp_path / "venv", path=bare_path)
    assert done.returncode == 1
    assert "no 'python3.99'" in done.stderr


def test_old_python_is_refused(bare_path: Path, tmp_path: Path) -> None:
    _command(bare_path, "python3", '[ "$1" = --version ] && echo Python 3.9.1; exit 1')
    done = _run("make_venv.sh", "python3", tmp_path / "venv", path=bare_path)
    assert done.returncode == 1
    assert "Python 3.9.1 is too old" in done.stderr


def test_python_without_ensurepip_is_explained(bare_path: Path, tmp_path: Path) -> None:
    """As Debian ships it."""
    _command(
        bare_path,
        "python3",
        'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac',
    )
    done = _run("make_venv.sh", "python3", tmp_path / "venv", path=bare_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "apt-get install python3.11-venv" in done.stderr


def test_existing_environment_is_kept(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    _command(venv / "bin", "python", "exit 0")
    done = _run("make_venv.sh", "python3", venv, path=os.environ["PATH"])
    assert done.returncode == 0
    assert [path.name for path in venv.rglob("*")] == ["bin", "python"]


def test_engines_that_cannot_be_installed_cost_a_sentence_each(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("cmp", "cp", "dirname", "mkdir", "sh"):
        (tools / name).symlink_to(shutil.which(name) or name)
    done = _run("make_engines.sh", "python3.99", tmp_path / "venv", path=tools)
    assert done.returncode == 0
    assert done.stderr.count("everything else works") == 3
    assert "CWL workflows will fail" in done.stderr
    log = (tmp_path / "venv" / "engines" / "cwl.log").read_text()
    assert "no 'python3.99'" in log


def test_engines_that_are_there_are_kept(tmp_path: Path) -> None:
    for name in ("cwl", "snakemake", "yadage"):
        place = tmp_path / "engines" / name
        place.mkdir(parents=True)
        shutil.copy(SCRIPTS / "engines" / f"{name}.txt", place / ".installed")
    done = _run("make_engines.sh", "python3.99", tmp_path, path=os.environ["PATH"])
    assert (done.returncode, done.stderr) == (0, "")

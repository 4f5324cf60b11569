from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from taverna_server import __version__
from taverna_server.cli import COMMANDS, main, parser
from taverna_server.config import Config, load_config, sample_ini, table

PROGRAM = Path(sys.executable).with_name("taverna-server")


def test_installed_command_prints_its_version() -> None:
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"taverna-server {__version__}\n"


def test_help_names_every_command() -> None:
    text = parser().format_help()
    assert len(COMMANDS) == 7
    for name in ("serve", "user", "workflow", "run", "doctor", "config", "reconcile"):
        assert f"    {name}" in text


@pytest.mark.parametrize("words", [[], ["dance"], ["user"], ["user", "add"], ["serve", "--colour"]])
def test_wrong_command_line_is_exit_code_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ending:
        main(words)
    assert ending.value.code == 2
    assert "usage: taverna-server" in capsys.readouterr().err


def test_serve_takes_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    text = capsys.readouterr().out
    assert all("--" + item.name.replace("_", "-") in text for item in table())


def test_reader_that_has_seen_enough_is_no_traceback(tmp_path: Path) -> None:
    line = f"{PROGRAM} config | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_config_prints_a_file_that_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config"]) == 0
    path = tmp_path / "sample.ini"
    path.write_text(capsys.readouterr().out)
    assert path.read_text() == sample_ini()
    assert load_config(ini_path=path) == Config()


def test_config_file_is_named_by_the_environment_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "server.ini"
    path.write_text(f"[taverna-server]\ndata = {tmp_path / 'elsewhere'}\n")
    monkeypatch.setenv("TAVERNA_SERVER_CONFIG", str(path))
    assert main(["user", "list"]) == 0
    assert (tmp_path / "elsewhere" / "taverna-server.db").exists()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--data=/proc/no", "cannot make the data directory /proc/no"),
        ("--config=missing.ini", "cannot read missing.ini"),
        ("--database-url=mysql://h/d", "no support for mysql: SQLite or PostgreSQL"),
        ("--database-url=::", "database_url is not the URL of a database"),
        ("--database-url=postgresql:///d?host=/no", "the database cannot be used: "),
    ],
)
def test_place_that_cannot_be_used_is_said_in_one_line(
    option: str, message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["user", "list", f"--data={tmp_path}", option]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"taverna-server: {message}")
    assert error.count("\n") == 1


def test_file_that_is_no_database_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taverna-server.db").write_text("this is not a database" * 100)
    assert main(["user", "list", f"--data={tmp_path}"]) == 1
    assert capsys.readouterr().err == (
        "taverna-server: the database cannot be used: file is not a database\n"
    )

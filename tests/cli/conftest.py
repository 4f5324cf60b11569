"""The command line, called as a function with an environment of its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from taverna_server.cli import main
from taverna_server.config import PREFIX

Command = Callable[..., str]


class Terminal(io.StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of the commands of a test."""
    monkeypatch.setenv(PREFIX + "DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def command(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Runs ``taverna-server WORDS`` and returns what it prints on the stream one looks at.

    ``code`` is the exit code that is expected: standard output for 0, else standard error.
    """

    def run(*words: str, stdin: str | Terminal = "", code: int = 0) -> str:
        stream = io.StringIO(stdin) if isinstance(stdin, str) else stdin
        monkeypatch.setattr("sys.stdin", stream)
        assert main(words) == code
        out, err = capsys.readouterr()
        return err if code else out

    return run

"""The real reana-client, in the environment of its own that ``make clients`` makes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from taverna_server.engines.steps.foreign import python_of

CLIENTS = Path(sys.executable).parent.parent / "clients"
STABLE, SHARING = "stable", "sharing"


@dataclass(frozen=True)
class Client:
    """Somebody at a terminal: a server, a token, a directory."""

    url: str
    token: str
    directory: Path
    version: str = STABLE

    def __call__(self, *words: str, code: int = 0, stdin: str = "") -> str:
        """What ``reana-client WORDS`` prints, on both streams; it must exit with ``code``."""
        done = subprocess.run(
            [str(command(self.version)), *words],
            cwd=self.directory,
            env=self._environment(),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def _environment(self) -> dict[str, str]:
        beside = command(self.version).parent
        return {
            **os.environ,
            "REANA_SERVER_URL": self.url,
            "REANA_ACCESS_TOKEN": self.token,
            "PYTHONWARNINGS": "ignore",
            "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}",  # it runs cwltool and snakemake
            "HOME": str(self.directory),
        }


def command(version: str) -> Path:
    return CLIENTS / version / "bin" / "reana-client"


def needed(version: str) -> None:
    """Skip where it is not installed."""
    if not (CLIENTS / version / ".installed").exists():
        pytest.skip("reana-client is not installed (make clients)")


def engine_needed(kind: str) -> None:
    """Skip where the engine of a type is not installed, or cannot be."""
    if kind in ("cwl", "snakemake", "yadage") and python_of(kind) is None:
        pytest.skip(f"the engine of {kind} is not installed (make engines)")

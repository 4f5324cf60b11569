"""Outputs as files, without a run."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from taverna_server.data.outputwriting import OutputWriter
from taverna_server.data.values import Value


def write_output(out_dir: Path, port: str, value: Value) -> None:
    """The whole value of a port."""
    with closing(OutputWriter(out_dir)) as writer:
        writer.token(port, (), value)

"""The script that writes docs/corpus.md, for tests: what it knows of each published workflow."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.corpus import CORPUS

ROOT = Path(__file__).parents[1]


@cache
def table() -> ModuleType:
    """The script as a module."""
    path = ROOT / "scripts" / "write_corpus_table.py"
    spec = importlib.util.spec_from_file_location("write_corpus_table", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def files() -> dict[Path, Any]:
    """What the script knows of each file."""
    return {found.path: found for found in table().published(CORPUS)}


def recorded_value(folder: Path, port: str) -> Any:
    """Bytes, lists of them, None for errors; an empty list left no file behind."""
    path = next((p for p in (folder / port, *folder.glob(f"{port}.*")) if p.exists()), None)
    return [] if path is None else _value(path)


def _value(path: Path) -> Any:
    if path.is_dir():
        return [_value(item) for item in sorted(path.iterdir(), key=lambda item: int(item.stem))]
    return None if path.suffix == ".err" else path.read_bytes()

"""Published workflows. They are not ours, so they lie outside the project (TAVERNA_CORPUS)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CORPUS = Path(
    os.environ.get("TAVERNA_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus"
).resolve()
FILES = sorted(CORPUS.rglob("*.t2flow"))

needs_corpus = pytest.mark.skipif(
    not FILES, reason="no published workflows: set TAVERNA_CORPUS to a folder of .t2flow files"
)

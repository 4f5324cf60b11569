"""The schemas of CWL, kept ready to load in cwltool's environment.

cwltool parses them from YAML on every start, which is nearly half of a small
run. ``keep`` runs once, when the environment is made; ``use`` gives them to
cwltool, and leaves it as it is where they are not there or are those of another
version. The files lie among the engine's own code and are trusted as that is.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cwltool import process

FIRST = "v1.0"
"""The version that is needed beside that of a document."""
VERSIONS = (FIRST, "v1.1", "v1.2")
PLACE = Path(sys.prefix) / "share" / "taverna-server" / "cwl"
ASKED = ("salad#Any", "cwl#File", "cwl#Directory")
"""All that cwltool asks of the loader of the schemas."""


def keep() -> None:
    """Read the schemas and write them down."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in VERSIONS:
        kept = _stamp(), _without_loader(*process.get_schema(name))
        (PLACE / f"{name}.pickle").write_bytes(pickle.dumps(kept))


def use(names: Iterable[str]) -> None:
    """Spare cwltool the reading of these versions, where that has been done."""
    for name in {*names} & {*VERSIONS}:
        try:
            stamp, made = pickle.loads((PLACE / f"{name}.pickle").read_bytes())  # noqa: S301
        except (OSError, pickle.PickleError, AttributeError, ImportError, EOFError, ValueError):
            continue
        if stamp == _stamp():
            process.SCHEMA_CACHE[name] = made


def main() -> int:
    """Called by ``scripts/make_engines.sh``."""
    keep()
    return 0


def _without_loader(documents: Any, names: Any, metadata: Any, loader: Any) -> tuple[Any, ...]:
    """The last member cannot be kept; a few entries of its index stand for it."""
    index = {word: loader.idx[word] for word in map("https://w3id.org/cwl/{}".format, ASKED)}
    return documents, names, metadata, SimpleNamespace(idx=index)


def _stamp() -> tuple[str, ...]:
    return sys.version, *map(version, ("cwltool", "schema-salad", "ruamel.yaml"))

"""The workflows in ``examples/``: their inputs, and whether outputs are the expected ones.

The layout is described in ``examples/README.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from taverna_server.data.baclava import read_baclava
from taverna_server.data.values import Value, make_list

ROOT = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class Example:
    """One folder of ``examples/``."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def document(self) -> bytes:
        return (self.folder / "workflow.t2flow").read_bytes()

    @property
    def baclava(self) -> Path | None:
        """The Baclava document with all inputs, where the example has one."""
        path = self.folder / "inputs.baclava"
        return path if path.exists() else None

    @property
    def input_files(self) -> dict[str, Path]:
        """File or directory by port."""
        return {path.name: path for path in _visible(self.folder / "inputs")}

    @property
    def inputs(self) -> dict[str, Value]:
        """The values by port, wherever they lie; from files they are bytes."""
        if self.baclava is not None:
            return read_baclava(self.baclava)
        return {port: _value(path) for port, path in self.input_files.items()}

    def differences(self, out: Path) -> list[str]:
        """What is not in ``out`` as expected, a line each."""
        return list(_differences(self.folder / "outputs", out, ""))


EXAMPLES = [Example(path.parent) for path in sorted(ROOT.glob("*/workflow.t2flow"))]


def _visible(directory: Path) -> list[Path]:
    """Items in their order; ``.gitkeep`` is none."""
    found = [path for path in directory.glob("*") if not path.name.startswith(".")]
    return sorted(found, key=lambda path: (len(path.name), path.name))


def _value(path: Path) -> Value:
    """Inputs of examples that are empty lists come by Baclava: here depth would be a guess."""
    return make_list(map(_value, _visible(path))) if path.is_dir() else path.read_bytes()


def _differences(expected: Path, actual: Path, name: str) -> Iterator[str]:
    if expected.is_dir() and actual.is_dir():
        members = {path.name for path in [*_visible(expected), *_visible(actual)]}
        for member in sorted(members):
            yield from _differences(expected / member, actual / member, f"{name}/{member}")
    elif not actual.is_file() or not expected.is_file():
        yield f"{name}: {_kind(actual)} where {_kind(expected)} was expected"
    elif not _same(expected, actual):
        yield f"{name}: {actual.read_bytes()!r} instead of {expected.read_bytes()!r}"


def _same(expected: Path, actual: Path) -> bool:
    if expected.suffix == ".error":
        return actual.read_bytes().startswith(expected.read_bytes())
    return actual.read_bytes() == expected.read_bytes()


def _kind(path: Path) -> str:
    if not path.exists():
        return "nothing"
    return "a list" if path.is_dir() else "a value"

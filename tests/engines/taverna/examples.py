"""The examples as the tests see them: inputs as values, expected outputs as files."""

from __future__ import annotations

from pathlib import Path

from taverna_server.data.baclava import read_baclava, write_baclava
from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.data.values import FileValue, Value, make_list
from taverna_server.model.run import RunInput

FOLDER = Path(__file__).parents[3] / "examples"
EXAMPLES = sorted(path.parent.name for path in FOLDER.glob("*/workflow.t2flow"))


def input_of(path: Path) -> Value:
    if path.is_dir():
        items = sorted((p for p in path.iterdir() if p.name.isdigit()), key=lambda p: int(p.name))
        return make_list([input_of(item) for item in items], None if items else 1)
    return FileValue(path)


def inputs_of(example: str) -> dict[str, Value]:
    document = FOLDER / example / "inputs.baclava"
    if document.exists():
        return read_baclava(document)
    folder = FOLDER / example / "inputs"
    return {path.name: input_of(path) for path in folder.glob("*")}


def prepare(example: str, root: Path) -> RunDirectory:
    """A run directory with its order: single values as files, lists by Baclava."""
    directory = RunDirectory(root / "run")
    directory.create((FOLDER / example / "workflow.t2flow").read_bytes())
    values = inputs_of(example)
    if all(isinstance(value, FileValue) for value in values.values()):
        inputs = []
        for port, value in values.items():
            assert isinstance(value, FileValue)
            (directory.wd / port).write_bytes(value.path.read_bytes())
            inputs.append(RunInput(port, file=port))
        directory.write_order(RunOrder("example", inputs=tuple(inputs)))
    else:
        write_baclava(directory.wd / "in.baclava", values)
        directory.write_order(RunOrder("example", baclava_input="in.baclava"))
    return directory


def tree(root: Path) -> dict[str, bytes | None]:
    """Every file with its content, every directory with None."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
        if path.name != ".gitkeep"
    }


def differences(example: str, out: Path) -> list[str]:
    """Errors need only begin as expected: the rest depends on the Java version."""
    wanted, found = tree(FOLDER / example / "outputs"), tree(out)
    wrong = [
        f"only {'expected' if p in wanted else 'found'}: {p}" for p in wanted.keys() ^ found.keys()
    ]
    for path in wanted.keys() & found.keys():
        expected, actual = wanted[path], found[path]
        if path.endswith(".error") and expected is not None and actual is not None:
            actual = actual[: len(expected.rstrip(b"\n"))]
            expected = expected.rstrip(b"\n")
        if expected != actual:
            wrong.append(f"{path}: expected {expected!r}, found {actual!r}")
    return wrong

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_added_workflow_is_listed_once(command: Command) -> None:
    path = min(EXAMPLES.rglob("*.t2flow"))
    added = command("workflow", "add", str(path), str(path))
    number, short_id, title = added.splitlines()[0].split("\t")
    assert number == "1"
    assert len(short_id) == 12
    assert title
    assert command("workflow", "list") == added.splitlines(keepends=True)[0]


def test_examples_keep_their_titles(command: Command) -> None:
    paths = [str(path) for path in sorted(EXAMPLES.rglob("*.t2flow"))]
    titles = [line.split("\t")[2] for line in command("workflow", "add", *paths).splitlines()]
    assert len(set(titles)) == len(paths)


def test_file_that_is_no_workflow_is_named(command: Command, tmp_path: Path) -> None:
    bad = tmp_path / "bad.t2flow"
    bad.write_text("<html/>")
    assert command("workflow", "add", str(bad), code=1).startswith(f"taverna-server: {bad}: ")
    assert command("workflow", "list") == ""


def test_missing_file_is_named(command: Command, tmp_path: Path) -> None:
    missing = tmp_path / "no.t2flow"
    expected = f"taverna-server: cannot read {missing}: No such file or directory\n"
    assert command("workflow", "add", str(missing), code=1) == expected


def test_workflow_is_drawn(command: Command) -> None:
    nested = str(EXAMPLES / "nested_workflow" / "workflow.t2flow")
    assert 'data-processor="Greet/Shout"' in command("workflow", "diagram", nested)
    assert 'data-processor="Greet/Shout"' not in command(
        "workflow", "diagram", "--collapsed", nested
    )


def test_what_is_no_workflow_is_not_drawn(command: Command, tmp_path: Path) -> None:
    bad = tmp_path / "bad.t2flow"
    bad.write_text("<html/>")
    said = command("workflow", "diagram", str(bad), code=1)
    assert said.startswith(f"taverna-server: {bad}: ")

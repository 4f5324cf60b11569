"""A workflow of each type by the real client: to its end, into failure, stopped, orphaned."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.live.reana.commandline import Client, engine_needed
from tests.live.reana.conftest import MakeClient, token_of
from tests.live.reana.watching import Watched, none_left, processes_of
from tests.live.server import running

EXAMPLES = Path(__file__).parents[3] / "examples"
STEPS = ("serial", "cwl", "snakemake", "yadage")
TYPES = (*STEPS, "taverna")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def at_example(client: MakeClient, tmp_path: Path) -> Client:
    """In an empty directory, to which ``example`` brings one."""
    return client(directory=tmp_path / "work")


def example(kind: str, at: Client) -> Path:
    engine_needed(kind)
    shutil.copytree(EXAMPLES / f"reana-hello-{kind}", at.directory)
    return at.directory


def unchecked(kind: str) -> list[str]:
    """The client knows no Taverna: it has to be told not to look (docs/reana.md)."""
    return ["--skip-validation"] if kind == "taverna" else []


@pytest.mark.parametrize("kind", TYPES)
def test_example_runs_and_its_outputs_are_downloaded(
    kind: str, at_example: Client, watched: Watched
) -> None:
    place = example(kind, at_example)
    said = at_example("run", "-w", f"hello-{kind}", *unchecked(kind))
    assert f"SUCCESS: hello-{kind}.1 " in said
    assert watched.end(f"hello-{kind}.1") == "finished"
    shutil.move(place / "expected", place.parent / "expected")
    at_example("download", "-w", f"hello-{kind}.1")
    if kind == "taverna":
        shutil.unpack_archive(next(place.glob("download_*.zip")), place)
    expected = [path for path in (place.parent / "expected").rglob("*") if path.is_file()]
    assert expected
    for path in expected:
        inside = path.relative_to(place.parent / "expected")
        assert (place / inside).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("kind", STEPS)
def test_failing_step_is_named_in_the_logs(kind: str, at_example: Client, watched: Watched) -> None:
    place = example(kind, at_example)
    (place / "code" / "greet.py").write_text("raise SystemExit('no greetings today')\n")
    at_example("run", "-w", f"fails-{kind}")
    assert watched.end(f"fails-{kind}.1") == "failed"
    said = at_example("logs", "-w", f"fails-{kind}.1")
    assert "Step: greet" in said
    assert "no greetings today" in said
    assert "Step 'greet' failed with exit code 1" in said
    assert "failed" in at_example("status", "-w", f"fails-{kind}.1")


@pytest.mark.parametrize("kind", STEPS)
def test_missing_file_fails_the_step_that_needs_it(
    kind: str, at_example: Client, watched: Watched
) -> None:
    example(kind, at_example)
    at_example("create", "-w", f"lacks-{kind}")
    at_example("upload", "-w", f"lacks-{kind}.1")
    at_example("rm", "-w", f"lacks-{kind}.1", "data/names.txt")
    at_example("start", "-w", f"lacks-{kind}.1")
    assert watched.end(f"lacks-{kind}.1") == "failed"
    said = at_example("logs", "-w", f"lacks-{kind}.1")
    assert "names.txt" in said
    assert "greet" in said


def test_taverna_workflow_that_is_missing_or_given_nonsense_is_refused(
    at_example: Client, watched: Watched
) -> None:
    example("taverna", at_example)
    at_example("create", "-w", "lacks-taverna", "--skip-validation")
    said = at_example("start", "-w", "lacks-taverna.1", code=1)
    assert "workflow/hello.t2flow' is not in the workspace" in said
    at_example("upload", "-w", "lacks-taverna.1")
    said = at_example("start", "-w", "lacks-taverna.1", "-p", "pause=long", code=1)
    assert "is no int" in said
    assert watched.get("lacks-taverna.1/status")["status"] == "created"


@pytest.mark.parametrize("kind", TYPES)
def test_stopped_workflow_leaves_no_process(
    kind: str, at_example: Client, watched: Watched
) -> None:
    example(kind, at_example)
    name = f"stops-{kind}"
    at_example("run", "-w", name, "-p", "pause=300", *unchecked(kind))
    run_id = watched.working(name)
    assert processes_of(run_id)
    assert "has been stopped" in at_example("stop", "--force", "-w", f"{name}.1")
    assert watched.get(f"{name}.1/status")["status"] == "stopped"
    assert none_left(run_id)
    assert watched.get(f"{name}.1/status")["status"] == "stopped"


@pytest.mark.timeout(400)
def test_killed_server_finds_workflows_of_each_type_again(tmp_path: Path) -> None:
    """Some have ended, or end while it is away, or go on; one of each has lost its engine."""
    with running(tmp_path, operating_limit=20) as server:
        watched = Watched(server, token_of(server, "alice"))
        lost = []
        for kind in TYPES:
            at = Client(server.url, watched.token, tmp_path / kind)
            example(kind, at)
            at("run", "-w", kind, "-p", "pause=6", *unchecked(kind))
            at("run", "-w", f"lost-{kind}", "-p", "pause=300", *unchecked(kind))
            lost.append(watched.working(f"lost-{kind}"))
        server.kill()
        for process in (it for run_id in lost for it in processes_of(run_id)):
            with suppress(psutil.NoSuchProcess):  # it ended with its parent
                process.kill()
        server.start()
        for kind in TYPES:
            assert watched.end(kind) == "finished", watched.logs(kind)
            assert watched.end(f"lost-{kind}") == "failed"
            progress = watched.get(f"lost-{kind}/status")["progress"]
            assert progress["running"]["total"] == 0
            assert progress["run_finished_at"]
        assert "Traceback" not in server.log()

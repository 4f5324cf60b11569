from __future__ import annotations

import base64
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.engines.foreign import STOP, ForeignRun, bubblewrap, prepare, stop_while_running

IMAGE = "registry.example.org/tools:1.0"


def steps(root: Path, *commands: str, image: str = "", **options: Any) -> ForeignRun:
    listed = [{"commands": [command], "environment": image} for command in commands]
    told = {"workflow": {"type": "serial", "specification": {"steps": listed}}}
    return prepare(root, told, **options)


def give_secrets(run: ForeignRun, **secrets: tuple[str, bytes]) -> None:
    (run.directory.security / "reana-secrets.json").write_text(json.dumps({
        name: {"type": kind, "value": base64.b64encode(value).decode()}
        for name, (kind, value) in secrets.items()
    }))  # fmt: skip


def said(run: ForeignRun) -> str:
    return "".join(map(run.log_of, run.jobs()))


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """An image: a static shell with a few tools, a file of its own, and no bash."""
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("needs a static busybox")
    place = tmp_path / "image"
    for name in ("bin", "etc", "home", "tmp"):
        (place / name).mkdir(parents=True)
    shutil.copy(busybox, place / "bin" / "busybox")
    for name in ("sh", "cat", "ls", "echo", "touch", "env", "sleep"):
        (place / "bin" / name).symlink_to("busybox")
    (place / "etc" / "motd").write_text("inside the image\n")
    return place


@bubblewrap
def test_sandbox_shows_the_workspace_and_nothing_of_other_runs(tmp_path: Path) -> None:
    secret = tmp_path / "other"
    secret.write_text("hush")
    run = steps(tmp_path, f"pwd; cat {secret}", step_sandbox="bwrap")
    assert run.execute() == 1
    assert said(run).startswith(f"{run.wd}\n")
    assert "hush" not in said(run)


@bubblewrap
def test_sandbox_writes_into_the_workspace_only(tmp_path: Path) -> None:
    run = steps(tmp_path, "echo 1 > made; echo 1 > /usr/made", step_sandbox="bwrap")
    assert run.execute() != 0
    assert (run.wd / "made").read_text() == "1\n"
    assert not Path("/usr/made").exists()


@bubblewrap
@pytest.mark.parametrize("network", [False, True])
def test_network_is_a_setting(tmp_path: Path, network: bool) -> None:
    run = steps(tmp_path, "cat /proc/net/dev", step_sandbox="bwrap", step_network=network)
    assert run.execute() == 0
    here = _interfaces(Path("/proc/net/dev").read_text())
    assert _interfaces(said(run)) == (here if network else {"lo"})


def _interfaces(table: str) -> set[str]:
    return {line.partition(":")[0].strip() for line in table.splitlines() if ":" in line}


@bubblewrap
def test_directories_of_the_administrator_are_seen(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "data").write_text("reference")
    run = steps(tmp_path, f"cat {tools}/data", step_sandbox="bwrap", step_directories=[str(tools)])
    assert run.execute() == 0
    assert said(run) == "reference"


@bubblewrap
def test_image_of_the_administrator_is_the_root(tmp_path: Path, unpacked: Path) -> None:
    command = "cat /etc/motd; [ -e /usr ] || echo nothing else; echo 1 > made; touch /etc/x"
    run = steps(tmp_path, command, image=IMAGE, step_images=[f"{IMAGE}={unpacked}"])
    assert run.execute() == 1
    assert said(run).startswith("inside the image\nnothing else\n")
    assert (run.wd / "made").read_text() == "1\n"
    assert not (unpacked / "etc" / "x").exists()
    assert run.jobs()[0]["backend"] == "image"
    assert run.jobs()[0]["environment"] == IMAGE


@bubblewrap
def test_secrets_lie_where_reana_has_them(tmp_path: Path, unpacked: Path) -> None:
    run = steps(tmp_path, "cat /etc/reana/secrets/key; echo $$WORD", image=IMAGE,
                step_images=[f"{IMAGE}={unpacked}"])  # fmt: skip
    give_secrets(run, key=("file", b"sesame\n"), WORD=("env", b"hush"))
    assert run.execute() == 0
    assert said(run) == "sesame\nhush\n"


@bubblewrap
def test_environment_of_a_step_means_nothing_outside_its_walls(tmp_path: Path) -> None:
    run = steps(tmp_path, "ls -d /tmp/*; cat -v /proc/1/cmdline", step_sandbox="bwrap")
    false = run.wd / "bwrap"
    false.write_text("#!/bin/sh\necho outside\n")
    false.chmod(0o755)
    give_secrets(run, PATH=("env", f"{run.wd}:/usr/bin:/bin".encode()), WORD=("env", b"hush"))
    run.execute()
    assert "outside" not in said(run)
    assert "bwrap" in said(run)
    assert "hush" not in said(run)


@bubblewrap
def test_stop_ends_what_is_in_the_sandbox(tmp_path: Path) -> None:
    run = steps(tmp_path, "setsid sleep 60 & trap '' TERM; sleep 60", step_sandbox="bwrap")
    code, seconds, left = stop_while_running(run)
    assert (code, left) == (143, [])
    assert seconds < STOP


def test_unknown_image_means_the_host_with_a_warning(tmp_path: Path) -> None:
    run = steps(tmp_path, "true", "true", image=IMAGE, step_containers="none")
    assert run.execute() == 0
    warnings = [event["message"] for event in run.events("log")]
    assert warnings == [
        f"The image '{IMAGE}' is not on this machine: its steps use the programs of this machine."
    ]
    assert {job["backend"] for job in run.jobs()} == {"host"}


def test_unknown_image_may_be_a_failure(tmp_path: Path) -> None:
    run = steps(tmp_path, "true", image=IMAGE, step_unknown_images="fail", step_containers="none")
    assert run.execute() == 126
    assert said(run) == f"The image '{IMAGE}' is not on this machine.\n"
    assert run.jobs()[0]["status"] == "failed"


def _docker(place: Path, info: int) -> None:
    """A docker that says whether it works, and executes on the host what follows the image."""
    place.mkdir()
    program = place / "docker"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = info ] && exit {info}\necho "$@" >> {place}/calls\n'
        f"for word; do case $word in /proc/self/fd/*) cat $word >> {place}/told;; esac; done\n"
        f'while [ "$1" != {IMAGE} ]; do [ "$1" = --workdir ] && cd "$2"; shift; done\n'
        'shift; exec sh "$@"\n'
    )
    program.chmod(0o755)


@pytest.mark.parametrize(("info", "backend"), [(0, "docker"), (1, "host")])
def test_container_tool_counts_only_when_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, info: int, backend: str
) -> None:
    _docker(tmp_path / "tools", info)
    monkeypatch.setenv("PATH", f"{tmp_path / 'tools'}:{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")
    run = steps(tmp_path, "echo ran > made", image=IMAGE)
    assert run.execute() == 0, run.engine_log
    assert run.jobs()[0]["backend"] == backend
    assert (run.wd / "made").read_text() == "ran\n"


def test_container_gets_the_workspace_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _docker(tmp_path / "tools", 0)
    monkeypatch.setenv("PATH", f"{tmp_path / 'tools'}:{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")
    run = steps(tmp_path, "true", image=IMAGE, step_network=False)
    give_secrets(run, WORD=("env", b"hush"))
    assert run.execute() == 0, run.engine_log
    call = (tmp_path / "tools" / "calls").read_text()
    assert f"--volume {run.wd}:{run.wd}" in call
    assert f"--workdir {run.wd}" in call
    assert "--network none" in call
    told = (tmp_path / "tools" / "told").read_text()
    assert f"REANA_WORKSPACE={run.wd}\n" in told
    assert "WORD=hush\n" in told
    assert "hush" not in call


def test_command_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    run = steps(tmp_path, "echo a\0b")
    assert run.execute() == 127
    assert said(run) == "The command cannot be started: embedded null byte\n"
    assert run.jobs()[0]["status"] == "failed"


def test_engine_that_is_not_installed_is_a_sentence(tmp_path: Path) -> None:
    told = {"workflow": {"type": "cwl", "specification": {"class": "CommandLineTool"}}}
    run = prepare(tmp_path, told, engine_environments=str(tmp_path / "nowhere"))
    assert run.execute() == 255
    assert "cwltool is not installed here: see 'make engines'." in run.engine_log


def test_secrets_that_cannot_be_read_are_a_sentence(tmp_path: Path) -> None:
    run = steps(tmp_path, "true")
    (run.directory.security / "reana-secrets.json").write_text('{"WORD": "hush"}')
    assert run.execute() == 255
    assert "The secrets of this run cannot be read" in run.engine_log
    assert "hush" not in run.engine_log

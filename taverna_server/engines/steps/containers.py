"""Container tools, where they exist and work.

A ``docker`` on the PATH is often the client alone: only one that answers
``info`` counts. To ask takes a tenth of a second and is done once in a run, when
the first step names an image that the administrator has not unpacked; where no
socket of a daemon exists, Docker is not even asked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from taverna_server.engines.steps.places import DESCRIPTOR, Container
from taverna_server.engines.steps.sandbox import SECRETS
from taverna_server.engines.steps.surroundings import SECRETS_VARIABLE, own
from taverna_server.errors import StepRefused

TOOLS = ("docker", "podman", "apptainer")
PATIENCE = 20.0
"""Seconds for a tool to say whether it works."""
DAEMON_VARIABLES = ("DOCKER_HOST", "DOCKER_CONTEXT")


def working_tool(wanted: str) -> str:
    """The tool to use; empty for none. ``wanted`` is ``auto``, ``none`` or a tool.

    Raises:
        StepRefused: a certain tool is wanted and does not work.
    """
    if wanted == "none":
        return ""
    if wanted != "auto":
        if not works(wanted):
            raise StepRefused(f"Steps are to run with {wanted}, which does not work here.")
        return wanted
    return next(filter(works, TOOLS), "")


def works(tool: str) -> bool:
    """Whether a step could run with it now."""
    if shutil.which(tool) is None or (tool == "docker" and not _may_have_daemon()):
        return False
    question = "--version" if tool == "apptainer" else "info"
    try:
        done = subprocess.run(
            [tool, question],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def command(
    place: Container, words: Sequence[str], cwd: Path, variables: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...], bytes]:
    """The tool's command line, the one that ends the container, and what it is told."""
    around = place.around
    given = {**own(variables), **around.variables}
    if around.secrets:
        given[SECRETS_VARIABLE] = str(SECRETS)
    bound = [(path, path) for path in (around.workspace, around.scratch)]
    bound += [(around.secrets, SECRETS)] if around.secrets else []
    if place.tool == "apptainer":
        return _apptainer(place, words, cwd, given, bound), (), b""
    name = f"taverna-step-{uuid.uuid4()}"
    # A file of variables has one in a line: values with more of them stand in the command.
    lines = {name: value for name, value in given.items() if "\n" in value}
    told = "".join(f"{name}={value}\n" for name, value in given.items() if name not in lines)
    options = ["--env-file", f"/proc/self/fd/{DESCRIPTOR}"]
    options += [word for pair in lines.items() for word in ("--env", "=".join(pair))]
    options += [word for pair in bound for word in ("--volume", ":".join(map(str, pair)))]
    options += [] if place.network else ["--network", "none"]
    user = ["--user", f"{os.getuid()}:{os.getgid()}"] if place.tool == "docker" else []
    line = (place.tool, "run", "--rm", "--interactive", "--name", name, *user, *options)
    line += ("--workdir", str(cwd), "--entrypoint", words[0], place.image, *words[1:])
    return line, (place.tool, "rm", "--force", name), os.fsencode(told)


def _apptainer(
    place: Container,
    words: Sequence[str],
    cwd: Path,
    given: Mapping[str, str],
    bound: Sequence[tuple[Path, Path]],
) -> tuple[str, ...]:
    options = [word for name in given.items() for word in ("--env", "=".join(name))]
    options += [word for pair in bound for word in ("--bind", ":".join(map(str, pair)))]
    options += [] if place.network else ["--net", "--network", "none"]
    return (
        "apptainer", "exec", "--containall", "--pwd", str(cwd), *options,
        f"docker://{place.image}", *words,
    )  # fmt: skip


def _may_have_daemon() -> bool:
    if any(os.environ.get(name) for name in DAEMON_VARIABLES):
        return True
    home = Path(os.environ.get("HOME", "/"))
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"))
    sockets = (Path("/var/run"), runtime, home / ".docker/run")
    return (
        any((place / "docker.sock").exists() for place in sockets)
        or (home / ".docker/contexts").is_dir()
    )

"""What a step finds around it: variables, secrets, a command called ``python``.

Debian has ``python3`` only, and images of the last decade taught people to say
``python``: a link with that name stands in a directory at the end of the PATH,
where it does not hide one that is there.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.errors import WorkflowInvalid

SECRETS_FILE = "reana-secrets.json"
SECRETS_VARIABLE = "REANA_SECRETS_DIRECTORY"
WORKSPACE_VARIABLE = "REANA_WORKSPACE"
SYSTEM_PYTHON = "/usr/bin/python3"
RUN_VARIABLE = "TAVERNA_RUN_ID"
"""Marks every process of a run: the runner finds by it what is left of a killed one."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The same for all steps of a run."""

    workspace: Path
    scratch: Path
    programs: Path
    """Directory with the link; the last of the PATH."""
    secrets: Path | None
    """Directory of secret files, where there are any."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Beside those that the step's engine gives: what tells a step where it is, and secrets."""


def prepare(directory: RunDirectory, order: RunOrder) -> Surroundings:
    """Lay out what steps find; everything lies in ``scratch``, which goes when the run ends.

    Raises:
        WorkflowInvalid: the secrets cannot be read.
    """
    scratch = directory.scratch
    programs = scratch / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    python = next(filter(os.path.exists, (SYSTEM_PYTHON, shutil.which("python3") or "")), None)
    if python and not (programs / "python").is_symlink():
        (programs / "python").symlink_to(python)
    variables, files = _secrets(directory.security / SECRETS_FILE)
    place = _write_secrets(scratch / "secrets", files)
    variables[WORKSPACE_VARIABLE] = str(directory.wd)
    variables[RUN_VARIABLE] = order.run_id
    if place:
        variables[SECRETS_VARIABLE] = str(place)
    return Surroundings(directory.wd, scratch, programs, place, variables)


def own(variables: Mapping[str, str]) -> dict[str, str]:
    """Those that an engine made for a step, without what it only passes on from this machine."""
    return {
        name: value
        for name, value in variables.items()
        if os.environ.get(name) != value and name != "PATH"
    }


def environment_of_host(around: Surroundings) -> dict[str, str]:
    """What a command on the host starts with."""
    path = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{around.programs}"
    return {**os.environ, **around.variables, "PATH": path}


def _secrets(path: Path) -> tuple[dict[str, str], dict[str, bytes]]:
    """Variables, and files: ``{"NAME": {"type": "env" | "file", "value": base64}}``."""
    variables: dict[str, str] = {}
    files: dict[str, bytes] = {}
    try:
        for name, secret in json.loads(path.read_bytes()).items():
            value = base64.b64decode(secret["value"])
            if secret["type"] == "file":
                files[name] = value
            else:
                variables[name] = value.decode()
    except FileNotFoundError:
        return {}, {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkflowInvalid([f"The secrets of this run cannot be read: {error}"]) from error
    return variables, files


def _write_secrets(place: Path, files: Mapping[str, bytes]) -> Path | None:
    if not files:
        return None
    place.mkdir(mode=0o700)
    for name, value in files.items():
        path = place / Path(name).name
        path.touch(0o600)
        path.write_bytes(value)
    return place

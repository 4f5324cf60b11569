"""Walls around a step: the arguments of bubblewrap.

The step has process numbers, a ``/tmp`` and (as a setting) a network of its own;
it sees the system's directories or those of an image read-only, and may write
into the workspace and the run's scratch directory, nowhere else. It ends with
the process that started it. Measured: about 5 ms for each command.

An image is never written to. Where a place for the workspace has to be made
below one of its directories, that directory is laid out anew, entry by entry.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from taverna_server.engines.steps.settings import StepSettings
from taverna_server.engines.steps.surroundings import SECRETS_VARIABLE, Surroundings, own
from taverna_server.errors import StepRefused

PROGRAM = "bwrap"
SECRETS = Path("/etc/reana/secrets")
"""Where jobs of REANA find secret files."""
SYSTEM = ("/usr", "/opt", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = (
    "alternatives", "ca-certificates", "fonts", "group", "hosts", "java-17-openjdk", "ld.so.cache",
    "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "passwd", "pki",
    "protocols", "python3", "R", "resolv.conf", "services", "ssl", "timezone",
)  # fmt: skip
"""Of ``/etc``: what programs need and everybody may know."""
OWN = ("/proc", "/dev", "/tmp")  # noqa: S108  # the sandbox's, not ours
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "JAVA_HOME")


def require() -> None:
    """Raises StepRefused where there is no bubblewrap."""
    if shutil.which(PROGRAM) is None:
        raise StepRefused("Steps are to run in a sandbox, and bubblewrap is not on this machine.")


def walls(around: Surroundings, settings: StepSettings, image: Path | None) -> tuple[str, ...]:
    """bubblewrap with everything that does not depend on the command."""
    options = ["--unshare-all", "--die-with-parent", "--proc", "/proc", "--dev", "/dev"]
    options += ["--tmpfs", "/tmp"]  # noqa: S108
    if settings.network:
        options.append("--share-net")
    writable = [around.workspace, around.scratch]
    if image is None:
        options += _system()
    else:
        made = [*writable, *settings.directories, *([SECRETS] if around.secrets else [])]
        options += _tree(image, Path("/"), made)
    for directory in settings.directories:
        options += ["--ro-bind", str(directory), str(directory)]
    for directory in writable:
        options += ["--bind", str(directory), str(directory)]
    if around.secrets:
        options += ["--ro-bind", str(around.secrets), str(SECRETS)]
    return (shutil.which(PROGRAM) or PROGRAM, *options)


def environment(
    around: Surroundings, variables: Mapping[str, str], image: Path | None
) -> dict[str, str]:
    """Nothing of the server's: few variables are kept, and those that make a step what it is."""
    path = PATH if image else f"{variables.get('PATH') or os.environ.get('PATH', PATH)}:{PATH}"
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    made = {**kept, "HOME": "/tmp", "PATH": path, **own(variables), **around.variables}  # noqa: S108
    if around.secrets:
        made[SECRETS_VARIABLE] = str(SECRETS)
    return made | {"PATH": f"{made['PATH']}:{around.programs}"}


def settings_of(variables: Mapping[str, str]) -> bytes:
    """The options that give these variables to the command, and to nothing outside the walls."""
    words = (word for pair in variables.items() for word in ("--setenv", *pair))
    return b"".join(os.fsencode(f"{word}\0") for word in words)


def shell_of(image: Path) -> str:
    """``bash`` where the image has it."""
    found = any((image / place / "bash").exists() for place in ("bin", "usr/bin"))
    return "bash" if found else "sh"


def _system() -> Iterator[str]:
    for name in SYSTEM:
        yield from _as_it_is(Path(name), Path(name))
    for name in SYSTEM_FILES:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")


def _tree(source: Path, target: Path, made: Sequence[Path]) -> Iterator[str]:
    """A directory of an image, with places for what is bound below it."""
    for entry in sorted(source.iterdir()):
        inside = target / entry.name
        if str(inside) in OWN:
            continue
        below = [path for path in made if path == inside or path.is_relative_to(inside)]
        if below and entry.is_dir() and not entry.is_symlink():
            yield from ("--dir", str(inside))
            yield from _tree(entry, inside, below)
        else:
            yield from _as_it_is(entry, inside)


def _as_it_is(source: Path, target: Path) -> Iterator[str]:
    if source.is_symlink():
        yield from ("--symlink", str(source.readlink()), str(target))
    elif source.exists():
        yield from ("--ro-bind", str(source), str(target))

"""Where Java, BeanShell and the libraries of old scripts are on this machine.

Light enough for ``taverna-server doctor``: nothing is started, nothing imported.
Jars come from ``share/taverna-server/java`` of this installation, where ``make
install`` may have put them, else from where Debian's packages put them.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

JAR_DIRECTORIES = (Path(sys.prefix) / "share/taverna-server/java", Path("/usr/share/java"))

LIBRARIES = (
    "dom4j", "jaxen", "commons-codec", "javax.mail", "javax.activation",
)  # fmt: skip
"""What published scripts and workers import beyond the JDK (activities.md 1 and 2)."""

NO_JAVA = "Scripts need Java 11 or newer, which was not found: install it or set JAVA_HOME."
NO_BEANSHELL = (
    "Scripts need BeanShell 2.0b4, which was not found: install Debian's package bsh "
    "or set TAVERNA_SERVER_BEANSHELL to bsh.jar."
)


def find_java(wanted: str = "") -> Path | None:
    """The ``java`` executable: the one wanted, else TAVERNA_SERVER_JAVA, JAVA_HOME, PATH."""
    wanted = wanted or os.environ.get("TAVERNA_SERVER_JAVA", "")
    if wanted:
        return _executable(wanted)
    home = os.environ.get("JAVA_HOME")
    in_home = _executable(str(Path(home, "bin", "java"))) if home else None
    return in_home or _executable("java")


def find_beanshell(wanted: str = "") -> Path | None:
    """The jar of BeanShell: the one wanted, else TAVERNA_SERVER_BEANSHELL, else installed."""
    wanted = wanted or os.environ.get("TAVERNA_SERVER_BEANSHELL", "")
    if wanted:
        return Path(wanted) if Path(wanted).is_file() else None
    return find_jar("bsh")


def find_jar(name: str) -> Path | None:
    """A jar by its name, with or without a version."""
    for directory in JAR_DIRECTORIES:
        exact = directory / f"{name}.jar"
        if exact.is_file():
            return exact
        for versioned in sorted(directory.glob(f"{name}-[0-9]*.jar"), reverse=True):
            return versioned
    return None


def find_libraries() -> Iterator[Path]:
    """The libraries of old scripts that are here; a script that needs another one fails."""
    for name in LIBRARIES:
        found = find_jar(name)
        if found:
            yield found


def _executable(command: str) -> Path | None:
    found = shutil.which(command)
    return Path(found) if found else None

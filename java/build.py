"""Compiles the driver that runs scripts in a JVM and puts it into the package.

Run by ``make driver`` after a change of ``java/src``; needs a JDK and BeanShell.
The jar is part of the package, so that installing needs no compiler. It carries
the checksum of its sources: a test tells when they have changed since.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "src"
ACTIVITIES = HERE.parent / "taverna_server" / "engines" / "taverna" / "activities"
JAR = ACTIVITIES / "driver.jar"
CHECKSUM = "META-INF/sources.sha256"
OLDEST_JAVA = "11"


def source_files() -> list[Path]:
    return sorted(SOURCES.rglob("*.java"))


def checksum() -> str:
    """Of the names and contents of all sources."""
    digest = hashlib.sha256()
    for source in source_files():
        digest.update(source.relative_to(SOURCES).as_posix().encode() + b"\0")
        digest.update(source.read_bytes() + b"\0")
    return digest.hexdigest()


def build(beanshell: Path, jar: Path = JAR) -> None:
    """Raises CalledProcessError when the sources do not compile."""
    with tempfile.TemporaryDirectory() as classes:
        options = ["--release", OLDEST_JAVA, "-Xlint:all", "-Werror", "-cp", str(beanshell)]
        subprocess.run(["javac", *options, "-d", classes, *map(str, source_files())], check=True)
        with zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, CHECKSUM, checksum().encode())
            for path in sorted(Path(classes).rglob("*.class")):
                _add(archive, path.relative_to(classes).as_posix(), path.read_bytes())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    from taverna_server.engines.taverna.activities.java import find_beanshell

    found = find_beanshell()
    sys.exit("BeanShell is not installed" if found is None else build(found))

"""The Maven artifacts that scripts declare, as jars of this machine (activities.md 1).

Published scripts name four libraries, and those are installed with Java. Any
other artifact is looked for by Maven, where it is installed, together with what
the artifact itself depends on; Maven keeps it for the next time.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from taverna_server.engines.taverna.activities.java import LIBRARIES, find_jar
from taverna_server.workflow.model import Activity

PATIENCE = 120.0
"""Seconds for Maven to fetch one artifact and all that it needs."""
INSTALLED_AS = {"mail": "javax.mail", "activation": "javax.activation"}
_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_CLASS_PATH = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"
_POM = """<project><modelVersion>4.0.0</modelVersion><groupId>taverna</groupId>
<artifactId>script</artifactId><version>1</version><dependencies><dependency>
<groupId>{0.group}</groupId><artifactId>{0.name}</artifactId><version>{0.version}</version>
</dependency></dependencies></project>"""


@dataclass(frozen=True, slots=True)
class Artifact:
    """Coordinates of a library."""

    group: str
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.group}:{self.name}:{self.version}"


def declared(activity: Activity) -> tuple[Artifact, ...]:
    """What the configuration names in ``artifactDependencies``."""
    found = activity.config.find("artifactDependencies") if activity.config else None
    beans = found.children if found else ()
    coordinates = ("groupId", "artifactId", "version")
    return tuple(Artifact(*(bean.text_of(word).strip() for word in coordinates)) for bean in beans)


class Libraries:
    """The artifacts of one run's scripts; may be used from any thread."""

    def __init__(self, wd: Path, maven: str = "mvn") -> None:
        self._wd = wd
        self._maven = maven
        self._guard = threading.Lock()
        self._found: dict[Artifact, tuple[Path, ...] | None] = {}
        self._needed: dict[Artifact, None] = {}

    def need(self, artifacts: Iterable[Artifact]) -> None:
        """Have them on the class path when the JVM starts."""
        self._needed.update(dict.fromkeys(artifacts))

    def jars(self) -> Iterator[Path]:
        """The jars of all that is needed and can be had."""
        for artifact in list(self._needed):
            yield from self._resolved(artifact) or ()

    def missing(self, artifacts: Iterable[Artifact]) -> list[Artifact]:
        """Those that cannot be had."""
        return [artifact for artifact in artifacts if self._resolved(artifact) is None]

    def _resolved(self, artifact: Artifact) -> tuple[Path, ...] | None:
        with self._guard:
            if artifact not in self._found:
                self._found[artifact] = self._resolve(artifact)
            return self._found[artifact]

    def _resolve(self, artifact: Artifact) -> tuple[Path, ...] | None:
        """Its jars; none where it is on every class path anyway, None where it cannot be had."""
        name = INSTALLED_AS.get(artifact.name, artifact.name)
        uploaded = any((self._wd / "lib").glob(f"{artifact.name}*.jar"))
        if uploaded or (name in LIBRARIES and find_jar(name)):
            return ()
        return self._by_maven(artifact)

    def _by_maven(self, artifact: Artifact) -> tuple[Path, ...] | None:
        maven = shutil.which(self._maven) if self._maven else None
        words = (artifact.group, artifact.name, artifact.version)
        if maven is None or not all(map(_WORD.fullmatch, words)):
            return None
        with tempfile.TemporaryDirectory(prefix="taverna-maven-") as here:
            pom, answer = Path(here, "pom.xml"), Path(here, "classpath")
            pom.write_text(_POM.format(artifact))
            options = ["-B", "-q", "-f", str(pom), f"-Dmdep.outputFile={answer}"]
            done = _quietly([maven, *options, _CLASS_PATH])
            return tuple(map(Path, answer.read_text().split(os.pathsep))) if done else None


def _quietly(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

"""Libraries that scripts declare by Maven coordinates, with Maven itself where it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from taverna_server.engines.taverna.activities.artifacts import Artifact, Libraries, declared
from taverna_server.engines.taverna.engine import TavernaEngine
from taverna_server.workflow.t2flow import read_t2flow
from tests.engines.taverna.scripted import made, one_script

LANG = Artifact("commons-lang", "commons-lang", "2.6")
NOWHERE = Artifact("org.example.nowhere", "nothing", "1.0")
needs_maven = pytest.mark.skipif(not shutil.which("mvn"), reason="no Maven on this machine")


def script_with(artifact: Artifact) -> bytes:
    """Reverses a text with a class of commons-lang."""
    words = f"<groupId>{artifact.group}</groupId><artifactId>{artifact.name}</artifactId>"
    bean = "net.sf.taverna.raven.repository.BasicArtifact"
    named = f"<{bean}>{words}<version>{artifact.version}</version></{bean}>"
    script = 'o = org.apache.commons.lang.StringUtils.reverse("drawer");'
    text = one_script(script).decode()
    return text.replace(
        "<script>", f"<artifactDependencies>{named}</artifactDependencies><script>"
    ).encode()


def outputs(workflow: bytes, root: Path) -> Path:
    directory = made(root, workflow)
    TavernaEngine().execute(directory, directory.read_order(), lambda kind, fields: None)
    return directory.out


def test_declared_artifacts_are_read() -> None:
    (step,) = read_t2flow(script_with(LANG)).top.processors
    assert declared(step.activities[0]) == (LANG,)


@needs_maven
def test_script_finds_the_library_it_names(tmp_path: Path) -> None:
    assert (outputs(script_with(LANG), tmp_path) / "o").read_text() == "reward"


def test_library_that_cannot_be_had_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda command: None if command == "mvn" else command)
    said = (outputs(script_with(NOWHERE), tmp_path) / "o.error").read_text()
    assert "there is no jar of org.example.nowhere:nothing:1.0; upload it" in said


def test_uploaded_jar_is_enough(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "nothing-1.0.jar").touch()
    assert Libraries(tmp_path, "").missing([NOWHERE]) == []


@pytest.mark.parametrize("version", ["1.0</version>", "../1", ""])
def test_coordinates_that_are_none_are_never_asked_for(version: str, tmp_path: Path) -> None:
    artifact = Artifact("g", "a", version)
    assert Libraries(tmp_path, "/bin/true").missing([artifact]) == [artifact]


def test_libraries_of_published_scripts_are_installed(tmp_path: Path) -> None:
    known = [
        Artifact("dom4j", "dom4j", "1.6"),
        Artifact("commons-codec", "commons-codec", "1.3"),
        Artifact("javax.mail", "mail", "1.4"),
        Artifact("javax.activation", "activation", "1.1"),
    ]
    assert Libraries(tmp_path, "").missing(known) in ([], known[-1:])

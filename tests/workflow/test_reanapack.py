"""Packs of REANA workflows, as they should be and as they should not."""

from __future__ import annotations

import io
import stat
import time
import zipfile

import pytest

from taverna_server.errors import MalformedDocument
from taverna_server.workflow import reanapack
from taverna_server.workflow.reanapack import check_complete, is_pack, read_pack
from taverna_server.workflow.reanayaml import read_yaml

SERIAL = b"""
inputs:
  files: [data/names.txt]
  parameters: {pause: 0, when: 2026-01-02}
workflow:
  type: serial
  specification: {steps: [{name: one, commands: [echo]}]}
"""
SNAKEMAKE = b"inputs: {files: [a]}\nworkflow: {type: snakemake, file: Snakefile}\n"


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def special(name: str, kind: int) -> bytes:
    """A ZIP with one entry that is no file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("reana.yaml", SERIAL)
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return made.getvalue()


def test_specification_alone_lacks_its_files() -> None:
    pack = read_pack(SERIAL)
    assert pack.missing_files() == ["data/names.txt"]
    assert pack.specification.parameters == {"pause": 0, "when": "2026-01-02"}


@pytest.mark.parametrize("below", ["", "hello-main/"])
def test_zip_may_have_a_directory_around_everything(below: str) -> None:
    files = {f"{below}reana.yaml": SERIAL, f"{below}data/names.txt": b"Ada"}
    pack = read_pack(zipped({**files, "__MACOSX/._reana.yaml": b""}))
    assert pack.missing_files() == []
    assert b"".join(pack.pieces("data/names.txt")) == b"Ada"


def test_parameters_in_a_file_are_read_as_the_client_does() -> None:
    said = b"inputs: {parameters: {input: in.yaml}}\nworkflow: {type: cwl, file: main.cwl}"
    files = {"reana.yaml": said, "in.yaml": b"pause: 3", "main.cwl": b"class: Workflow"}
    assert read_pack(zipped(files)).specification.parameters == {"pause": 3}
    with pytest.raises(MalformedDocument, match=r"'in\.yaml': send a ZIP"):
        check_complete(read_pack(said))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"reana.yaml": SNAKEMAKE, "a": b""}, "'Snakefile', which is not in the ZIP"),
        ({"reana.yaml": b"workflow: {type: nextflow}"}, "no workflow type 'nextflow'"),
        ({"reana.yaml": SERIAL, "../x": b""}, "not a path inside"),
        ({"reana.yaml": SERIAL, "/x": b""}, "not a path inside"),
        ({"reana.yaml": SERIAL, "x\\..\\y": b""}, "not a path inside"),
        ({"reana.yaml": SERIAL, "a": b"", "a/b": b""}, "a file and a directory"),
        ({"reana.yaml": SERIAL, "a//b": b"", "a/b": b""}, "twice"),
        ({"reana.yaml": SERIAL, "d/" * 30 + "x": b""}, "too deep"),
        ({"reana.yaml": b"x: &a [*a]\nworkflow: 1"}, "cannot be read|too large"),
        ({"reana.yaml": b"workflow: [" * 1000}, "too deep|cannot be read"),
    ],
)
def test_what_cannot_be_is_told(files: dict[str, bytes], words: str) -> None:
    with pytest.raises(MalformedDocument, match=words):
        check_complete(read_pack(zipped(files)))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(kind: int) -> None:
    with pytest.raises(MalformedDocument, match="a link or a device"):
        read_pack(special("data/names.txt", kind))


def test_bombs_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reanapack, "MOST_UNPACKED", 1000)
    with pytest.raises(MalformedDocument, match="unpacked"):
        read_pack(zipped({"reana.yaml": SERIAL, "zeros": bytes(2000)}))
    monkeypatch.setattr(reanapack, "MOST_FILES", 3)
    with pytest.raises(MalformedDocument, match="more than 3 files"):
        read_pack(zipped({"reana.yaml": b"", "1": b"", "2": b"", "3": b""}))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)),
        "a: &a {x: 1}\nb: {<<: *a}",
        "a: !!python/object/apply:os.system [id]",
        "a: .nan",
        "a: !!binary aGVsbG8=",
        "? [a, b]\n: c",
        "[" * 10_000,
        "a: [1,\nb: 2",
        "\x00",
    ],
)
def test_hostile_yaml_is_refused_soon(text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(MalformedDocument):
        read_yaml(text.replace("[*a0,*a0,*a0,*a0,*a0,*a0,*a0,*a0,*a0]", "[lol]").encode())
    assert time.monotonic() - begun < 5


def test_documents_of_taverna_are_no_packs() -> None:
    assert not is_pack(b"<workflow>workflow: x</workflow>")
    assert not is_pack(zipped({"mimetype": b"application/x"}))
    assert not is_pack(b"no workflow")

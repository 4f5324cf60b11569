"""The run bundle of REANA's workflow types: one ZIP with the crate, logs and workspace.

The workspace is looked at twice: before the run begins, so that what it made can
be told from what it found, and when it has ended. Files are streamed into the ZIP;
hidden ones, which engines keep for themselves, stay out, and so do links.
"""

from __future__ import annotations

import io
import json
import os
import stat
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from stream_zip import NO_COMPRESSION_32, ZIP_AUTO, stream_zip

from taverna_server.data.values import FileValue
from taverna_server.provenance.bundle import JSON, LEVEL, MEDIA_TYPE, Member
from taverna_server.provenance.contents import PIECE, media_type, pieces
from taverna_server.provenance.crate import NAME as CRATE
from taverna_server.provenance.stepcrate import (
    LOGS,
    WORKFLOW,
    WORKSPACE,
    FoundFile,
    StepStory,
    write_step_crate,
)

Seen = Mapping[str, tuple[int, int]]
"""Files by path below the workspace: when they changed, and their size."""
_FILE = stat.S_IFREG | 0o644


def look_at(workspace: Path, but: Path | None = None) -> Seen:
    """The files there are, except one."""
    return {
        str(path.relative_to(workspace)): (status.st_mtime_ns, status.st_size)
        for path, status in _files(workspace)
        if path != but
    }


def found_files(workspace: Path, before: Seen, after: Seen) -> list[FoundFile]:
    """What there is now, and whether it is new or changed."""
    return [
        FoundFile(
            path=f"{WORKSPACE}{path}",
            kind=media_type(FileValue(workspace / path)),
            size=seen[1],
            made=before.get(path) != seen,
        )
        for path, seen in sorted(after.items())
    ]


def write_step_bundle(target: Path, story: StepStory, document: bytes, run: Path) -> None:
    """Write the ZIP; it is there when it is complete. ``run`` has the jobs' logs.

    Raises:
        OSError: it could not be written, or a file went away meanwhile.
    """
    members = _members(story, document, run, target.parent)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(
                stream_zip(
                    members,
                    chunk_size=PIECE,
                    extended_timestamps=False,
                    get_compressobj=lambda: zlib.compressobj(LEVEL, wbits=-zlib.MAX_WBITS),
                )
            )
        Path(temporary).chmod(0o644)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _members(story: StepStory, document: bytes, run: Path, workspace: Path) -> Iterator[Member]:
    now = datetime.now(UTC)
    content = MEDIA_TYPE.encode()
    method = NO_COMPRESSION_32(len(content), zlib.crc32(content))
    yield "mimetype", now, _FILE, method, (content,)
    crate = io.StringIO()
    write_step_crate(crate, story)
    metadata = crate.getvalue().encode()
    documents = {WORKFLOW: document, CRATE: metadata, ".ro/manifest.json": _manifest(story)}
    for name, text in documents.items():
        yield name, now, _FILE, ZIP_AUTO(len(text)), (text,)
    for path, place in _contents(story, run, workspace):
        value = FileValue(place)
        yield path, now, _FILE, ZIP_AUTO(place.stat().st_size), pieces(value)


def _contents(story: StepStory, run: Path, workspace: Path) -> Iterator[tuple[str, Path]]:
    for job in story.jobs:
        yield f"{LOGS}{job.id}.log", run / LOGS / f"{job.id}.log"
    for found in story.files:
        yield found.path, workspace / found.path.removeprefix(WORKSPACE)


def _manifest(story: StepStory) -> bytes:
    kinds = {WORKFLOW: "application/json", CRATE: JSON}
    kinds |= {f"{LOGS}{job.id}.log": "text/plain" for job in story.jobs}
    kinds |= {found.path: found.kind for found in story.files}
    manifest = {
        "@context": ["https://w3id.org/bundle/context"],
        "id": "/",
        "manifest": ["/.ro/manifest.json"],
        "createdOn": story.finished,
        "aggregates": [{"file": f"/{path}", "mediatype": kind} for path, kind in kinds.items()],
    }
    return json.dumps(manifest).encode()


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for entry in _sorted(folder):
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path), entry.stat(follow_symlinks=False)


def _sorted(folder: Path) -> Iterable[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)

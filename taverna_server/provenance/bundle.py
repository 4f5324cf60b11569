"""The run bundle: everything about a run in one ZIP (provenance dossier 1).

Theory of operation. The records are read twice. The first time the documents are
written, into temporary files: trace, crate, manifest. The second time the ZIP is,
with the intermediate values straight from the records. Nothing grows with the number
of values but the ZIP's own directory, which stands at its end and is kept until then.

``mimetype`` comes first and is not compressed, so that programs know the file by its
first bytes; sizes are told beforehand, so that Java can read it as a stream.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from stream_zip import NO_COMPRESSION_32, ZIP_AUTO, Method, stream_zip

from taverna_server.data.values import FileValue, ListValue, Value
from taverna_server.provenance.contents import PIECE, files, media_type, pieces, size_of
from taverna_server.provenance.crate import NAME as CRATE
from taverna_server.provenance.crate import Crate
from taverna_server.provenance.graph import Graph
from taverna_server.provenance.manifest import TRACE, WFBUNDLE, WFDESC, Manifest
from taverna_server.provenance.names import Names
from taverna_server.provenance.places import Places
from taverna_server.provenance.prov import ProvTrace
from taverna_server.provenance.replay import Replay
from taverna_server.provenance.said import Datum
from taverna_server.provenance.wfdesc import write_wfdesc
from taverna_server.workflow.reading import SCUFL, T2FLOW, as_wfbundle, format_of

MEDIA_TYPE = "application/vnd.wf4ever.robundle+zip"
TURTLE, JSON = "text/turtle", "application/ld+json"
WFBUNDLE_TYPE = "application/vnd.taverna.scufl2.workflow-bundle"

LEVEL = 6
"""Of compression; the library's own 9 takes much longer and saves little."""

Member: TypeAlias = tuple[str, datetime, int, Method, Iterable[bytes]]

_FILE, _FOLDER = stat.S_IFREG | 0o644, stat.S_IFDIR | 0o755
_SUBMITTED = {T2FLOW: "workflow.t2flow", SCUFL: "workflow.scufl.xml"}


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of a run when it has ended."""

    run_id: str
    document: bytes
    """The workflow as submitted."""
    graph: Graph
    records: Path
    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]


def write_bundle(
    target: Path, story: Story, scratch: Path, stopped: Callable[[], bool] = lambda: False
) -> bool:
    """Write the bundle of a run; the file is there when it is complete, and not before.

    ``stopped`` is asked now and then; once it says so, nothing is written: False.
    """
    try:
        _write(target, story, scratch, stopped)
    except _Stopped:
        return False
    return True


class _Stopped(Exception):
    pass


def _write(target: Path, story: Story, scratch: Path, stopped: Callable[[], bool]) -> None:
    with tempfile.TemporaryDirectory(prefix="bundle-", dir=scratch) as name:
        maker = _Bundle(story, Path(name), stopped)
        maker.write_documents()
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(maker.zipped())
            Path(temporary).chmod(0o644)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise


class _Bundle:
    def __init__(self, story: Story, folder: Path, stopped: Callable[[], bool]) -> None:
        self._story = story
        self._folder = folder
        self._stopped = stopped
        self._began = time.time()
        workflow = story.graph.workflow
        self._names = Names(story.run_id, workflow)
        self._replay = Replay(story.graph, self._names, story.records, story.inputs, story.outputs)
        main = self._names.workflow(workflow.top.id)
        self._manifest = Manifest(self._names, main, self._began)
        self._main = main
        self._documents: dict[str, str] = {}
        """Media type by path of what lies in the folder, under a number."""

    def _carry_on(self) -> None:
        if self._stopped():
            raise _Stopped

    # -- documents -----------------------------------------------------------------------

    def write_documents(self) -> None:
        """Everything but values, in the folder."""
        found = format_of(self._story.document)
        submitted = _SUBMITTED.get(found, WFBUNDLE)
        self._add(submitted, found, self._story.document)
        if submitted != WFBUNDLE:
            self._add(WFBUNDLE, WFBUNDLE_TYPE, as_wfbundle(self._story.document))
        crate, trace = self._new(CRATE, JSON), self._new(TRACE, TURTLE)
        with (
            crate.open("w", encoding="utf-8") as crate_stream,
            trace.open("w", encoding="utf-8") as trace_stream,
            closing(Places(self._folder / "places")) as places,
        ):
            prov = ProvTrace(trace_stream, self._story.graph, self._names)
            entities = Crate(crate_stream, self._replay, places, submitted)
            for said in self._replay:
                self._carry_on()
                prov.take(said)
                entities.take(said)
            prov.close(self._began, time.time())
            trace_stream.flush()
            listed = {
                name: (kind, self._place(name).stat().st_size)
                for name, kind in self._documents.items()
                if name != CRATE
            }
            entities.close(listed, self._began)
        self._annotate()
        with self._new(".ro/manifest.json", JSON).open("w", encoding="utf-8") as stream:
            self._manifest.write(stream, self._aggregated())

    def _annotate(self) -> None:
        with self._new(WFDESC, TURTLE).open("w", encoding="utf-8") as stream:
            write_wfdesc(stream, self._story.graph, self._names)
        about = f"<{self._main}> <http://purl.org/wf4ever/wfdesc#hasWorkflowDefinition>"
        self._add(self._manifest.definition, TURTLE, f"{about} <../../{WFBUNDLE}> .\n".encode())

    def _add(self, name: str, kind: str, content: bytes) -> None:
        self._new(name, kind).write_bytes(content)

    def _new(self, name: str, kind: str) -> Path:
        self._documents[name] = kind
        return self._place(name)

    def _place(self, name: str) -> Path:
        return self._folder / str(list(self._documents).index(name))

    def _aggregated(self) -> Iterator[tuple[str, str]]:
        for name, kind in self._documents.items():
            if not name.startswith(".ro/"):
                yield name, kind
        for path, value in self._values():
            if not isinstance(value, ListValue):
                yield path, media_type(value)

    # -- the ZIP -------------------------------------------------------------------------

    def zipped(self) -> Iterable[bytes]:
        """The bundle, piece by piece."""
        return stream_zip(
            self._members(),
            chunk_size=PIECE,
            extended_timestamps=False,
            get_compressobj=lambda: zlib.compressobj(LEVEL, wbits=-zlib.MAX_WBITS),
        )

    def _members(self) -> Iterator[Member]:
        now = datetime.now(UTC)
        content = MEDIA_TYPE.encode()
        method = NO_COMPRESSION_32(len(content), zlib.crc32(content))
        yield "mimetype", now, _FILE, method, (content,)
        folders = ["inputs", "outputs", ".ro", ".ro/annotations"]
        if self._story.graph.top.steps:
            folders.append("intermediates")
        for folder in folders:
            yield _folder(f"{folder}/", now)
        for name in self._documents:
            place = FileValue(self._place(name))
            yield name, now, _FILE, ZIP_AUTO(size_of(place)), pieces(place)
        for path, value in self._values():
            self._carry_on()
            if isinstance(value, ListValue):
                yield _folder(path, now)
            else:
                yield _member_name(path), now, _FILE, ZIP_AUTO(size_of(value)), pieces(value)

    def _values(self) -> Iterator[tuple[str, Value]]:
        yield from files("inputs", self._story.inputs)
        yield from files("outputs", self._story.outputs)
        for said in self._replay:
            if isinstance(said, Datum) and said.stored and said.path and said.value is not None:
                yield said.path, said.value


def _folder(path: str, time: datetime) -> Member:
    return _member_name(path), time, _FOLDER, NO_COMPRESSION_32(0, 0), ()


def _member_name(path: str) -> str:
    return path.encode("utf-8", "replace").decode()

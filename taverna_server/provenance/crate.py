"""``ro-crate-metadata.json``: the same run as a Provenance Run Crate 0.5 on RO-Crate 1.1.

Theory of operation. Entities are written as they come: a ``CreateAction`` for each
job, a ``File`` for each value. What refers to all of them (the root, the folders, the
``ControlAction`` of each step) comes last; until then only their numbers are kept,
sixteen bytes each. A tool that was never used is left out, because the profile wants
an action for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO
from uuid import UUID

from taverna_server import __version__
from taverna_server.data.values import ListValue, Value
from taverna_server.provenance.contents import files
from taverna_server.provenance.crateworkflow import CrateWorkflow
from taverna_server.provenance.entities import (
    action,
    dataset,
    file,
    one_or_many,
    software,
    url,
    value_file,
)
from taverna_server.provenance.jsonstream import Many, write
from taverna_server.provenance.names import SOFTWARE
from taverna_server.provenance.places import Places
from taverna_server.provenance.replay import Replay
from taverna_server.provenance.said import Datum, Ran, Ref, RunRan, Said
from taverna_server.provenance.turtle import seconds

NAME = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
}
TERMS = "https://w3id.org/ro/terms/workflow-run#"
CONTEXT = [
    f"{SPECIFICATION}/context",
    {
        name: f"{TERMS}{name}"
        for name in ("ParameterConnection", "connection", "sourceParameter", "targetParameter")
    },
]
ENGINE = f"{SOFTWARE}taverna-server-{__version__}"


@dataclass(slots=True)
class _Numbers:
    """Very many UUIDs, in few bytes."""

    packed: bytearray = field(default_factory=bytearray)

    def add(self, uuid: str) -> None:
        self.packed += bytes.fromhex(uuid.replace("-", ""))

    def __iter__(self) -> Iterator[str]:
        for begin in range(0, len(self.packed), 16):
            yield str(UUID(bytes=bytes(self.packed[begin : begin + 16])))

    def __len__(self) -> int:
        return len(self.packed) // 16


class Crate:
    """Writes the metadata of one run's bundle."""

    def __init__(self, stream: TextIO, replay: Replay, places: Places, workflow: str) -> None:
        """``workflow`` is the name of the main workflow's file, ``places`` is ours alone."""
        self._stream = stream
        self._replay = replay
        self._names = replay.names
        self._places = places
        self._workflow = workflow
        self._flows = CrateWorkflow(replay.graph, replay.names, workflow, self._write)
        self._actions: dict[tuple[str, str], _Numbers] = {}
        self._collections: dict[str, None] = {}
        self._intermediates = _Numbers()
        self._run: RunRan | None = None
        self._first = True
        stream.write('{"@context": ')
        write(stream, CONTEXT)
        stream.write(', "@graph": [')

    def take(self, said: Said) -> None:
        """The next thing that the replay says."""
        if isinstance(said, Datum):
            self._datum(said)
        elif isinstance(said, Ran):
            self._ran(said)
        else:
            self._run = said

    def close(self, documents: Mapping[str, tuple[str, int]], time: float) -> None:
        """Write the rest; ``documents`` are the bundle's other files, with type and size."""
        for folder, values in (("inputs", self._replay.inputs), ("outputs", self._replay.outputs)):
            self._public(folder, values)
        if self._intermediates:
            parts = Many({"@id": self._place(number)} for number in self._intermediates)
            self._write(dataset("intermediates/", "Values between processors", parts))
        self._flows.write(self._actions)
        if self._run is not None:
            self._main_action(self._run)
        for name, (kind, size) in documents.items():
            if name != self._workflow:
                self._write(file(name, kind, size))
        self._root(documents, time)
        self._stream.write("\n]}\n")

    def _write(self, entity: Mapping[str, Any]) -> None:
        self._stream.write("\n" if self._first else ",\n")
        self._first = False
        write(self._stream, entity)

    # -- values --------------------------------------------------------------------------

    def _datum(self, said: Datum) -> None:
        number = said.ref.uri
        if said.members is not None:
            if said.path is None and number not in self._collections:
                self._collection(said)
            return
        if said.path is None or self._replay.public_path(said.ref.address) is not None:
            return
        uuid = self._names.unique(*said.ref.address)
        if said.stored:
            self._intermediates.add(uuid)
        if said.path != self._default(uuid):
            self._places[uuid] = said.path
        if said.stored and said.value is not None and not isinstance(said.value, ListValue):
            self._write(value_file(said.path, said.value))

    def _collection(self, said: Datum) -> None:
        self._collections[said.ref.uri] = None
        parts = Many(self._link(member) for member in said.members or ())
        entity = {"@id": said.ref.uri, "@type": "Collection", "name": "A list between processors"}
        self._write({**entity, "hasPart": parts} if said.members else entity)

    def _link(self, ref: Ref) -> dict[str, str]:
        """To the file or the list that a value is."""
        public = self._replay.public_path(ref.address)
        if public is not None:
            return {"@id": url(public)}
        if ref.kind > 0:
            return {"@id": ref.uri}
        uuid = self._names.unique(*ref.address)
        return {"@id": self._place(uuid)}

    def _place(self, uuid: str) -> str:
        return self._places.get(uuid) or self._default(uuid)

    def _default(self, uuid: str) -> str:
        """Where most values lie; of others the places know."""
        return f"intermediates/{uuid[:2]}/{uuid}.txt"

    def _public(self, folder: str, values: Mapping[str, Value]) -> None:
        """Inputs or outputs: files and, for lists, folders within folders."""
        top = [{"@id": url(path)} for path, _ in files(folder, values, deep=False)]
        self._write(dataset(f"{folder}/", f"{folder.title()} of the workflow", top))
        for port, value in values.items():
            formal = self._names.port(
                self._replay.graph.top.dataflow.id, None, port, output=folder == "outputs"
            )
            for number, (path, found) in enumerate(files(folder, {port: value})):
                example = {} if number else {"exampleOfWork": {"@id": formal}}
                if isinstance(found, ListValue):
                    base = path.rstrip("/")
                    items = Many({"@id": url(item)} for item in _items(base, found))
                    self._write({**dataset(path, f"A list: {base}", items), **example})
                else:
                    self._write({**value_file(path, found), **example})

    # -- what ran ------------------------------------------------------------------------

    def _ran(self, said: Ran) -> None:
        tool = self._names.processor(said.flow, said.processor)
        uuid = said.uri.rstrip("/").rpartition("/")[2]
        self._actions.setdefault((said.flow, said.processor), _Numbers()).add(uuid)
        place = "".join(f"[{position + 1}]" for position in said.index)
        instrument = tool if said.nested is None else self._flows.tool(said.nested)
        self._write(
            action(
                said.uri,
                f"Execution of {said.processor}{place}",
                instrument,
                (said.began, said.ended),
                [self._link(ref) for _, ref in said.used],
                [self._link(ref) for _, ref in said.made],
                said.failure,
            )
        )

    def _main_action(self, said: RunRan) -> None:
        top = self._replay.graph.top.dataflow
        run = self._names.run
        used = [self._link(ref) for _, ref in said.used]
        made = [self._output(port, ref) for port, ref in said.made]
        times = (said.began, said.ended)
        self._write(action(run, f"Run of {top.name}", self._workflow, times, used, made, None))
        controls = [self._flows.control(*key) for key in self._actions]
        for key, control in zip(self._actions, controls, strict=True):
            flow, processor = key
            actions = Many({"@id": f"{run}process/{number}/"} for number in self._actions[key])
            entity = {"@id": control, "@type": "ControlAction", "name": f"Control of {processor}"}
            step = {"@id": self._flows.step(flow, processor)}
            self._write({**entity, "instrument": step, "object": actions})
        if controls:
            self._write(
                {
                    "@id": "#organize",
                    "@type": "OrganizeAction",
                    "name": f"Execution by taverna-server {__version__}",
                    "instrument": {"@id": ENGINE},
                    "object": one_or_many({"@id": control} for control in controls),
                    "result": {"@id": run},
                    "startTime": seconds(said.began),
                    "endTime": seconds(said.ended),
                }
            )
        self._write(software(ENGINE, "taverna-server", __version__))

    def _output(self, port: str, ref: Ref) -> dict[str, str]:
        value = self._replay.outputs[port]
        path, _ = next(files("outputs", {port: value}))
        return {"@id": url(path)}

    # -- the root ------------------------------------------------------------------------

    def _root(self, documents: Mapping[str, tuple[str, int]], time: float) -> None:
        top = self._replay.graph.top.dataflow
        profiles = dict(PROFILES) if self._actions else dict(list(PROFILES.items())[:2])
        folders = ["inputs/", "outputs/", *(["intermediates/"] if self._intermediates else [])]
        parts = [{"@id": name} for name in (*documents, *folders)]
        name = top.annotations.title or top.name
        self._write(
            {
                "@id": "./",
                "@type": "Dataset",
                "name": f"Workflow run of {name}",
                "description": f"What a run of {name} used and made, and how",
                "datePublished": seconds(time),
                "license": "The licence of the workflow and of the data apply",
                "conformsTo": [{"@id": uri} for uri in (*profiles, WORKFLOW_CRATE)],
                "hasPart": parts,
                "mainEntity": {"@id": self._workflow},
                "mentions": Many(self._mentions()),
            }
        )
        for uri, title in (*profiles.items(), (WORKFLOW_CRATE, "Workflow RO-Crate")):
            version = uri.rpartition("/")[2]
            entity = {"@id": uri, "@type": "CreativeWork", "name": title, "version": version}
            self._write(entity)
        self._write({"@id": "#taverna", "@type": "ComputerLanguage", "name": "Taverna"})
        self._write(
            {
                "@id": NAME,
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": [{"@id": SPECIFICATION}, {"@id": WORKFLOW_CRATE}],
            }
        )

    def _mentions(self) -> Iterator[dict[str, str]]:
        yield {"@id": self._names.run}
        for numbers in self._actions.values():
            for number in numbers:
                yield {"@id": f"{self._names.run}process/{number}/"}
        for uri in self._collections:
            yield {"@id": uri}


def _items(base: str, value: ListValue) -> Iterator[str]:
    folder, _, port = base.rpartition("/")
    for place, item in enumerate(value.items):
        yield next(files(f"{folder}/{port}", {str(place): item}))[0]

"""Writes ``profile/<name>.rdf`` and the JSON files it refers to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from taverna_server.workflow.model import Activity, ActivityPort, Dataflow, Processor
from taverna_server.workflow.unique import UniqueNames
from taverna_server.workflow.wfbundle import configurations
from taverna_server.workflow.wfbundle.jsonforms import BeanWriter, write_dispatch
from taverna_server.workflow.wfbundle.profiles import OWN
from taverna_server.workflow.wfbundle.rdfwriting import Element, document
from taverna_server.workflow.wfbundle.vocabulary import RDFS, SCUFL2, segment


def write_profile(
    places: Iterable[tuple[Dataflow, str]], by_id: Mapping[str, str], name: str
) -> dict[str, bytes]:
    """The files of a profile; ``by_id`` has the places of dataflows by their ids."""
    writer = _Writer(name, by_id)
    for dataflow, place in places:
        for processor in dataflow.processors:
            writer.processor(processor, f"../../{place}processor/{segment(processor.name)}/")
    return writer.finished()


@dataclass
class _Writer:
    name: str
    by_id: Mapping[str, str]
    files: dict[str, bytes] = field(default_factory=dict)
    descriptions: list[Element] = field(default_factory=list)
    names: UniqueNames = field(default_factory=UniqueNames)
    beans: BeanWriter = field(default_factory=BeanWriter)

    def __post_init__(self) -> None:
        self.profile = Element(SCUFL2, "Profile", about="")
        self.profile.text(SCUFL2, "name", self.name)

    def finished(self) -> dict[str, bytes]:
        content = document([self.profile, *self.descriptions], f"{self.name}/")
        return {f"profile/{self.name}.rdf": content, **self.files}

    def processor(self, processor: Processor, place: str) -> None:
        for position, activity in enumerate(processor.activities):
            name = self.names.unused(processor.name)
            about = f"activity/{segment(name)}/"
            self._activity(activity, name, about)
            self._binding(activity, name, about, place, position)
        dispatch = write_dispatch(processor.dispatch, self.beans)
        if dispatch:
            name = self.names.unused(f"{processor.name}-proc")
            self._configure(name, place, "", dispatch)

    def _activity(self, activity: Activity, name: str, about: str) -> None:
        made = self._describe("Activity", about, name)
        kind = configurations.type_of(activity.kind)
        made.type(kind)
        inputs = _with_mapped(activity.inputs, activity.input_map.values())
        outputs = _with_mapped(activity.outputs, activity.output_map)
        _ports(made, "inputActivityPort", f"{about}in/", inputs)
        _ports(made, "outputActivityPort", f"{about}out/", outputs)
        data = configurations.to_json(activity.kind, activity.config)
        if activity.nested is not None and activity.nested in self.by_id:
            data["nestedWorkflow"] = self.by_id[activity.nested]
        self._configure(name, about, f"{kind}#Config", data | {OWN: self.beans.activity(activity)})

    def _binding(
        self, activity: Activity, name: str, bound: str, place: str, position: int
    ) -> None:
        about = f"processorbinding/{segment(name)}/"
        self.profile.refer(SCUFL2, "processorBinding", about)
        made = self._describe("ProcessorBinding", about, name)
        made.refer(SCUFL2, "bindActivity", bound)
        made.refer(SCUFL2, "bindProcessor", place)
        made.number("activityPosition", position)
        for outer, inner in activity.input_map.items():
            _bind(made, "Input", about, (f"{bound}in/", inner), (f"{place}in/", outer))
        for inner, outer in activity.output_map.items():
            _bind(made, "Output", about, (f"{bound}out/", inner), (f"{place}out/", outer))

    def _configure(self, name: str, what: str, kind: str, data: Mapping[str, Any]) -> None:
        about = f"configuration/{segment(name)}/"
        self.profile.refer(SCUFL2, "activateConfiguration", about)
        made = self._describe("Configuration", about, name)
        if kind:
            made.type(kind)
        made.refer(SCUFL2, "configure", what)
        path = f"{about.rstrip('/')}.json"
        made.refer(RDFS, "seeAlso", path)
        content = json.dumps(data, ensure_ascii=False, indent=1)
        self.files[f"profile/{self.name}/{path}"] = content.encode()

    def _describe(self, kind: str, about: str, name: str) -> Element:
        made = Element(SCUFL2, kind, about=about)
        made.text(SCUFL2, "name", name)
        self.descriptions.append(made)
        return made


def _with_mapped(
    declared: tuple[ActivityPort, ...], mapped: Iterable[str]
) -> Iterable[ActivityPort]:
    """The declared ports, and those that are only known because they are used."""
    ports = {name: ActivityPort(name) for name in mapped}
    return (ports | {port.name: port for port in declared}).values()


def _ports(owner: Element, name: str, place: str, ports: Iterable[ActivityPort]) -> None:
    for port in ports:
        kind = name[0].upper() + name[1:]
        made = owner.child(SCUFL2, name).child(SCUFL2, kind, about=place + segment(port.name))
        made.text(SCUFL2, "name", port.name)
        made.number("portDepth", port.depth)


def _bind(
    owner: Element, side: str, about: str, inner: tuple[str, str], outer: tuple[str, str]
) -> None:
    name = f"{side.lower()}PortBinding"
    place = f"{about}{'in' if side == 'Input' else 'out'}/{segment(outer[1])}"
    made = owner.child(SCUFL2, name).child(SCUFL2, f"{side}PortBinding", about=place)
    made.refer(SCUFL2, f"bind{side}ActivityPort", inner[0] + segment(inner[1]))
    made.refer(SCUFL2, f"bind{side}ProcessorPort", outer[0] + segment(outer[1]))

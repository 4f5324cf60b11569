"""``profile/<name>.rdf``: which activity each processor invokes, and how both are configured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.workflow.activities import kind_of, make_activity
from taverna_server.workflow.elements import child, children, text_at
from taverna_server.workflow.model import Activity, ActivityPort, Bean, DispatchStack
from taverna_server.workflow.wfbundle import configurations
from taverna_server.workflow.wfbundle.archive import Archive
from taverna_server.workflow.wfbundle.jsonforms import load, read_bean, read_dispatch
from taverna_server.workflow.wfbundle.rdf import RdfDocument, parts
from taverna_server.workflow.wfbundle.vocabulary import RDF, RDFS, name_of

OWN = "t2flow"
"""The member of an activity's JSON that has its form in a t2flow document."""

_TYPE = f"{{{RDF}}}type"
_SEE_ALSO = f"{{{RDFS}}}seeAlso"


@dataclass
class Profile:
    """Activities and dispatch stacks by the URI of their processor."""

    activities: dict[str, list[Activity]] = field(default_factory=dict)
    dispatch: dict[str, DispatchStack] = field(default_factory=dict)


def read_profile(
    document: RdfDocument, archive: Archive, nested: Callable[[str], str | None]
) -> Profile:
    """``nested`` gives the id of the dataflow at a URI."""
    return _Reader(document, archive, nested).profile()


@dataclass
class _Reader:
    document: RdfDocument
    archive: Archive
    nested: Callable[[str], str | None]
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    """JSON by the URI of what it configures."""

    def profile(self) -> Profile:
        root = self.document.root
        for element in children(root, "Configuration"):
            self._load(element)
        activities = {self.document.subject(e): e for e in children(root, "Activity")}
        found: defaultdict[str, list[tuple[int, Activity]]] = defaultdict(list)
        for binding in children(root, "ProcessorBinding"):
            bound = activities.get(self.document.required_target(binding, "bindActivity"))
            processor = self.document.required_target(binding, "bindProcessor")
            if bound is None:
                self.document.findings.add(binding, "binds an activity that is not in the profile")
                continue
            found[processor].append((self._position(binding), self._activity(bound, binding)))
        in_order = {uri: sorted(pairs, key=lambda pair: pair[0]) for uri, pairs in found.items()}
        return Profile(
            {uri: [activity for _, activity in pairs] for uri, pairs in in_order.items()},
            {uri: read_dispatch(data, self.document.findings) for uri, data in self.data.items()
             if uri not in activities},
        )  # fmt: skip

    def _load(self, element: etree._Element) -> None:
        about = self.document.required_target(element, "configure")
        path = next(
            (
                self.document.resolve(str(found.get(f"{{{RDF}}}resource", "")))
                for found in element.iterchildren(_SEE_ALSO)
            ),
            None,
        )
        if path is None:
            return
        try:
            self.data[about] = load(self.archive.read(path), path)
        except MalformedDocument as error:
            self.document.findings.add(element, str(error))

    def _position(self, binding: etree._Element) -> int:
        written = text_at(binding, "activityPosition")
        return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 0

    def _activity(self, element: etree._Element, binding: etree._Element) -> Activity:
        data = dict(self.data.get(self.document.subject(element), {}))
        own = data.pop(OWN, None)
        inputs = dict(self._bound(binding, "input"))
        outputs = {activity: processor for processor, activity in self._bound(binding, "output")}
        kind = configurations.kind_of_type(self._type(element), data)
        class_name, config, nested = configurations.class_of(kind), None, self._nested(kind, data)
        if isinstance(own, dict) and isinstance(own.get("class"), str):
            class_name, kind = own["class"], kind_of(own["class"])
            if isinstance(own.get("nested"), str):
                kind, nested = "dataflow", self._nested("dataflow", data) or own["nested"]
            config = self._own_bean(element, own)
        standard = {name: value for name, value in data.items() if name != "nestedWorkflow"}
        if config is None or configurations.to_json(kind, config) != standard:
            ports = self._ports(element, "input"), self._ports(element, "output")
            config = configurations.to_bean(kind, data, ports) if standard else config
        return make_activity(class_name, inputs, outputs, config, nested)

    def _type(self, element: etree._Element) -> str:
        found = element.find(_TYPE)
        return "" if found is None else str(found.get(f"{{{RDF}}}resource", ""))

    def _nested(self, kind: str, data: dict[str, Any]) -> str | None:
        place = data.get("nestedWorkflow")
        if kind != "dataflow" or not isinstance(place, str):
            return None
        return self.nested(place) or place

    def _own_bean(self, element: etree._Element, own: dict[str, Any]) -> Bean | None:
        if own.get("configuration") is None:
            return None
        try:
            return read_bean(own["configuration"])
        except (ValueError, RecursionError) as error:
            self.document.findings.add(element, f"has {error}")
            return None

    def _bound(self, binding: etree._Element, side: str) -> Iterator[tuple[str, str]]:
        """Names of processor ports and of the activity ports bound to them."""
        title = side.capitalize()
        for part in parts(binding, f"{side}PortBinding"):
            processor = self.document.required_target(part, f"bind{title}ProcessorPort")
            activity = self.document.required_target(part, f"bind{title}ActivityPort")
            yield name_of(processor), name_of(activity)

    def _ports(self, element: etree._Element, side: str) -> list[ActivityPort]:
        return [
            ActivityPort(self.document.name(part), self.document.depth(part, "portDepth"))
            for part in parts(element, f"{side}ActivityPort")
            if child(part, "name") is not None
        ]

"""Components: workflows from a registry, put in their place as nested workflows (activities.md 13).

Registries on the web are gone; a registry is a directory::

    BASE/componentFamilies/FAMILY/COMPONENT/VERSION/dataflow.t2flow

It is the ``file:`` address in the workflow, or a folder of this site, which
stands in for all of them. A component that is in neither stays what it is and
fails when it is invoked. Its family may say how errors are handled
(``componentprofiles``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from taverna_server.errors import WorkflowInvalid
from taverna_server.workflow.componentprofiles import read_error_handling
from taverna_server.workflow.model import (
    ERROR_CHANNEL,
    Activity,
    Bean,
    Dataflow,
    ErrorHandling,
    Loop,
    Processor,
    Workflow,
)

KIND = "component"
_DEEPEST = 16
_PREFIX = "component:"

Reader = Callable[[bytes], Workflow]


def with_components(workflow: Workflow, folder: str, read: Reader) -> Workflow:
    """The workflow with its components in it; the same one where it has none.

    ``folder`` is the site's own registry, empty for none; ``read`` reads a document.

    Raises:
        WorkflowInvalid: components that contain themselves.
        MalformedDocument: a component that is no workflow.
    """
    return _Assembly(folder, read).assembled(workflow, 0)


class _Assembly:
    """One workflow being put together; each component is read once a level."""

    def __init__(self, folder: str, read: Reader) -> None:
        self._folder = folder
        self._read = read

    def assembled(self, workflow: Workflow, level: int) -> Workflow:
        flows = (workflow.top, *workflow.nested.values())
        places = {place for flow in flows for place in self._places(flow)}
        if not places:
            return workflow
        if level == _DEEPEST:
            raise WorkflowInvalid(["Its components contain themselves, or each other."])
        nested = dict(workflow.nested)
        tops = {}
        for place in sorted(places):
            found = self.assembled(self._read(place.read_bytes()), level + 1)
            renamed = _renamed(found, f"{_PREFIX}{sha256(bytes(place)).hexdigest()[:16]}:")
            tops[place] = renamed.top
            nested |= {renamed.top.id: renamed.top, **renamed.nested}
        changed = {id: self._changed(flow, tops) for id, flow in nested.items()}
        return replace(workflow, top=self._changed(workflow.top, tops), nested=changed)

    def _places(self, flow: Dataflow) -> Iterator[Path]:
        for activity in _activities(flow):
            place = self._place(activity)
            if place is not None:
                yield place

    def _changed(self, flow: Dataflow, tops: dict[Path, Dataflow]) -> Dataflow:
        def change(activity: Activity) -> Activity:
            place = self._place(activity)
            if place is None or place not in tops:
                return activity
            base, family = place.parents[4], place.parents[2].name
            return _nesting(activity, tops[place], read_error_handling(base, family))

        return _mapped(flow, change)

    def _place(self, activity: Activity) -> Path | None:
        """Where a component lies; None for other activities, and for one that is nowhere."""
        if activity.kind != KIND or activity.nested is not None or activity.config is None:
            return None
        names = _names(activity.config)
        for base in _bases(activity.config, self._folder):
            place = base.joinpath("componentFamilies", *names, "dataflow.t2flow")
            if _is_plain(names) and place.is_file():
                return place.absolute()
        return None


def _names(config: Bean) -> list[str]:
    tags = ("familyName", "componentName", "componentVersion")
    return [config.text_of(tag).strip() for tag in tags]


def _is_plain(names: list[str]) -> bool:
    return all(name and "/" not in name and name not in (".", "..") for name in names)


def _bases(config: Bean, folder: str) -> Iterator[Path]:
    address = urlsplit(config.text_of("registryBase").strip())
    if address.scheme == "file":
        yield Path(unquote(address.path))
    if folder:
        yield Path(folder)


def _nesting(activity: Activity, top: Dataflow, handling: ErrorHandling | None) -> Activity:
    """As a nested workflow; ports that the component does not have are not connected."""
    inputs, outputs = ({port.name for port in ports} for ports in (top.inputs, top.outputs))
    if handling is not None:
        outputs.add(ERROR_CHANNEL)
    return replace(
        activity,
        nested=top.id,
        config=None,
        error_handling=handling,
        input_map={p: a for p, a in activity.input_map.items() if a in inputs},
        output_map={a: p for a, p in activity.output_map.items() if a in outputs},
    )


def _renamed(workflow: Workflow, prefix: str) -> Workflow:
    """With ids that no other workflow has."""

    def change(activity: Activity) -> Activity:
        known = activity.nested is not None and not activity.nested.startswith(_PREFIX)
        return replace(activity, nested=f"{prefix}{activity.nested}") if known else activity

    def new(id: str) -> str:
        return id if id.startswith(_PREFIX) else prefix + id

    def flow(old: Dataflow) -> Dataflow:
        return replace(_mapped(old, change), id=new(old.id))

    return replace(
        workflow,
        top=flow(workflow.top),
        nested={new(id): flow(old) for id, old in workflow.nested.items()},
    )


def _mapped(flow: Dataflow, change: Callable[[Activity], Activity]) -> Dataflow:
    """The graph with each of its activities changed."""

    def processor(old: Processor) -> Processor:
        loop = old.dispatch.loop
        changed: Loop | None = replace(loop, condition=change(loop.condition)) if loop else None
        return replace(
            old,
            activities=tuple(map(change, old.activities)),
            dispatch=replace(old.dispatch, loop=changed),
        )

    return replace(flow, processors=tuple(map(processor, flow.processors)))


def _activities(flow: Dataflow) -> Iterator[Activity]:
    for processor in flow.processors:
        yield from processor.activities
        if processor.dispatch.loop is not None:
            yield processor.dispatch.loop.condition

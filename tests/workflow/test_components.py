"""Components from registries that are directories."""

from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.errors import WorkflowInvalid
from taverna_server.workflow.components import with_components
from taverna_server.workflow.model import (
    Activity,
    Bean,
    Dataflow,
    DataLink,
    Endpoint,
    ErrorHandling,
    ErrorRule,
    Port,
    Processor,
    Workflow,
)


def component(
    name: str, base: str = "http://www.myexperiment.org", family: str = "Family"
) -> Activity:
    fields = {
        "registryBase": base,
        "familyName": family,
        "componentName": name,
        "componentVersion": "1",
    }
    config = Bean("bean", children=tuple(Bean(tag, text) for tag, text in fields.items()))
    ports = {"in": "in", "extra": "extra"}, {"out": "out", "error_channel": "errors"}
    return Activity("component", "org.example.ComponentActivity", *ports, config)


def flow(activity: Activity, nested: dict[str, Dataflow] | None = None) -> Workflow:
    processor = Processor("P", (Port("in"),), (Port("out"),), (activity,))
    links = (
        DataLink(Endpoint(None, "in"), Endpoint("P", "in")),
        DataLink(Endpoint("P", "out"), Endpoint(None, "out")),
    )
    top = Dataflow("top", "flow", (Port("in"),), (Port("out"),), (processor,), links)
    return Workflow(top, nested or {})


STORED = {
    b"plain": flow(Activity("stringconstant", "", {}, {})),
    b"nesting": flow(
        Activity("dataflow", "", {}, {}, nested="inner"),
        {"inner": flow(Activity("stringconstant", "", {}, {})).top},
    ),
    b"outer": flow(component("plain")),
    b"endless": flow(component("endless")),
}


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    for name in STORED:
        place = tmp_path / "componentFamilies" / "Family" / name.decode() / "1"
        place.mkdir(parents=True)
        (place / "dataflow.t2flow").write_bytes(name)
    return tmp_path


def assembled(activity: Activity, folder: Path | str = "") -> Workflow:
    return with_components(flow(activity), str(folder), STORED.__getitem__)


def only_activity(flow: Dataflow) -> Activity:
    [processor] = flow.processors
    [activity] = processor.activities
    return activity


def test_component_of_the_workflows_registry_is_nested(registry: Path) -> None:
    found = assembled(component("plain", registry.as_uri()))
    activity = only_activity(found.top)
    assert (activity.kind, activity.nested in found.nested) == ("component", True)
    assert (activity.input_map, activity.output_map) == ({"in": "in"}, {"out": "out"})
    assert only_activity(found.nested[activity.nested or ""]).kind == "stringconstant"


def test_sites_registry_stands_in_for_one_that_is_gone(registry: Path) -> None:
    assert only_activity(assembled(component("plain"), registry).top).nested


def test_component_may_nest_workflows_and_components(registry: Path) -> None:
    for name in ("nesting", "outer"):
        found = assembled(component(name), registry)
        first = found.nested[only_activity(found.top).nested or ""]
        second = found.nested[only_activity(first).nested or ""]
        assert only_activity(second).kind == "stringconstant"


def test_component_that_contains_itself_is_refused(registry: Path) -> None:
    with pytest.raises(WorkflowInvalid, match="contain themselves"):
        assembled(component("endless"), registry)


@pytest.mark.parametrize("name", ["absent", "..", "", "../Family/plain"])
def test_component_that_is_nowhere_stays(registry: Path, name: str) -> None:
    activity = only_activity(assembled(component(name), registry).top)
    assert (activity.kind, activity.nested) == ("component", None)


def test_workflow_without_components_is_not_touched() -> None:
    workflow = flow(Activity("stringconstant", "", {}, {}))
    assert with_components(workflow, "", STORED.__getitem__) is workflow


PROFILE = """<profile xmlns="http://ns.taverna.org.uk/2012/component/profile"><id>{id}</id>
<name>{id} profile</name><description/>{more}</profile>"""
HANDLING = """<component><exceptionHandling><failLists/>
<handleException><pattern>.*</pattern><pruneStack/></handleException>
<handleException><pattern>a.*</pattern><replacement replacementId="urn:a" replacementMessage="A"/>
</handleException></exceptionHandling></component>"""


def profiled(registry: Path, **profiles: str) -> ErrorHandling | None:
    folder = registry / "componentProfiles"
    folder.mkdir()
    (folder / "0.xml").write_text("no profile")
    for id, more in profiles.items():
        (folder / f"{id}.xml").write_text(PROFILE.format(id=id, more=more))
    (registry / "componentFamilies/Family/profile").write_text("own profile\n")
    return only_activity(assembled(component("plain"), registry).top).error_handling


def test_family_may_handle_errors(registry: Path) -> None:
    rules = (ErrorRule(".*", prune_trace=True), ErrorRule("a.*", message="A"))
    assert profiled(registry, own=HANDLING) == ErrorHandling(rules, fail_lists=True)
    activity = only_activity(assembled(component("plain"), registry).top)
    assert activity.output_map == {"out": "out", "error_channel": "errors"}


def test_profile_may_extend_another(registry: Path) -> None:
    found = profiled(registry, other=HANDLING, own='<extends profileId="other"/><component/>')
    assert found is not None


@pytest.mark.parametrize("more", ["<component/>", '<extends profileId="own"/>', ""])
def test_family_without_rules_handles_nothing(registry: Path, more: str) -> None:
    assert profiled(registry, own=more) is None
    assert only_activity(assembled(component("plain"), registry).top).output_map == {"out": "out"}

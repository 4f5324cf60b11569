"""The law of bundles: whatever the model can say goes through one unchanged."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from taverna_server.workflow.activities import make_activity
from taverna_server.workflow.model import (
    Annotations,
    Bean,
    ControlLink,
    Cross,
    Dataflow,
    DataLink,
    DispatchStack,
    Dot,
    Endpoint,
    Loop,
    Port,
    PortNode,
    Prefix,
    Processor,
    Retry,
    StrategyNode,
    Workflow,
)
from taverna_server.workflow.wfbundle import read_wfbundle, write_wfbundle

CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from("\n\r\t")
TEXTS = st.text(CHARACTERS, max_size=12)
NAMES = TEXTS.map(str.strip).filter(bool)
DEPTHS = st.integers(0, 4)

annotations = st.builds(Annotations, *[TEXTS] * 5, st.lists(TEXTS, max_size=2).map(tuple))


def ports() -> st.SearchStrategy[tuple[Port, ...]]:
    made = st.builds(
        lambda name, depth, less, said: Port(name, depth, max(0, depth - less), said),
        NAMES, DEPTHS, DEPTHS, annotations,
    )  # fmt: skip
    return st.lists(made, max_size=3, unique_by=lambda port: port.name).map(tuple)


beans = st.recursive(
    st.builds(Bean, NAMES, TEXTS, st.dictionaries(NAMES, TEXTS, max_size=2)),
    lambda inner: st.builds(
        Bean, NAMES, st.just(""), st.just({}), st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=6,
)
maps = st.dictionaries(NAMES, NAMES, max_size=3)
classes = NAMES.map("net.sf.{}Activity".format) | st.sampled_from(
    ["a.BeanshellActivity", "a.StringConstantActivity", "a.RESTActivity", "a.XPathActivity"]
)
activities = st.builds(make_activity, classes, maps, maps, st.none() | beans)
nodes: st.SearchStrategy[StrategyNode] = st.recursive(
    st.builds(PortNode, NAMES, DEPTHS),
    lambda inner: st.one_of(
        st.builds(Cross, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Dot, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Prefix, st.tuples(inner, inner)),
    ),
    max_leaves=5,
)
delays = st.integers(0, 10**6)
stacks = st.builds(
    DispatchStack,
    st.integers(1, 100),
    st.builds(Retry, st.integers(0, 9), delays, delays, st.floats(0, 100)),
    st.none() | st.builds(Loop, activities, st.booleans()),
    st.lists(NAMES, max_size=1).map(tuple),
)
processors = st.builds(
    Processor,
    NAMES,
    ports(),
    ports(),
    st.lists(activities, max_size=2).map(tuple),
    stacks,
    st.lists(nodes, max_size=2).map(tuple),
    annotations,
)
ends = st.builds(Endpoint, st.none() | NAMES, NAMES)
links = st.lists(
    st.builds(DataLink, ends, ends, st.none() | st.just(0)), max_size=3, unique_by=lambda x: x.sink
).map(tuple)


def dataflows(id: str) -> st.SearchStrategy[Dataflow]:
    return st.builds(
        Dataflow,
        st.just(id),
        NAMES,
        ports(),
        ports(),
        st.lists(processors, max_size=3, unique_by=lambda step: step.name).map(tuple),
        links,
        st.lists(st.builds(ControlLink, NAMES, NAMES), max_size=2).map(tuple),
        annotations,
    )


workflows = st.builds(
    lambda top, nested, made_by: Workflow(top, {nested.id: nested}, made_by),
    dataflows("a/b"), dataflows("\u00fc c"), TEXTS.map(str.strip),
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(workflows)
def test_workflow_goes_through_a_bundle_unchanged(workflow: Workflow) -> None:
    assert read_wfbundle(write_wfbundle(workflow)) == workflow

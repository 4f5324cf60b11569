"""Native local workers: which scripts, and what they do when they are not certain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taverna_server.data.values import FileValue, ListValue, Value, make_list
from taverna_server.engines.taverna.activities import nativeworkers
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    RunContext,
)
from taverna_server.engines.taverna.activities.beanshell import Beanshell, script_text
from taverna_server.engines.taverna.activities.jvm import Jvm
from taverna_server.engines.taverna.activities.jvmprocess import LARGE
from taverna_server.engines.taverna.activities.localworker import LocalWorker
from taverna_server.workflow.model import Activity, ActivityPort
from taverna_server.workflow.t2flow import read_t2flow
from tests.corpus import FILES, needs_corpus

from .conftest import Bind, new_run, script

CONCATENATE = "output = string1 + string2;"


@pytest.fixture
def no_jvm() -> Iterator[None]:
    with mock.patch.object(Jvm, "process", side_effect=AssertionError("a JVM was started")):
        yield


@pytest.fixture
def concatenate(bind: Bind) -> BoundActivity:
    return bind("localworker", script(CONCATENATE), inputs="string1 string2", outputs="output")


def test_standard_script_needs_no_jvm(concatenate: BoundActivity, no_jvm: None) -> None:
    assert concatenate.invoke({"string1": "a", "string2": b"\xc3\xbc"}) == {"output": "aü"}
    assert not LocalWorker.needs_jvm(concatenate.activity)


def test_port_that_is_not_connected_is_left_to_the_script(concatenate: BoundActivity) -> None:
    """J2"""
    assert concatenate.invoke({"string1": "a"}) == {"output": "avoid"}


def test_script_decides_in_the_middle_of_a_batch(concatenate: BoundActivity) -> None:
    rows = [{"string1": "a", "string2": "b"}, {"string2": "b"}, {"string1": "c", "string2": "d"}]
    results = [r["output"] for r in concatenate.invoke_all(rows) if isinstance(r, dict)]
    assert results == ["ab", "voidb", "cd"]


def test_text_in_a_file_is_left_to_the_script(concatenate: BoundActivity, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"\xfc")
    given = {"string1": "a", "string2": FileValue(tmp_path / "b", "latin1")}
    assert concatenate.invoke(given) == {"output": "aü"}


def test_large_result_is_a_file(concatenate: BoundActivity, no_jvm: None) -> None:
    value = concatenate.invoke({"string1": "ü" * LARGE, "string2": "b"})["output"]
    assert isinstance(value, FileValue)
    assert value.path.read_text("utf-8") == "ü" * LARGE + "b"


@pytest.mark.parametrize(
    ("text", "inputs", "outputs"),
    [
        ("output = string1 + string2; ;", "string1 string2", "output"),
        (CONCATENATE, "string1:1 string2", "output"),
        (CONCATENATE, "string1:0:bytes string2", "output"),
        (CONCATENATE, "string1 string2 string3", "output"),
        (CONCATENATE, "string1 string2", "output:1"),
        (CONCATENATE, "string1 string2", "output other"),
    ],
)
def test_changed_worker_is_executed_as_a_script(
    bind: Bind, text: str, inputs: str, outputs: str
) -> None:
    activity = bind("localworker", script(text), inputs=inputs, outputs=outputs).activity
    assert LocalWorker.needs_jvm(activity)


def test_layout_of_a_script_does_not_matter() -> None:
    assert nativeworkers.fingerprint('a = "b";\n') == nativeworkers.fingerprint('a="b"  ;')


def test_blank_in_a_string_matters() -> None:
    assert nativeworkers.fingerprint('a = " b";') != nativeworkers.fingerprint('a = "b";')


def native_activities() -> dict[str, Activity]:
    """One activity of the corpus for each native worker."""
    found: dict[str, Activity] = {}
    for path in FILES:
        workflow = read_t2flow(path.read_bytes())
        for flow in (workflow.top, *workflow.nested.values()):
            for processor in flow.processors:
                for activity in processor.activities:
                    if activity.kind == "localworker" and not LocalWorker.needs_jvm(activity):
                        found[nativeworkers.fingerprint(script_text(activity))] = activity
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunContext]:
    run = new_run(tmp_path_factory.mktemp("run"))
    yield run
    run.close()


@pytest.fixture(scope="module")
def pairs(run: RunContext) -> list[tuple[LocalWorker, Beanshell]]:
    """Each native worker beside its script."""
    return [(LocalWorker(a, run), Beanshell(a, run)) for a in native_activities().values()]


words = st.sampled_from(
    ["", "a", "b", "ab", "a,b,,", ",", "\n", "ü", "1", "7", "[ab]", "b*", "a$", "("]
)


def values(port: ActivityPort, depth: int) -> st.SearchStrategy[Value]:
    if depth == 0:
        return st.one_of(words, words.map(str.encode))
    return st.lists(values(port, depth - 1), max_size=4).map(lambda items: make_list(items, depth))


@needs_corpus
def test_every_native_worker_occurs_in_the_corpus(
    pairs: list[tuple[LocalWorker, Beanshell]],
) -> None:
    assert len(pairs) == 10


@needs_corpus
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_native_worker_equals_its_script(
    pairs: list[tuple[LocalWorker, Beanshell]], data: st.DataObject
) -> None:
    native, scripted = data.draw(st.sampled_from(pairs))
    inputs = {
        port.name: data.draw(values(port, port.depth))
        for port in native.activity.inputs
        if data.draw(st.integers(0, 9))
    }
    ours, theirs = (next(iter(activity.invoke_all([inputs]))) for activity in (native, scripted))
    if isinstance(theirs, ActivityFailure):
        assert isinstance(ours, ActivityFailure)
        assert ours.message == theirs.message
    else:
        assert ours == theirs


@needs_corpus
def test_merge_of_many_items_is_linear(run: RunContext) -> None:
    merge = next(a for a in native_activities().values() if a.outputs[0].name == "concatenated")
    items = ListValue(("x",) * 100_000, 1)
    assert LocalWorker(merge, run).invoke({"stringlist": items}) == {
        "concatenated": "\n".join(["x"] * 100_000)
    }

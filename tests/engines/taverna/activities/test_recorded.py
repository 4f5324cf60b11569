"""What Taverna gave, we give: invocations recorded in the corpus, one by one.

The corpus lies outside the project (TAVERNA_CORPUS); without it nothing is compared.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from taverna_server.data.values import ErrorDocument, ListValue, Value, read_bytes
from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.engines.taverna.activities.beanshell import Beanshell, script_text
from taverna_server.engines.taverna.activities.localworker import LocalWorker
from taverna_server.engines.taverna.activities.nativeworkers import native_worker
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from tests.corpus import needs_corpus

from .conftest import new_run
from .recorded import Recorded, recorded_invocations

pytestmark = needs_corpus

OUTSIDE = ("URL", "File", "exec(", "JOption", "Desktop", "Random")
"""In a script that needs more than its inputs."""

KNOWN = {
    ("workflow_1652_version_1", "GetUniqueHomolog"),  # order of a HashSet, Java 6
    ("workflow_2212_version_3", "parseVOTable"),  # a parser that was inside Java 6
}

Comparable = None | bytes | list["Comparable"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunContext]:
    run = new_run(tmp_path_factory.mktemp("run"))
    yield run
    run.close()


def comparable(value: Value) -> Comparable:
    """Without the distinction of text and bytes, which records do not have."""
    if isinstance(value, ErrorDocument):
        return None
    return list(map(comparable, value)) if isinstance(value, ListValue) else read_bytes(value)


def scripts() -> Iterator[Recorded]:
    for recorded in recorded_invocations({"beanshell", "localworker"}):
        script = script_text(recorded.activity)
        if not any(word in script for word in OUTSIDE) and recorded.name not in KNOWN:
            yield recorded


def test_scripts_give_what_they_gave(run: RunContext) -> None:
    compared = 0
    for recorded in scripts():
        outputs = Beanshell(recorded.activity, run).invoke(recorded.inputs)
        for port, value in recorded.outputs.items():
            assert comparable(outputs[port]) == comparable(value), recorded.name
        compared += 1
    assert compared > 300


def test_native_workers_give_exactly_what_their_scripts_give(run: RunContext) -> None:
    native = [r for r in scripts() if native_worker(r.activity, script_text(r.activity))]
    for recorded in native:
        ours = LocalWorker(recorded.activity, run).invoke(recorded.inputs)
        assert ours == Beanshell(recorded.activity, run).invoke(recorded.inputs), recorded.name
    assert len(native) > 150


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("stringconstant", 100),
        ("xmlinputsplitter", 30),
        ("xmloutputsplitter", 10),
        ("xpath", 30),
    ],
)
def test_other_kinds_give_what_they_gave(run: RunContext, kind: str, least: int) -> None:
    recordings = list(recorded_invocations({kind}))
    for recorded in recordings:
        outputs = bound_activity_class(kind)(recorded.activity, run).invoke(recorded.inputs)
        for port, value in recorded.outputs.items():
            assert comparable(outputs[port]) == comparable(value), recorded.name
    assert len(recordings) > least

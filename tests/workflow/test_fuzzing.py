"""Readers meet ten thousand wrong documents: none crashes, hangs or takes the memory.

What cannot be read is refused with sentences; what can be read is checked, typed
and described as any workflow. The documents are the examples and, where they are
at hand, the published workflows.
"""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from random import Random

import pytest
from lxml import etree

from taverna_server.errors import MalformedDocument, WorkflowInvalid
from taverna_server.workflow.depths import workflow_depths
from taverna_server.workflow.model import Workflow
from taverna_server.workflow.problems import check
from taverna_server.workflow.reading import as_wfbundle, read_workflow
from taverna_server.workflow.t2flow import read_ports, read_t2flow

from ..corpus import FILES
from ..example_workflows import EXAMPLES
from ..mutations import changed_bytes, changed_elements, mutants
from .bundles import entries, foreign, packed
from .scufl_documents import greetings

LARGEST = 40_000
"""Bytes of a document; larger ones have more of the same."""
ROUNDS, EACH = 10, 1000
SLOWEST = 5.0
"""Seconds for one document: a hundred times what any takes."""
MOST_MEMORY = 400 << 20
"""Bytes that a thousand documents may add to the process."""


@cache
def documents() -> tuple[bytes, ...]:
    published = (path.read_bytes() for path in FILES if path.stat().st_size <= LARGEST)
    return (*(example.document for example in EXAMPLES), *published)


def outcome(read: Callable[[bytes], Workflow], document: bytes) -> str:
    """What became of a document; any other exception is the failure looked for."""
    try:
        workflow = read(document)
        problems = check(workflow)
    except MalformedDocument as error:
        return "malformed" if str(error) else "silent"
    except WorkflowInvalid as error:
        problems = list(error.problems)
        return "invalid" if are_sentences(problems) and problems else "silent"
    workflow_depths(workflow)
    return ("wrong" if problems else "sound") if are_sentences(problems) else "silent"


def are_sentences(problems: Iterable[str]) -> bool:
    return all(isinstance(problem, str) and problem for problem in problems)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_wrong_t2flow_documents_get_sentences(seed: int) -> None:
    random, outcomes, before = Random(seed), Counter[str](), memory()
    for _ in range(EACH // 20):
        for document in mutants(random.choice(documents()), 20, random):
            started = time.perf_counter()
            outcomes[outcome(read_t2flow, document)] += 1
            describe(document)
            assert time.perf_counter() - started < SLOWEST
    assert outcomes.total() == EACH
    assert outcomes.keys() == {"malformed", "invalid", "wrong", "sound"}
    assert memory() - before < MOST_MEMORY


def describe(document: bytes) -> None:
    """The server's way in: content with anything that is t2flow at all."""
    try:
        ports = read_ports(document)
    except MalformedDocument:
        return
    assert all(port.name for port in (*ports.inputs, *ports.outputs))


def memory() -> int:
    """The most that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_wrong_scufl_documents_get_sentences() -> None:
    random, outcomes = Random(1), Counter[str]()
    for document in mutants(greetings(), 1000, random):
        started = time.perf_counter()
        outcomes[outcome(read_workflow, document)] += 1
        assert time.perf_counter() - started < SLOWEST
    assert outcomes.keys() == {"malformed", "invalid", "wrong", "sound"}


def test_wrong_bundles_get_sentences() -> None:
    """Changes to the ZIP itself, and to the documents in it."""
    random, outcomes = Random(2), Counter[str]()
    for bundle in [*broken_zips(300, random), *broken_parts(700, random)]:
        started = time.perf_counter()
        outcomes[outcome(read_workflow, bundle)] += 1
        assert time.perf_counter() - started < SLOWEST
    assert outcomes.keys() == {"malformed", "invalid", "wrong", "sound"}


def broken_zips(count: int, random: Random) -> Iterator[bytes]:
    bundle = as_wfbundle(EXAMPLES[0].document)
    for _ in range(count):
        yield changed_bytes(bundle, random.randint(1, 3), random)


def broken_parts(count: int, random: Random) -> Iterator[bytes]:
    bundles = [foreign(), *(as_wfbundle(example.document) for example in EXAMPLES[:3])]
    for _ in range(count):
        files = entries(random.choice(bundles))
        name = random.choice([name for name in files if not name.startswith("META-INF")])
        if name.endswith(".rdf") and random.random() < 0.8:
            files[name] = changed_elements(etree.fromstring(files[name]), 2, random)
        else:
            files[name] = changed_bytes(files[name], 2, random)
        yield packed(files)

"""What leaves: no white space, declared prefixes, and no text that cannot be written."""

from __future__ import annotations

import json
import threading
import time

import pytest
from lxml import etree

from taverna_server.errors import NotAcceptable
from taverna_server.representations import JSON, OFFERED, XML, Link, read, versions, write
from taverna_server.representations.binding import Document
from taverna_server.representations.common import SERVER_VERSION
from taverna_server.representations.directory import DirectoryContents, FileEntry
from taverna_server.representations.inputs import RunInput
from taverna_server.representations.outputs import PortList, PortValue, WorkflowOutputs
from taverna_server.representations.run import RunDescription
from taverna_server.representations.server import RunList
from taverna_server.representations.xml import ElementWriter, writer_of
from tests.representations.cases import CASES, OF_RUN, RUN_DESCRIPTION, Case

UNWRITABLE = ["\0", "a\x1b[0mb", "\ud800", "\udcff", "\ufffe", "\uffff"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_xml_has_no_white_space_between_elements(case: Case) -> None:
    root = etree.fromstring(write(*case, XML))
    assert not [
        element for element in root.iter() if (element.tail or "").strip() != (element.tail or "")
    ]
    assert not [element for element in root.iter() if len(element) and element.text]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_xml_begins_with_the_prolog_of_the_original(case: Case) -> None:
    assert write(*case, XML).startswith(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><')


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_attributes_are_all_in_a_namespace(case: Case) -> None:
    root = etree.fromstring(write(*case, XML))
    assert all(name.startswith("{") for element in root.iter() for name in element.attrib)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_prefixes_are_declared_once_at_the_root(case: Case) -> None:
    body = write(*case, XML)
    assert body.count(b"xmlns:") == len(etree.fromstring(body).nsmap)


@pytest.mark.parametrize("text", UNWRITABLE)
def test_unwritable_character_leaves_xml_as_replacement(text: str) -> None:
    entry = FileEntry("x", text, "out/" + text)
    root = etree.fromstring(write(DirectoryContents, {"entries": [entry]}, XML))
    assert "\ufffd" in (root[0].text or "")
    assert (
        root[0].text == "out/" + root[0].attrib["{http://ns.taverna.org.uk/2010/xml/server/}name"]
    )


@pytest.mark.parametrize("text", UNWRITABLE)
def test_json_keeps_what_it_can(text: str) -> None:
    body = write(DirectoryContents, {"entries": [FileEntry("x", text, "p")]}, JSON)
    written = json.loads(body)["directoryContents"]["file"][0]["@name"]
    assert written == ("\ufffd" if "\ud800" <= text <= "\udfff" else text)


def test_version_attributes_are_written_unless_given() -> None:
    written = read(RunInput, write(RunInput, {"value": "x"}, XML), XML)
    assert written == {"value": "x", **versions()}
    assert written["server_version"] == SERVER_VERSION == "2.5.4"


def test_objects_are_written_like_mappings() -> None:
    class Described:
        value = "x"
        name = "IN"
        list_delimiter = None

    assert read(RunInput, write(RunInput, Described(), XML), XML) == {
        "value": "x",
        "name": "IN",
        **versions(),
    }


def test_run_list_may_be_a_generator() -> None:
    runs = ({"href": "x", "text": str(number)} for number in range(3))
    written = read(RunList, write(RunList, {"run": runs}, JSON), JSON)
    assert [run["text"] for run in written["run"]] == ["0", "1", "2"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/yaml", ""])
def test_another_media_type_is_not_written(media_type: str) -> None:
    with pytest.raises(NotAcceptable, match="application/xml, application/json"):
        write(RunList, {}, media_type)


@pytest.mark.parametrize("media_type", OFFERED)
def test_deep_lists_are_written(media_type: str) -> None:
    """Deeper than any workflow's, and read back at the depth XML allows."""
    content: PortValue | PortList = PortValue("x", "/out/A", "text/plain", 1)
    for _ in range(100):
        content = PortList("x", 1, [content])
    outputs = OF_RUN | {"output": [{"name": "A", "content": content}]}
    written = write(WorkflowOutputs, outputs, media_type)
    assert read(WorkflowOutputs, written, media_type)["output"][0]["content"] == content


def test_writers_made_by_many_threads_at_once_are_whole() -> None:
    results = []
    barrier = threading.Barrier(8)

    class Fresh(WorkflowOutputs):
        root = "workflowOutputs"

    def work() -> None:
        barrier.wait()
        results.append(write(Fresh, CASES["output/all-kinds"][1], XML))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) == {write(WorkflowOutputs, CASES["output/all-kinds"][1], XML)}


@pytest.mark.parametrize("media_type", OFFERED)
def test_run_description_is_written_well_under_a_third_of_a_millisecond(media_type: str) -> None:
    """The best of several rounds, so that a busy machine does not matter."""
    assert _best_of(20, RunDescription, RUN_DESCRIPTION, media_type) < 0.0003


def _best_of(rounds: int, schema: type[Document], data: object, media_type: str) -> float:
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        for _ in range(10):
            write(schema, data, media_type)
        times.append((time.perf_counter() - begin) / 10)
    return min(times)


def test_expiry_carries_its_text() -> None:
    written = write(RunDescription, {"expiry": Link("x", "20240501T203520.135+0100")}, JSON)
    assert b'"expiry":{"@href":"x","$":"20240501T203520.135+0100"}' in written


def test_writer_is_made_once() -> None:
    assert isinstance(writer_of(RunList), ElementWriter)
    assert writer_of(RunList) is writer_of(RunList)

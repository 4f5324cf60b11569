"""A run bundle through the server: asked for, made, fetched, and read as users would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.live import runs
from tests.live.server import Server
from tests.provenance.bundles import HALVES, NUMBERS, Bundle, faults

ROBUNDLE = "application/vnd.wf4ever.robundle+zip"


def halves(session: requests.Session, server: Server, *, provenance: str = "true") -> str:
    """A run of the nested, iterating, partly failing workflow, not yet started."""
    run = runs.create(session, server, HALVES.read_bytes())
    numbers = {"runInput": {"@listDelimiter": ",", "value": ",".join(NUMBERS)}}
    assert session.put(f"{run}/input/input/numbers", json=numbers).status_code == 200
    wanted = session.put(f"{run}/generate-provenance", data=provenance, headers=runs.TEXT)
    assert (wanted.status_code, wanted.text) == (200, provenance)
    return run


@pytest.fixture(scope="module")
def finished(server: Server) -> Iterator[str]:
    with server.session("alice") as session:
        run = halves(session, server)
        runs.start(session, run)
        runs.wait(session, run)
        yield run
        session.delete(run)


@pytest.fixture(scope="module")
def bundle(finished: str, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = tmp_path_factory.mktemp("bundle") / "run.bundle.zip"
    with server.session("alice") as session:
        answer = session.get(f"{finished}/run-bundle")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, ROBUNDLE)
        path.write_bytes(answer.content)
    return Bundle(path)


def test_the_bundle_breaks_no_rule(bundle: Bundle) -> None:
    assert list(faults(bundle)) == []


def test_sparql_says_who_made_an_output_and_what_it_used(bundle: Bundle) -> None:
    made = bundle.ask("Which process run made this output?", PATH="labels/0.txt")
    assert [label for label, _ in made] == ["Processor execution Label"]
    used = bundle.ask("Which inputs did it use?", PATH="labels/0.txt")
    assert used == [("half", "http://example.org/bundle/outputs/halves/0.txt")]
    source = bundle.ask("Which inputs of the workflow does it come from?", PATH="labels/0.txt")
    assert source == [("http://example.org/bundle/inputs/numbers/0.txt",)]


def test_what_failed_is_in_the_bundle(bundle: Bundle) -> None:
    ((label, message),) = bundle.ask("What failed first?")
    assert (label, "NumberFormatException" in message) == ("Processor execution Read", True)
    assert "outputs/labels/1.err" in bundle.names


def test_the_trace_is_about_the_run_of_that_id(bundle: Bundle, finished: str) -> None:
    identifier = finished.rstrip("/").rpartition("/")[2]
    assert f"http://ns.taverna.org.uk/2011/run/{identifier}/" in bundle.entities()


def test_outputs_lie_under_wd_as_always(finished: str, alice: requests.Session) -> None:
    assert alice.get(f"{finished}/wd/out/labels/1").text == "half: 2"
    assert "out.bundle.zip" in alice.get(f"{finished}/wd", headers=runs.JSON).text


def test_without_the_flag_there_is_no_bundle(server: Server, alice: requests.Session) -> None:
    run = halves(alice, server, provenance="false")
    runs.start(alice, run)
    runs.wait(alice, run)
    check_absent(alice.get(f"{run}/run-bundle"))
    alice.delete(run)


def test_a_baclava_output_leaves_no_bundle(server: Server, alice: requests.Session) -> None:
    run = halves(alice, server)
    assert alice.put(f"{run}/output", data="out.baclava", headers=runs.TEXT).status_code == 200
    runs.start(alice, run)
    runs.wait(alice, run)
    check_absent(alice.get(f"{run}/run-bundle"))
    alice.delete(run)


def test_others_see_no_bundle(finished: str, bob: requests.Session) -> None:
    assert bob.get(f"{finished}/run-bundle").status_code == 404


def check_absent(answer: requests.Response) -> None:
    assert (answer.status_code, answer.text) == (404, "no provenance currently available")
    assert answer.headers["Content-Type"].partition(";")[0] == "text/plain"


def test_a_part_of_the_bundle_can_be_fetched(finished: str, alice: requests.Session) -> None:
    answer = alice.get(f"{finished}/run-bundle", headers={"Range": "bytes=38-73"})
    assert (answer.status_code, answer.text) == (206, ROBUNDLE)


def test_the_engine_leaves_no_records_behind(server: Server, finished: str) -> None:
    found = [path.name for path in Path(server.data).rglob("*.records")]
    assert found == []

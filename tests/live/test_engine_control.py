"""Suspend, go on, stop and SIGKILL of a real engine, as a Taverna client sees them.

The workflow hands its items to its first output at once, and does one thing
after the other with them for its second: what is finished of that is there before
the list is complete, and stays, however the run ends.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.live import runs
from tests.live.server import Server, running

TOOL = Path(__file__).parents[1] / "benchmarks" / "tool.t2flow"
XML = {"Accept": "application/xml"}
JSON = {"Accept": "application/json"}
AT_ONCE = """<datalink>
      <sink type="dataflow"><port>early</port></sink>
      <source type="dataflow"><port>items</port></source>
    </datalink></datalinks>"""


def workflow(command: str) -> bytes:
    text = TOOL.read_text().replace("$jobs", "1").replace("$command", command)
    port = "<outputPorts><port><name>early</name><annotations /></port>"
    return text.replace("<outputPorts>", port).replace("</datalinks>", AT_ONCE).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("control")) as server:
        yield server


@pytest.fixture
def alice(server: Server) -> requests.Session:
    return server.session("alice")


def started(alice: requests.Session, server: Server, command: str, items: str = "one") -> str:
    run = runs.create(alice, server, workflow(command))
    body = {"runInput": {"@listDelimiter": ",", "value": items}}
    assert alice.put(f"{run}/input/input/items", json=body).status_code == 200
    runs.start(alice, run)
    return run


def put_status(alice: requests.Session, run: str, word: str) -> None:
    answer = alice.put(f"{run}/status", data=word, headers=runs.TEXT)
    assert (answer.status_code, answer.text) == (200, word)


def processes(run: str) -> list[psutil.Process]:
    """Everything that works for a run: its engine, first of all, and its tools."""
    run_id, found = run.rpartition("/")[2], []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TAVERNA_RUN_ID") == run_id:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def tools(run: str) -> list[psutil.Process]:
    return [process for process in processes(run) if _name(process) == "sleep"]


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def outputs(alice: requests.Session, run: str) -> dict[str, str]:
    """What each port has: ``list``, ``value``, ``error`` or ``absent``."""
    text = alice.get(f"{run}/output", headers=XML).text
    found = re.findall(r'<port:output [^>]*port:name="(\w+)"[^>]*><port:(\w+)', text)
    return dict(found)


def exit_code(alice: requests.Session, run: str) -> str:
    return alice.get(f"{run}/listeners/io/properties/exitcode").text


TICKS = (
    "until [ -e $TAVERNA_APPHOME/go ]; "
    "do date +%s.%N &gt;&gt; $TAVERNA_APPHOME/ticks; sleep 0.1; done"
)


def test_suspended_run_does_nothing_until_it_goes_on(
    alice: requests.Session, server: Server
) -> None:
    run = started(alice, server, TICKS)

    def ticks() -> list[str]:
        return alice.get(f"{run}/wd/ticks").text.splitlines()

    runs.until(lambda: alice.get(f"{run}/wd/ticks").status_code == 200)
    put_status(alice, run, "Stopped")
    runs.until(lambda: {p.status() for p in processes(run)} == {psutil.STATUS_STOPPED})
    before = ticks()
    time.sleep(0.8)
    assert (ticks(), alice.get(f"{run}/status").text) == (before, "Stopped")
    put_status(alice, run, "Operating")
    runs.until(lambda: len(ticks()) > len(before))
    assert alice.put(f"{run}/wd/go", data=b"").status_code == 201
    runs.wait(alice, run)
    assert exit_code(alice, run) == "0"
    assert outputs(alice, run) == {"early": "list", "result": "list"}


def test_stopped_run_keeps_the_outputs_that_were_ready(
    alice: requests.Session, server: Server
) -> None:
    run = started(alice, server, "sleep 1000")
    runs.until(lambda: tools(run))
    put_status(alice, run, "Finished")
    runs.until(lambda: exit_code(alice, run))
    assert (alice.get(f"{run}/status").text, exit_code(alice, run)) == ("Finished", "143")
    assert outputs(alice, run) == {"early": "list", "result": "absent"}
    assert alice.get(f"{run}/wd/out/early/1").text == "one"
    assert alice.get(f"{run}/finishTime").text
    assert processes(run) == []


def test_suspended_run_can_be_stopped(alice: requests.Session, server: Server) -> None:
    run = started(alice, server, "sleep 1000")
    runs.until(lambda: tools(run))
    put_status(alice, run, "Stopped")
    runs.until(lambda: {p.status() for p in processes(run)} == {psutil.STATUS_STOPPED})
    put_status(alice, run, "Finished")
    runs.until(lambda: exit_code(alice, run))
    assert alice.get(f"{run}/status").text == "Finished"
    assert processes(run) == []


def test_killed_engine_leaves_a_finished_run_that_says_so(
    alice: requests.Session, server: Server
) -> None:
    run = started(alice, server, "sleep 1000")
    runs.until(lambda: tools(run))
    engine = next(p for p in processes(run) if "executeworkflow" in " ".join(p.cmdline()))
    engine.kill()
    runs.wait(alice, run)
    assert exit_code(alice, run) == "137"
    assert "killed, or out of memory" in alice.get(f"{run}/stderr").text
    assert outputs(alice, run) == {"early": "list", "result": "absent"}
    assert alice.get(f"{run}/wd/out/early/1").text == "one"
    runs.until(lambda: not processes(run))
    assert not (server.data / "runs" / run.rpartition("/")[2] / "scratch").exists()
    log = alice.get(f"{run}/log").text
    assert "Run_a_tool" in log
    assert "killed, or out of memory" in log.splitlines()[-1]
    assert alice.delete(run).status_code == 204


HANGS_AT_TWO = "if [ %%item%% = two ]; then sleep 1000; fi; printf %%item%%!"
WAITS_AT_TWO = HANGS_AT_TWO.replace(
    "sleep 1000", "until [ -e $TAVERNA_APPHOME/go ]; do sleep 0.05; done"
)


def incomplete(alice: requests.Session, server: Server, command: str) -> str:
    """A run that has finished one of three items."""
    run = started(alice, server, command, "one,two,three")
    runs.until(lambda: outputs(alice, run)["result"] == "list")
    runs.until(lambda: tools(run))
    return run


def has_one_item(alice: requests.Session, run: str) -> None:
    """What a client is told of the list, and what it gets."""
    (found,) = [
        output
        for output in alice.get(f"{run}/output", headers=JSON).json()["workflowOutputs"]["output"]
        if output["@name"] == "result"
    ]
    assert (found["@depth"], found["list"]["@length"]) == ("1", "1")
    (item,) = found["list"]["value"]
    assert (item["@contentFile"], item["@contentByteLength"]) == ("/out/result/1", "4")
    assert alice.get(item["@href"]).text == "one!"
    assert alice.get(f"{run}/wd/out/result/2").status_code == 404


def test_items_are_there_before_their_list_is_complete(
    alice: requests.Session, server: Server
) -> None:
    run = incomplete(alice, server, WAITS_AT_TWO)
    has_one_item(alice, run)
    assert alice.get(f"{run}/status").text == "Operating"
    assert alice.put(f"{run}/wd/go", data=b"").status_code == 201
    runs.wait(alice, run)
    assert [alice.get(f"{run}/wd/out/result/{n}").text for n in (1, 2, 3)] == [
        "one!", "two!", "three!",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ended", "code"), [("suspended", ""), ("stopped", "143"), ("killed", "137")]
)
def test_finished_items_of_an_unfinished_list_stay(
    alice: requests.Session, server: Server, ended: str, code: str
) -> None:
    run = incomplete(alice, server, HANGS_AT_TWO)
    if ended == "suspended":
        put_status(alice, run, "Stopped")
        runs.until(lambda: {p.status() for p in processes(run)} == {psutil.STATUS_STOPPED})
    elif ended == "stopped":
        put_status(alice, run, "Finished")
        runs.until(lambda: exit_code(alice, run))
    else:
        next(p for p in processes(run) if "executeworkflow" in " ".join(p.cmdline())).kill()
        runs.wait(alice, run)
    assert exit_code(alice, run) == code
    assert outputs(alice, run) == {"early": "list", "result": "list"}
    has_one_item(alice, run)
    assert alice.delete(run).status_code == 204


@pytest.mark.parametrize("ended", ["early", "killed"])
def test_outputs_can_be_fetched_as_a_zip_however_it_ended(
    alice: requests.Session, server: Server, ended: str
) -> None:
    """The Player's worker fails a run whose ``wd/out`` is missing (client-requirements 2)."""
    run = started(alice, server, "sleep 1000")
    runs.until(lambda: tools(run))
    if ended == "killed":
        next(p for p in processes(run) if "executeworkflow" in " ".join(p.cmdline())).kill()
    else:
        put_status(alice, run, "Finished")
    runs.until(lambda: exit_code(alice, run))
    answer = alice.get(f"{run}/wd/out", headers={"Accept": "application/zip"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")

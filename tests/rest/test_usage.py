"""The usage record of a run (protocol dossier 9.4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree
from werkzeug.test import Client

from taverna_server.config import Config
from taverna_server.data.rundir import Outcome
from taverna_server.manager.telling import Telling
from taverna_server.model.run import RunStatus
from taverna_server.rest.usage import write_duration
from taverna_server.store import Store
from tests.published import check

U = "{http://schema.ogf.org/urf/2003/09/urf}"


def end(run: str, config: Config, code: int | None, **usage: object) -> None:
    store = Store.open(config)
    row = store.get_run(run.rpartition("/")[2])
    assert row is not None
    (config.runs_directory / row.id / "wd" / "some").write_bytes(b"12345")
    outcome = Outcome(code or 0, "", "", usage=usage)  # type: ignore[arg-type]
    notes = Telling(store, config).of_end(row, code, outcome)
    store.observe(row.id, RunStatus.FINISHED, code, datetime.now(UTC), notes)


def start(client: Client, run: str) -> None:
    client.put(f"{run}/status", data="Operating", content_type="text/plain")


def record(client: Client, run: str) -> etree._Element:
    answer = client.get(f"{run}/usage")
    assert (answer.status_code, answer.content_type) == (200, "application/xml")
    return etree.fromstring(answer.data)


def test_there_is_none_before_the_end(alice: Client, run: str) -> None:
    assert alice.get(f"{run}/usage").status_code == 204
    start(alice, run)
    assert alice.get(f"{run}/usage").status_code == 204
    answer = alice.get(f"{run}/listeners/io/properties/usageRecord")
    assert (answer.status_code, answer.text) == (200, "")


def test_record_says_what_the_run_used(alice: Client, run: str, config: Config) -> None:
    start(alice, run)
    end(run, config, 0, user=5.23, system=0.41)
    found = record(alice, run)
    assert found.findtext(f"{U}JobName") == run.rpartition("/")[2]
    assert found.findtext(f"{U}Status") == "Completed"
    assert found.findtext(f"{U}Disk") == "5"
    durations = [item.text for item in found.findall(f"{U}CpuDuration")]
    assert durations == ["P0Y0M0DT0H0M5.230S", "P0Y0M0DT0H0M0.410S"]
    assert found.findtext(f"{U}Resource") == "0"
    assert found.findtext(f"{U}StartTime", "") <= found.findtext(f"{U}EndTime", "")


def test_property_is_the_same_document(alice: Client, run: str, config: Config) -> None:
    start(alice, run)
    end(run, config, 0)
    answer = alice.get(f"{run}/listeners/io/properties/usageRecord")
    assert answer.content_type == "text/plain"
    assert answer.data == alice.get(f"{run}/usage").data
    check(answer.data, "application/xml")
    assert alice.get(f"{run}/usage", headers={"Accept": "application/json"}).status_code == 406


@pytest.mark.parametrize(
    ("code", "status"), [(0, "Completed"), (1, "Failed"), (143, "Aborted"), (137, "Aborted")]
)
def test_status_follows_the_exit_code(
    alice: Client, run: str, config: Config, code: int, status: str
) -> None:
    start(alice, run)
    end(run, config, code)
    assert record(alice, run).findtext(f"{U}Status") == status


def test_run_that_never_started_has_no_times(alice: Client, run: str, config: Config) -> None:
    end(run, config, None)
    found = record(alice, run)
    assert found.findtext(f"{U}Status") == "Aborted"
    assert found.find(f"{U}StartTime") is None
    assert found.find(f"{U}Resource") is None


def test_nonsense_of_an_engine_is_left_out(alice: Client, run: str, config: Config) -> None:
    start(alice, run)
    end(run, config, 0, user="much", system=float("nan"))
    assert record(alice, run).findall(f"{U}CpuDuration") == []


def test_durations_are_as_ever() -> None:
    assert write_duration(12.345) == "P0Y0M0DT0H0M12.345S"
    assert write_duration(90061.5) == "P0Y0M1DT1H1M1.500S"

"""Why a run ended, for those who look at what its engine wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.data.rundir import RunDirectory
from taverna_server.manager.lastwords import LARGEST_LOG, make_place_for_outputs, tell_why

WHY = "The engine ended without a word."


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    made = RunDirectory(tmp_path / "run")
    made.create(b"")
    return made


def lines(directory: RunDirectory) -> list[str]:
    return directory.detail_log.read_text().splitlines()


@pytest.mark.parametrize("cut_off", ["INFO  what was", "INFO  what was\n"])
def test_log_ends_with_the_reason(directory: RunDirectory, cut_off: str) -> None:
    directory.detail_log.write_text(cut_off)
    tell_why(directory, WHY)
    assert lines(directory)[0] == "INFO  what was"
    assert lines(directory)[1].startswith("ERROR ")
    assert lines(directory)[1].endswith(f"- {WHY}")
    assert directory.stderr.read_text() == f"{WHY}\n"


def test_log_of_an_engine_that_wrote_nothing_begins_with_the_reason(
    directory: RunDirectory,
) -> None:
    tell_why(directory, WHY)
    assert len(lines(directory)) == 1


def test_link_in_place_of_the_log_leads_nowhere(directory: RunDirectory, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("mine")
    directory.detail_log.symlink_to(tmp_path / "other")
    tell_why(directory, WHY)
    assert (tmp_path / "other").read_text() == "mine"
    assert directory.stderr.read_text() == f"{WHY}\n"


def test_log_that_is_no_log_stays(directory: RunDirectory) -> None:
    with directory.detail_log.open("wb") as stream:
        stream.truncate(LARGEST_LOG + 1)
    tell_why(directory, WHY)
    assert directory.detail_log.stat().st_size == LARGEST_LOG + 1


def test_run_without_a_log_is_none_the_worse(directory: RunDirectory) -> None:
    (directory.wd / "logs").rmdir()
    tell_why(directory, WHY)
    assert directory.stderr.read_text() == f"{WHY}\n"


def test_outputs_have_a_place_unless_something_else_is_there(directory: RunDirectory) -> None:
    make_place_for_outputs(directory)
    assert directory.out.is_dir()
    directory.out.rmdir()
    directory.out.touch()
    make_place_for_outputs(directory)
    assert directory.out.is_file()

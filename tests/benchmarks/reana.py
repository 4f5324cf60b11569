"""REANA's interface: from POST to finished beside the engine alone, and a long listing."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import requests
from foreign import EXAMPLE, GREET, by_hand, cwl_by_hand, cwl_specification, serial_specification
from report import Scale, line, medians, title
from serving import Server, ours

from taverna_server.engines.steps.foreign import python_of

FILES = ("code/greet.py", "data/names.txt")


def measure(scale: Scale, scratch: Path) -> None:
    title(f"hello worlds of REANA over HTTP: seconds (median of {scale.repeats})")
    with ours(scratch / "reana") as server:
        place = server.url.removesuffix("/rest") + "/api/workflows"
        session = server.session()
        floor, serial = medians(
            scale.repeats,
            lambda: by_hand(["bash", "-c", GREET], scratch),
            lambda: _run(session, place, serial_specification()),
        )
        line("the command alone (the floor)", floor, "s")
        line("serial, from POST to finished", serial, "s", f"{serial / floor:.1f} x the floor")
        if python := python_of("cwl"):
            _measure_cwl(scale, scratch, session, place, python.with_name("cwltool"))
        _measure_listing(scale, server, session, place)


def _measure_cwl(
    scale: Scale, scratch: Path, session: requests.Session, place: str, cwltool: Path
) -> None:
    specification = cwl_specification(cwltool)
    command = cwl_by_hand(cwltool, scratch, specification)
    floor, cwl = medians(
        scale.repeats,
        lambda: by_hand(command, scratch),
        lambda: _run(session, place, specification),
    )
    line("cwltool alone, no server (the floor)", floor, "s")
    line("CWL, from POST to finished", cwl, "s", f"{cwl / floor:.1f} x the floor")


def _measure_listing(scale: Scale, server: Server, session: requests.Session, place: str) -> None:
    """A page of many files, beside ``find`` that writes down the same of all of them."""
    name = _created(session, place, serial_specification())
    run_id = session.get(f"{place}/{name}/status").json()["id"]
    directory = server.data / "runs" / run_id / "wd" / "many"
    directory.mkdir()
    for number in range(scale.others):
        (directory / f"{number}.txt").touch()
    find = ["find", str(directory), "-type", "f", "-printf", "%p %s %T+\\n"]
    address = f"{place}/{name}/workspace?page=2&size=20"
    floor, listing = medians(
        scale.repeats,
        lambda: subprocess.run(find, check=True, stdout=subprocess.DEVNULL),
        lambda: session.get(address).raise_for_status(),
    )
    line(f"find, {scale.others:,} files (the floor)", floor, "s")
    line(f"a page of {scale.others:,} files", listing, "s", f"{listing / floor:.1f} x the floor")


def _run(session: requests.Session, place: str, specification: dict[str, Any]) -> None:
    address = f"{place}/{_created(session, place, specification)}"
    kind = {"Content-Type": "application/octet-stream"}
    for path in FILES:
        content = (EXAMPLE / path).read_bytes()
        upload = f"{address}/workspace?file_name={path}"
        session.post(upload, data=content, headers=kind).raise_for_status()
    session.post(f"{address}/start", json={}).raise_for_status()
    while (status := session.get(f"{address}/status").json()["status"]) in ("queued", "running"):
        time.sleep(0.005)
    if status != "finished":
        raise SystemExit(f"hello world {status}: {session.get(f'{address}/logs').text}")
    session.put(f"{address}/status?status=deleted", json={}).raise_for_status()


def _created(session: requests.Session, place: str, specification: dict[str, Any]) -> str:
    answer = session.post(f"{place}?workflow_name=bench", data=json.dumps(specification))
    answer.raise_for_status()
    return str(answer.json()["workflow_name"])

"""From POST to Finished, beside the time it takes to start one Python process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import requests
from orders import execute, hello_world
from report import Scale, line, medians, title
from serving import ours


def measure(scale: Scale, scratch: Path) -> None:
    title(f"hello world: seconds (median of {scale.repeats})")
    with ours(scratch / "hello") as server:
        session, workflow = server.session(), hello_world()
        alone = iter(range(10_000))
        floor, engine, server_time = medians(
            scale.repeats,
            lambda: subprocess.run([sys.executable, "-I", "-c", "pass"], check=True),
            lambda: execute(scratch / f"alone{next(alone)}", workflow, {}),
            lambda: _run(session, server.url, workflow),
        )
    line("starting one Python process (the floor)", floor, "s")
    line("executeworkflow alone", engine, "s", f"{engine / floor:.1f} x the floor")
    line("POST to Finished", server_time, "s", f"{server_time / floor:.1f} x the floor")


def _run(session: requests.Session, url: str, workflow: bytes) -> None:
    kind = {"Content-Type": "application/vnd.taverna.t2flow+xml"}
    created = session.post(f"{url}/runs", data=workflow, headers=kind)
    created.raise_for_status()
    run = created.headers["Location"]
    text = {"Content-Type": "text/plain"}
    session.put(f"{run}/status", data="Operating", headers=text).raise_for_status()
    while session.get(f"{run}/status", headers={"Accept": "text/plain"}).text != "Finished":
        time.sleep(0.005)
    exit_code = session.get(f"{run}/listeners/io/properties/exitcode").text
    if exit_code != "0":
        raise SystemExit(f"hello world ended with {exit_code}")
    session.delete(run).raise_for_status()

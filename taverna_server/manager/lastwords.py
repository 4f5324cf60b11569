"""What is written for an engine that could not: why the run ended, and a place for its outputs.

The working directory is in the hands of workflows; it is entered through
``WorkDirectory`` only, and what they have put there in place of a file stays.
"""

from __future__ import annotations

import logging
from datetime import datetime

from taverna_server.data.guarded import open_to_append
from taverna_server.data.paths import WorkDirectory
from taverna_server.data.rundir import RunDirectory
from taverna_server.errors import ClientMistake

log = logging.getLogger("taverna_server.reconciler")

LARGEST_LOG = 4 << 20
"""An engine begins a new file long before; whatever is larger is not its own."""
_LOG = "logs/detail.log"


def tell_why(directory: RunDirectory, message: str) -> None:
    """For people who look at ``stderr`` or at the detailed log.

    Raises:
        OSError: ``stderr`` cannot be written.
    """
    with open_to_append(directory.stderr) as stream:
        stream.write(f"{message}\n".encode())
    try:
        _tell_log(WorkDirectory(directory.wd), message)
    except (ClientMistake, OSError) as error:
        log.warning("no last line in the log of %s: %s", directory.root, error)


def _tell_log(wd: WorkDirectory, message: str) -> None:
    """In the layout of the engine's lines; one that was cut off is ended first."""
    if not wd.is_dir("logs"):
        return  # workflows of other languages have none
    before = b""
    if any(entry.name == "detail.log" for entry in wd.list("logs")):
        stream, _ = wd.open_file(_LOG)
        with stream:
            before = stream.read(LARGEST_LOG + 1)
    if len(before) > LARGEST_LOG:
        return
    now = datetime.now().astimezone()
    stamp = f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03}"
    end = b"" if before.endswith(b"\n") or not before else b"\n"
    wd.write(_LOG, [before, end, f"ERROR {stamp} ({log.name}) - {message}\n".encode()])


def make_place_for_outputs(directory: RunDirectory) -> None:
    """Clients fetch ``wd/out`` of every run that ended, also of one without outputs.

    Taverna Player counts a run as failed otherwise (client-requirements 2).
    """
    wd = WorkDirectory(directory.wd)
    try:
        if not wd.is_dir("out"):
            wd.make_directory("", "out")
    except (ClientMistake, OSError) as error:  # the workflow put something else there
        log.warning("no place for outputs in %s: %s", directory.root, error)

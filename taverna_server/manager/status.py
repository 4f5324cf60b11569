"""From one status to another: what is allowed, and what is checked before the start.

Theory of operation. A request only writes what is wanted, by an update that
holds only while the run still is what was read; when somebody else was faster
it is read and judged again. An end is final: no update leads out of it. The
reconciler does the rest.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from taverna_server.data.paths import WorkDirectory
from taverna_server.errors import (
    BadPath,
    BadRequest,
    BadStateChange,
    TooManyOperating,
    UnknownEntry,
)
from taverna_server.manager.quotas import Quotas
from taverna_server.manager.telling import Telling
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import TAVERNA, Run, RunStatus

INITIALIZED, OPERATING, STOPPED, FINISHED = RunStatus

REFUSALS = {
    (INITIALIZED, STOPPED): "may only stop from Operating",
    (OPERATING, INITIALIZED): "may not move back to start",
    (STOPPED, INITIALIZED): "may not move back to start",
    (FINISHED, INITIALIZED): "may not move back to start",
    (FINISHED, OPERATING): "already finished",
    (FINISHED, STOPPED): "already finished",
}
"""From, to: the answer (protocol dossier 4.1). Everything else is allowed."""

OBSERVABLE = timedelta(seconds=1)
"""For so long the first look at a started run shows Operating (design, section 4)."""


class Status(Quotas):
    """Starting, suspending, resuming and ending runs."""

    def read_status(self, caller: User, run_id: str) -> RunStatus:
        """The status as a client is to see it.

        A short run may be over before the first look; clients of old expect to
        see Operating after a start, so the first look that comes within a second
        shows it once. Later looks tell the truth.
        """
        run = self.run_for(caller, run_id, Permission.READ)
        if run.start_seen or run.started is None:
            return run.status
        fresh = datetime.now(UTC) - run.started <= OBSERVABLE
        first = fresh and self.store.first_status_read(run_id)
        return OPERATING if first and run.status == FINISHED else run.status

    def set_status(self, caller: User, run_id: str, wanted: RunStatus) -> RunStatus:
        """Want another status and return it.

        Raises:
            BadStateChange: not from the status the run has.
            BadRequest: the run cannot start as it is; it stays Initialized.
            TooManyOperating: the limit is reached; it stays Initialized.
        """
        while True:
            run = self.run_for(caller, run_id, Permission.UPDATE)
            if run.status == wanted:
                return wanted
            if refusal := REFUSALS.get((run.status, wanted)):
                raise BadStateChange(refusal)
            if self._request(run, wanted):
                self.wake_reconciler()
                return wanted

    def _request(self, run: Run, wanted: RunStatus) -> bool:
        """False when the run is no longer what it was when it was read."""
        now = datetime.now(UTC)
        if (run.status, wanted) == (INITIALIZED, OPERATING):
            self._check_start(run)
            notes = Telling(self.store, self.config).of_start(run)
            return self.store.request_start(run.id, now, self.policy().operating_limit, notes)
        if wanted == FINISHED:
            # Who ends a run knows that it operated: the next look shows the end.
            self.store.first_status_read(run.id)
        return self.store.request_status(run.id, wanted, {run.status}, now)

    def _check_start(self, run: Run) -> None:
        """What Taverna checks before a start (protocol dossier 14.1).

        Raises:
            BadRequest: with a sentence about each thing in the way.
        """
        if run.workflow_type != TAVERNA:  # its steps say what is missing
            return
        place = WorkDirectory(self.directory(run).wd)
        files, lists = self._input_files(run)
        problems = [*_missing_inputs(place, files, lists), *_occupied(place, run)]
        if problems:
            raise BadRequest("problem creating executing workflow: " + "; ".join(problems))

    def start_or_queue(self, caller: User, run_id: str) -> None:
        """Have an Initialized run started, now or when there is room (``queue.py``).

        Raises:
            BadRequest: the run cannot start as it is; it stays Initialized.
        """
        try:
            self.set_status(caller, run_id, OPERATING)
        except TooManyOperating:
            self.store.enqueue(run_id, datetime.now(UTC))
            self.wake_reconciler()

    def _input_files(self, run: Run) -> tuple[dict[str, str], set[str]]:
        """What each file is for, by its path; and which of them are directories with lists."""
        if run.baclava_input is not None:
            return {run.baclava_input: "the Baclava input"}, set()
        given = [it for it in self.store.inputs(run.id) if it.file is not None]
        files = {it.file: f"input '{it.port}'" for it in given if it.file is not None}
        return files, {it.file for it in given if it.depth and it.file is not None}


def _missing_inputs(place: WorkDirectory, files: dict[str, str], lists: set[str]) -> list[str]:
    problems = []
    for path, what in files.items():
        try:
            if place.entry(path).is_dir and path not in lists:
                problems.append(f"the file '{path}' of {what} is a directory")
        except (UnknownEntry, BadPath):
            problems.append(f"the file '{path}' of {what} does not exist")
    return problems


def _occupied(place: WorkDirectory, run: Run) -> list[str]:
    """Outputs are never written over anything."""
    if run.baclava_output is None:
        return ["there is something called 'out' already"] if _exists(place, "out") else []
    parent = run.baclava_output.rpartition("/")[0]
    if not place.is_dir(parent):
        return [f"the directory '{parent}' for the Baclava output does not exist"]
    if _exists(place, run.baclava_output):
        return [f"the Baclava output '{run.baclava_output}' exists already"]
    return []


def _exists(place: WorkDirectory, path: str) -> bool:
    """Also where a link stands, which clients do not see."""
    return (place.root / path).is_symlink() or (place.root / path).exists()

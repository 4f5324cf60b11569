"""Single steps that bring one run to what is wanted of it.

Theory of operation. ``settle`` reads the run, takes the one step that its
wanted and observed status call for, and begins again, until there is nothing to
do but to watch. Each step may be cut off anywhere, by SIGKILL too, and is then
simply taken again by whoever comes next: a start goes on from the runner's
state, a stop stops what is left, an end is read from ``outcome.json``, and a
removal finds the directory under its own name or the name of its removal.
Nothing is remembered outside the store and the run directory.

A step that fails leaves the run as it is and raises; the reconciler tries again
later. Only what will never succeed ends the run.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from taverna_server.config import ENGINE_OPTIONS, Config
from taverna_server.data.local_users import give_directory
from taverna_server.data.removal import remove_tree
from taverna_server.data.rundir import Outcome, RunDirectory, RunOrder
from taverna_server.errors import RunRefused
from taverna_server.manager.handover import Handover
from taverna_server.manager.lastwords import make_place_for_outputs, tell_why
from taverna_server.manager.telling import Telling
from taverna_server.model.run import TAVERNA, Run, RunStatus
from taverna_server.runner.base import Observation, Runner, RunnerState
from taverna_server.store import Store, UnsettledRun

log = logging.getLogger("taverna_server.reconciler")

INITIALIZED, OPERATING, STOPPED, FINISHED = RunStatus

CANCEL_GRACE = 0.6
"""Seconds for an engine to end in good order; the rest of the second is for force."""
DELETE_GRACE = 0.3
"""Nobody will read what it has to say, but it may have something to clear away."""
REFUSED, KILLED = 1, 137
"""Exit codes of runs whose engine did not leave one (protocol dossier 14.4)."""


class Steps:
    """Settles one run at a time; safe to use from several threads for different runs."""

    def __init__(self, store: Store, config: Config, runner: Runner) -> None:
        self.store = store
        self.config = config
        self.runner = runner
        self.handover = Handover(store, config)
        self.telling = Telling(store, config)

    def settle(self, run_id: str) -> RunnerState | None:
        """Make the run what it is wanted to be.

        Returns what the runner remembers when the run goes on and is to be
        watched, None when nothing more will happen to it by itself.

        Raises:
            RunnerUnavailable: its start may succeed later.
        """
        while (unsettled := self.store.unsettled_run(run_id)) is not None:
            if not self._step(unsettled):
                return unsettled.runner_state
        return None

    def expire(self, run_id: str) -> None:
        """The run's time is over: make it unknown, and tell its owner."""
        run = self.store.get_run(run_id)
        if run is not None:
            self.store.request_delete(run_id, self.telling.of_expiry(run))

    def _step(self, unsettled: UnsettledRun) -> bool:
        """Take the next step; False when there is none."""
        run, state = unsettled.run, unsettled.runner_state or {}
        if unsettled.deleting:
            self._to_nothing(run, state)
        elif run.target == FINISHED:
            self._to_finished(run, state)
        elif run.observed == INITIALIZED:
            self._to_operating(run, state)
        elif self.runner.poll(state) is Observation.GONE:
            self._to_ended(run, state)
        elif (run.target, run.observed) == (STOPPED, OPERATING):
            self.runner.suspend(state)
            self.store.observe(run.id, STOPPED)
        elif (run.target, run.observed) == (OPERATING, STOPPED):
            self.runner.resume(state)
            self.store.observe(run.id, OPERATING)
        else:
            return False
        return True

    def _to_operating(self, run: Run, state: RunnerState) -> None:
        directory = self._directory(run)
        try:
            if not state:
                self._prepare(run, directory)
            for step in self.runner.start(run.id, directory.root, state):
                self.store.set_runner_state(run.id, step)
        except (RunRefused, OSError) as error:
            log.warning("run %s cannot start: %s", run.id, error)
            self._end(run, REFUSED, f"The run could not be started: {error}")
        else:
            self.store.observe(run.id, OPERATING)
            self.handover.erase(run.id)

    def _prepare(self, run: Run, directory: RunDirectory) -> None:
        """Everything the engine needs; its directory goes to another user last of all.

        Raises:
            RunRefused: its credentials or the user it is to execute as cannot be used.
        """
        user = self.handover.user_for(run)
        if user and directory.root.stat().st_uid == user.uid:
            return  # done before a crash, and in the user's hands since
        directory.write_order(self._order(run))
        self.handover.give(run, directory)
        if user:
            directory.stdout.touch()
            directory.stderr.touch()
            give_directory(directory.root, user)

    def _order(self, run: Run) -> RunOrder:
        return RunOrder(
            run_id=run.id,
            workflow_type=run.workflow_type,
            inputs=() if run.baclava_input else tuple(self.store.inputs(run.id)),
            baclava_input=run.baclava_input,
            baclava_output=run.baclava_output,
            generate_provenance=run.generate_provenance,
            options={name: getattr(self.config, name) for name in ENGINE_OPTIONS}
            | self._given_to_steps(run),
            workspace=run.workspace,
        )

    def _given_to_steps(self, run: Run) -> dict[str, Any]:
        """Parameters and operational options, for REANA's types of workflows."""
        record = None if run.workflow_type == TAVERNA else self.store.record(run.id)
        if record is None:
            return {}
        return {"parameters": record.parameters, "operational": record.options}

    def _to_finished(self, run: Run, state: RunnerState) -> None:
        """It is wanted over. What never had an engine has no exit code either."""
        if not state:
            self._close(run, None, None)
            return
        self.runner.stop(state, CANCEL_GRACE)
        self._end(run, KILLED, "")

    def _to_ended(self, run: Run, state: RunnerState) -> None:
        """The engine has ended by itself; what it left running ends, too."""
        self.runner.stop(state, grace=0)
        self._end(run, KILLED, "The engine ended without a word: killed, or out of memory.")

    def _end(self, run: Run, code: int, message: str) -> None:
        """Note the engine's own outcome, or this one when it left none."""
        directory = self._directory(run)
        outcome = _read_outcome(directory)
        if outcome is None:
            outcome = _outcome(run, code, message)
            try:
                directory.write_outcome(outcome)
                if message:
                    tell_why(directory, message)
            except OSError as error:  # a full disk must not keep a run from ending
                log.warning("the outcome of run %s cannot be written: %s", run.id, error)
        if run.baclava_output is None and run.workflow_type == TAVERNA:
            make_place_for_outputs(directory)
        self._close(run, outcome.exit_code, outcome)

    def _close(self, run: Run, exit_code: int | None, outcome: Outcome | None) -> None:
        directory = self._directory(run)
        remove_tree(directory.security)
        remove_tree(directory.scratch)  # of an engine that was killed; others clear up themselves
        self.handover.erase(run.id)
        now = datetime.now(UTC)
        finished = None if run.started is None else now
        notes = self.telling.of_end(run, exit_code, outcome)
        if self.store.observe(run.id, FINISHED, exit_code, finished, notes):
            self.telling.dump_usage(notes)

    def _to_nothing(self, run: Run, state: RunnerState) -> None:
        """Processes, then files, then the row: what is known last can be found again."""
        if state:
            self.runner.stop(state, DELETE_GRACE)
        remove_run_directory(self._directory(run).root)
        self.store.forget_run(run.id)

    def _directory(self, run: Run) -> RunDirectory:
        return RunDirectory(self.config.runs_directory / run.id, run.workspace)


REMOVED = ".removed-"
"""Begins the name of what is being removed."""


def remove_run_directory(root: Path) -> None:
    """Remove it in two moves: out of sight at once, then file by file.

    What still writes into it writes into nothing that anybody looks at.
    """
    doomed = root.with_name(REMOVED + root.name)
    remove_tree(doomed)
    if root.exists():
        root.rename(doomed)
        remove_tree(doomed)


def _read_outcome(directory: RunDirectory) -> Outcome | None:
    """None also for one that cannot be read: a workflow can write it, too."""
    try:
        return directory.read_outcome()
    except (ValueError, TypeError, OSError) as error:
        log.warning("unreadable outcome in %s: %s", directory.root, error)
        return None


def _outcome(run: Run, code: int, message: str) -> Outcome:
    now = datetime.now(UTC)
    return Outcome(code, (run.started or now).isoformat(), now.isoformat(), message)

"""Workflows and runs as JSON (Player dossier 1.3): a superset of what each known client reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from taverna_server.model.identity import GUEST, User
from taverna_server.model.library import Entry
from taverna_server.model.run import COMPLETE, Run, RunState
from taverna_server.player.answers import place
from taverna_server.player.ports import Port, input_ports, output_ports
from taverna_server.player.states import status_message
from taverna_server.serving.context import manager

Document = dict[str, Any]
NO_CATEGORY = "Other"
ANONYMOUS = {"name": "Guest"}
_BEFORE_START = (RunState.PENDING, RunState.INITIALIZED)


@dataclass(frozen=True, slots=True)
class People:
    """The small integers of accounts, looked up together."""

    numbers: Mapping[str, int]

    @classmethod
    def of(cls, names: Iterable[str | None]) -> People:
        wanted = {name for name in names if name and name != GUEST}
        return cls(manager().store.user_numbers(wanted) if wanted else {})

    def person(self, name: str | None) -> Document:
        """``{"id", "name"}``; the Guest where there is no account, or it is not to be told."""
        if not name or name not in self.numbers:
            return dict(ANONYMOUS)
        return {"id": self.numbers[name], "name": name}

    def owner_of(self, run: Run) -> Document:
        """Embedded runs tell of no owner (Player dossier 1.9)."""
        return self.person(None if run.embedded else run.owner)


def moment(when: datetime | None) -> str | None:
    """Whole seconds, in UTC."""
    return None if when is None else when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def workflow_item(entry: Entry, people: People) -> Document:
    """As the list has it; category and title are never null: a client fails otherwise."""
    return {
        "id": entry.number,
        "title": entry.title,
        "author": entry.author,
        "description": entry.description,
        "category": entry.category or NO_CATEGORY,
        "url": place(f"/workflows/{entry.number}.json"),
        "user": people.person(entry.owner),
    }


def workflow_document(entry: Entry) -> Document:
    """One workflow, with its ports."""
    return {
        **workflow_item(entry, People.of([entry.owner])),
        "public": entry.published,
        "type": entry.type,
        "inputs": [
            {
                "name": name,
                "depth": depth,
                "description": entry.input_description(name),
                "example": entry.example(name),
            }
            for name, depth in entry.inputs
        ],
        "outputs": [
            {"name": name, "depth": depth, "description": entry.output_description(name)}
            for name, depth in entry.outputs
        ],
        "created_at": moment(entry.created),
        "updated_at": moment(entry.updated),
    }


def run_summary(run: Run, people: People) -> Document:
    """As the list has it; all keys are there, whatever the state."""
    over = run.state in COMPLETE
    return {
        "id": run.number,
        "name": run.name or "None",
        "workflow_id": run.entry,
        "state": run.state.value,
        "start_time": None if run.state in _BEFORE_START else moment(run.started),
        "finish_time": moment(run.finished) if over else None,
        "user": people.owner_of(run),
    }


def created_run(user: User, run: Run) -> Document:
    """What a run is answered with when it has just been made: it waits, whatever it does by now."""
    found = run_summary(run, People.of([run.owner])) | {
        "state": RunState.PENDING.value,
        "start_time": None,
        "finish_time": None,
        "inputs": [port_document(port) for port in input_ports(user, run)],
    }
    return found | _relations(run, may_share=True)


def run_document(user: User, run: Run, question: Document | None) -> Document:
    """Everything of one run."""
    found = run_summary(run, People.of([run.owner])) | {
        "status_message": status_message(run, question is not None),
        "public": run.published,
        "inputs": [port_document(port) for port in input_ports(user, run)],
        "outputs": [_output(port) for port in output_ports(user, run)],
    }
    if run.state is RunState.FINISHED or found["outputs"]:
        found["outputs_zip"] = f"/runs/{run.number}/download/results"
    if run.state in COMPLETE and run.started is not None:
        found["log"] = f"/runs/{run.number}/download/log"
    if run.state is RunState.FAILED:
        found["failure_message"] = manager().failure(user, run.id)
    if question is not None and run.state is RunState.RUNNING:
        found["interaction"] = question
    return found | _relations(run, may_share=user.key_of == run.id)


def port_document(port: Port) -> Document:
    """Exactly five keys."""
    return {
        "name": port.name,
        "depth": port.depth,
        "value_type": port.value_type,
        "value_size": port.value_size,
        "path": port.path,
    }


def _output(port: Port) -> Document:
    """With the names of before version 0.7, too (ruling 1)."""
    older = {"type": port.value_type, "size": port.value_size, "uri": port.path}
    return port_document(port) | older


def _relations(run: Run, may_share: bool) -> Document:
    """What Player never showed: the parent, and the key of a run that has one."""
    found: Document = {} if run.parent is None else {"parent_id": run.parent}
    if may_share and (run.embedded or run.owner == GUEST):
        found["key"] = manager().view_key(run)
    return found

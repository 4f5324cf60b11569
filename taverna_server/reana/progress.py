"""How far workflows are: status, counters, logs (REANA dossier 3, 5.2).

What REANA calls a job is a command of a step; where the engine reports no jobs
(Taverna's), each processor stands for one.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response

from taverna_server.errors import BadRequest
from taverna_server.manager.progress import OVER, Counts, Progress
from taverna_server.model.analysis import Analysis
from taverna_server.model.identity import User
from taverna_server.reana.answers import answer, moment, moment_or_none, named, on_page, user_id
from taverna_server.reana.dialect import caller, is_seed
from taverna_server.reana.reading import body
from taverna_server.serving.context import manager

blueprint = Blueprint("progress", __name__)

_ENDED = ("finished", "failed", "stopped", "deleted")
_STATES = {"waiting": "created", "running": "running", "done": "finished", "failed": "failed"}
_EARLY = {"queued": "running", "pending": "running"}
"""Words that clients of 0.3 and 0.4 do not know."""


@dataclass(frozen=True, slots=True)
class Job:
    """As clients see it."""

    id: str
    name: str
    status: str
    command: str = ""
    image: str = ""
    backend: str = "local"
    log: str = ""
    """The file, below ``jobs/``."""
    started: str | None = None
    finished: str | None = None


@blueprint.get("/workflows/<workflow>/status")
def status(workflow: str) -> Response:
    user = caller()
    found = manager().analysis(user, workflow)
    word = _EARLY.get(found.status, found.status) if is_seed() else found.status
    return answer(
        {
            "id": found.run_id,
            "name": found.full_name,
            "created": moment(found.created),
            "status": word,
            "user": user_id(found.owner),
            "progress": document(user, found),
            "logs": "" if is_seed() else "{}",
        }
    )


def document(user: User, found: Analysis) -> dict[str, object]:
    """Counters and times; each counter is there, also when it is nothing."""
    jobs = _jobs(user, found)
    planned = _progress(user, found).planned
    newest = next((it for it in reversed(jobs) if it.status != "created"), None)
    counters = {word: _counter(jobs, word) for word in ("running", "finished", "failed")}
    return {
        "total": {"total": max(planned or 0, len(jobs)), "job_ids": []},
        **counters,
        "current_command": newest.command if newest and newest.command else None,
        "current_step_name": newest.name if newest and newest.name else None,
        **times(found),
    }


def times(found: Analysis) -> dict[str, str | None]:
    """Of start and end; a stop is an end of its own."""
    over = found.status in _ENDED
    stopped = found.status == "stopped"
    return {
        "run_started_at": moment_or_none(found.started),
        "run_finished_at": moment_or_none(found.finished if over and not stopped else None),
        "run_stopped_at": moment_or_none(found.finished if stopped else None),
    }


def _counter(jobs: list[Job], word: str) -> dict[str, object]:
    ids = [job.id for job in jobs if job.status == word]
    return {"total": len(ids), "job_ids": ids}


@blueprint.get("/workflows/<workflow>/logs")
def logs(workflow: str) -> Response:
    """A text that holds JSON; for clients of 0.3 and 0.4 the engine's log alone."""
    user = caller()
    found = manager().analysis(user, workflow)
    steps = body()
    if steps is not None and not isinstance(steps, list):
        raise BadRequest("The body is a list of names of steps.")
    about = {**named(found), "user": user_id(found.owner)}
    if is_seed():
        return answer({**about, "logs": manager().engine_log(user, found)})
    jobs = on_page([it for it in _jobs(user, found) if steps is None or it.name in steps])
    written = manager().job_logs(user, found, [job.log for job in jobs if job.log])
    text = None if steps is not None else manager().engine_log(user, found)
    inside = {
        "workflow_logs": text,
        "engine_specific": None,
        "job_logs": {job.id: _job_log(found, job, written.get(job.log, "")) for job in jobs},
    }
    return answer({**about, "logs": json.dumps(inside)})


def _job_log(found: Analysis, job: Job, written: str) -> dict[str, object]:
    """Ten members, no more and no less: the client knows no others."""
    return {
        "workflow_uuid": found.run_id,
        "job_name": job.name,
        "compute_backend": job.backend,
        "backend_job_id": job.id,
        "docker_img": job.image,
        "cmd": job.command,
        "status": job.status,
        "logs": written,
        "started_at": job.started,
        "finished_at": job.finished,
    }


def _progress(user: User, found: Analysis) -> Progress:
    if found.status == "deleted":
        return Progress()
    return manager().progress(user, found.run_id)


def _jobs(user: User, found: Analysis) -> list[Job]:
    said = _progress(user, found)
    if said.jobs:
        return [_job(found, event) for event in said.jobs.values()]
    return list(_processors(found, said.processors))


def _job(found: Analysis, event: Mapping[str, Any]) -> Job:
    return Job(
        str(event.get("id")),
        str(event.get("name") or ""),
        _ended(found, str(event.get("status"))),
        str(event.get("command") or ""),
        str(event.get("environment") or ""),
        str(event.get("backend") or "local"),
        str(event.get("log") or ""),
        _time(event.get("started")),
        _time(event.get("finished")),
    )


def _time(text: object) -> str | None:
    """As the engine wrote it, without fraction and zone."""
    return text[:19] if isinstance(text, str) and text else None


def _processors(found: Analysis, processors: Mapping[str, Counts]) -> Iterator[Job]:
    for name, counts in processors.items():
        word = _ended(found, _STATES[counts.state])
        yield Job(str(uuid.uuid5(uuid.UUID(found.run_id), name)), name, word)


def _ended(found: Analysis, word: str) -> str:
    """A killed engine said nothing of how its jobs ended: they ended with the run."""
    if found.status not in _ENDED or word in OVER or word == "created":
        return word
    return "stopped" if found.status == "stopped" else "failed"

"""Provenance of a run: a bundle beside its outputs, where one is asked for.

What does it is imported when provenance is wanted: most runs do without.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from taverna_server.data.rundir import RunDirectory, RunOrder
from taverna_server.engines.steps.jobs import Job
from taverna_server.engines.steps.specification import Specification

if TYPE_CHECKING:
    from taverna_server.provenance.stepcrate import StepJob


class Recording:
    """Of one run; made before it begins, ``save`` is called when it has ended."""

    def __init__(self, directory: RunDirectory, order: RunOrder) -> None:
        from taverna_server.provenance.stepbundle import look_at

        self._directory = directory
        self._order = order
        self._started = _now()
        self._before = look_at(directory.wd, but=directory.run_bundle)

    def save(self, specification: Specification, jobs: Sequence[Job], completed: bool) -> None:
        """Write the bundle. Raises OSError where that cannot be done."""
        from taverna_server.provenance.stepbundle import found_files, look_at, write_step_bundle
        from taverna_server.provenance.stepcrate import StepStory

        directory, document = self._directory, self._directory.workflow.read_bytes()
        after = look_at(directory.wd, but=directory.run_bundle)
        story = StepStory(
            run_id=self._order.run_id,
            workflow_type=self._order.workflow_type,
            title=f"{self._order.workflow_type} workflow",
            document_size=len(document),
            parameters=specification.parameters,
            jobs=[_told(job, directory) for job in jobs if job.started and job.finished],
            files=found_files(directory.wd, self._before, after),
            started=self._started,
            finished=_now(),
            completed=completed,
        )
        write_step_bundle(directory.run_bundle, story, document, directory.root)


def recording(directory: RunDirectory, order: RunOrder) -> Recording | None:
    """None where nobody asked for one."""
    return Recording(directory, order) if order.generate_provenance else None


def _told(job: Job, directory: RunDirectory) -> StepJob:
    from taverna_server.provenance.stepcrate import StepJob

    return StepJob(
        id=job.id,
        step=job.step,
        command=job.command,
        image=job.environment,
        started=job.started or "",
        finished=job.finished or "",
        exit_code=job.exit_code,
        log_size=(directory.jobs / job.log).stat().st_size,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

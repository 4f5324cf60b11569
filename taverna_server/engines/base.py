"""The contract between ``executeworkflow`` and an engine.

An engine says what it does in ``events.jsonl``, a line an event, each with
``event`` (its kind) and ``time`` (ISO 8601, UTC, milliseconds):

``started``
    ``workflow_type``, and ``steps``: the names of the steps in their order, as far as they
    are known by then. Engines other than Taverna's only.
``planned``
    ``total``: how many jobs there will be. Told again when more turn out to be needed.
``processor``
    ``name`` (a path), ``queued``, ``running``, ``done``, ``errors`` (among those done): one step
    of the workflow, told again whenever it moves. The last one counts.
``job``
    One command of a step, told whole at each change; the last one of an ``id`` counts. ``id``
    (a UUID), ``step`` (the processor it belongs to), ``name`` (as REANA has it; may be empty),
    ``status`` (``queued``, ``running``, ``finished``, ``failed``, ``stopped``), ``command``,
    ``environment`` (the image asked for, or empty), ``backend`` (where it runs: ``host``,
    ``bwrap``, ``image``, ``docker``, ``podman``, ``apptainer``), ``log`` (file name below
    ``jobs/``), ``exit_code`` (or null), ``started`` and ``finished`` (ISO 8601 UTC, or null).
    Engines other than Taverna's only.
``log``
    ``level`` and ``message``: what a person should hear of.
``interaction``, ``ended``
    A question is asked (Taverna); the engine has ended, with ``exit_code``.

The *engine log* is the run's ``stderr``: engines other than Taverna's write each line as it
happens, in REANA's form: ``<time> | <logger> | <thread> | <LEVEL> | <message>`` (REANA dossier
7). What the steps themselves write goes to ``jobs/<id>.log``, as it is written.

Secrets of a REANA user reach these engines in ``security/reana-secrets.json`` (mode 0600),
written before the start by whoever starts the run: ``{"NAME": {"type": "env" | "file",
"value": "<base64>"}}``, as in the body of ``POST /api/secrets/``. Steps find the first kind
in their environment, the second as files in ``/etc/reana/secrets``, or, where they run on the
host, in the directory that the variable ``REANA_SECRETS_DIRECTORY`` names.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from taverna_server.data.rundir import RunDirectory, RunOrder

Report = Callable[[str, Mapping[str, Any]], None]
"""Takes the kind of an event and its fields; appends a line to ``events.jsonl``."""

STOPPED = 143
"""The exit code of what SIGTERM ended."""


class Engine(ABC):
    """Executes the workflow of one run directory, once."""

    @abstractmethod
    def execute(self, directory: RunDirectory, order: RunOrder, report: Report) -> int:
        """Run to the end and return the exit code: 0 when the workflow completed.

        Outputs lie in ``wd/out`` (or the Baclava document asked for) before this
        returns; those of REANA's types lie in ``wd`` wherever the workflow puts them.
        Errors among the outputs are not failures of the run; a failed step of REANA's
        types is.

        Raises:
            WorkflowInvalid: it cannot run; nothing was executed.
        """

    @abstractmethod
    def stop(self) -> None:
        """End as soon as possible; ``execute`` then returns 143. Called from another thread."""

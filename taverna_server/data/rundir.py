"""The run directory: the whole protocol between server, runner and engine.

::

    <data>/runs/<uuid>/
    ├── run.json       what to execute; written once, before the start
    ├── workflow       the document as submitted
    ├── wd/            the working directory that clients see
    ├── security/      credentials and trusts for the engine, mode 0700
    ├── scratch/       temporary files of the engine while it runs
    ├── events.jsonl   what the engine reports, a line an event
    ├── jobs/          what the steps of REANA's workflow types wrote: <job>.log
    ├── stdout stderr
    └── outcome.json   written to a temporary name and renamed: its presence means "ended"

The server writes ``run.json``; the engine writes events and the outcome; either
may be killed at any moment and the other still reads a consistent state.

A run may work in the ``wd`` of another one: what REANA calls a restart. Its order
names that run (``workspace``), and whoever uses ``wd`` says ``ordered()`` first.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from taverna_server.data.guarded import read_guarded
from taverna_server.model.run import RunInput

WORKING_SUBDIRECTORIES = (
    "conf", "externaltool", "feed", "interactions", "lib", "logs", "plugins", "repository", "var",
)  # fmt: skip
"""Made with every run of a Taverna workflow (protocol dossier 8.1)."""

RUN_BUNDLE = "out.bundle.zip"
"""Below ``wd``, where provenance was wanted (4.5)."""


@dataclass(frozen=True, slots=True)
class RunOrder:
    """``run.json``: what the engine is to do."""

    run_id: str
    workflow_type: str = "taverna"
    inputs: tuple[RunInput, ...] = ()
    baclava_input: str | None = None
    baclava_output: str | None = None
    generate_provenance: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the engine: ``executor``, ``java``, ... (``docs/configuration.md``).

    For the types other than ``taverna`` also ``parameters`` and ``operational``: the input
    parameters and REANA's operational options that count for this run.
    """
    workspace: str | None = None
    """The run whose ``wd`` this one works in, by its id; None: its own."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``outcome.json``: how it ended."""

    exit_code: int
    """0 when the workflow completed, also with errors among its outputs."""
    started: str
    """ISO 8601, UTC."""
    finished: str
    message: str = ""
    """Why it could not run; empty when it did."""
    usage: Mapping[str, float] = field(default_factory=dict)
    """``user`` and ``system`` in seconds of CPU, ``max_rss`` in bytes."""


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The paths of one run directory, and the two documents in it."""

    root: Path
    workspace: str | None = None
    """The id of the run whose ``wd`` this run works in; None: its own."""

    def ordered(self) -> RunDirectory:
        """The same, with the workspace that ``run.json`` names, if there is one yet."""
        try:
            return replace(self, workspace=self.read_order().workspace)
        except FileNotFoundError:
            return self

    @property
    def run_json(self) -> Path:
        return self.root / "run.json"

    @property
    def workflow(self) -> Path:
        return self.root / "workflow"

    @property
    def wd(self) -> Path:
        owner = self.root.with_name(self.workspace) if self.workspace else self.root
        return owner / "wd"

    @property
    def out(self) -> Path:
        return self.wd / "out"

    @property
    def run_bundle(self) -> Path:
        return self.wd / RUN_BUNDLE

    @property
    def detail_log(self) -> Path:
        return self.wd / "logs" / "detail.log"

    @property
    def security(self) -> Path:
        return self.root / "security"

    @property
    def scratch(self) -> Path:
        return self.root / "scratch"

    @property
    def events(self) -> Path:
        return self.root / "events.jsonl"

    @property
    def jobs(self) -> Path:
        return self.root / "jobs"

    @property
    def stdout(self) -> Path:
        return self.root / "stdout"

    @property
    def stderr(self) -> Path:
        return self.root / "stderr"

    @property
    def outcome_json(self) -> Path:
        return self.root / "outcome.json"

    def create(
        self, workflow: bytes, subdirectories: Iterable[str] = WORKING_SUBDIRECTORIES
    ) -> None:
        """Make the directory with everything that stands in it before the start.

        A run that works in the ``wd`` of another one has none of its own.
        """
        self.root.parent.mkdir(parents=True, exist_ok=True)
        self.root.mkdir(mode=0o750)
        self.security.mkdir(mode=0o700)
        if self.workspace is None:
            self.wd.mkdir()
            for name in subdirectories:
                (self.wd / name).mkdir()
        write_atomically(self.workflow, workflow)

    def write_order(self, order: RunOrder) -> None:
        """Write ``run.json``."""
        write_atomically(self.run_json, json.dumps(asdict(order), ensure_ascii=False).encode())

    def read_order(self) -> RunOrder:
        """Read ``run.json``. Raises FileNotFoundError before the start."""
        data = json.loads(self.run_json.read_bytes())
        data["inputs"] = tuple(RunInput(**item) for item in data["inputs"])
        return RunOrder(**data)

    def write_outcome(self, outcome: Outcome) -> None:
        """Say that the run has ended; nothing is written after this."""
        write_atomically(self.outcome_json, json.dumps(asdict(outcome)).encode())

    def read_outcome(self) -> Outcome | None:
        """How the run ended, or None while it has not."""
        try:
            return Outcome(**json.loads(read_guarded(self.outcome_json)))
        except FileNotFoundError:
            return None


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or the old one, also after a crash."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

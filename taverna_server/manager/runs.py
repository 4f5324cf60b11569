"""Runs: made, found, named, removed."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from taverna_server.data.rundir import WORKING_SUBDIRECTORIES
from taverna_server.errors import (
    CreationOff,
    MalformedDocument,
    NotPermitted,
    UnknownRun,
    UnknownWorkflow,
)
from taverna_server.manager.library import Library, described
from taverna_server.manager.names import LONGEST, LONGEST_IN_PLAYER, default_name
from taverna_server.manager.packs import taverna_document
from taverna_server.manager.quotas import Quotas
from taverna_server.model.identity import Permission, User
from taverna_server.model.library import Entry, RunPage, RunQuery
from taverna_server.model.policy import Policy
from taverna_server.model.run import TAVERNA, Run
from taverna_server.store import NewRun
from taverna_server.workflow.model import Interface
from taverna_server.workflow.reading import read_interface
from taverna_server.workflow.reanapack import is_pack, read_pack

log = logging.getLogger("taverna_server.runs")


class Runs(Quotas, Library):
    """One execution each of a workflow on the server."""

    def create_run(
        self,
        caller: User,
        document: bytes,
        workflow_type: str = "taverna",
        source: str | None = None,
    ) -> Run:
        """Make a run of a workflow, Initialized (protocol dossier 3.2).

        ``source`` is the address the document was fetched from, where it was.

        Raises:
            NotPermitted: the document is no workflow.
            TooManyRuns: the limit of runs is reached.
            CreationOff: the administrator wants no runs, or not of workflows from there.
        """
        policy = self.policy()
        check_source(policy, source)
        interface = _interface(document)
        about = described(interface, caller.name)
        workflow_id = self.store.put_workflow(document, about)
        if policy.log_workflows:
            log.info("%s submits workflow %s '%s'", caller.name, workflow_id, interface.name)
        new = self._new_run(
            caller.name,
            name=default_name(interface.name, datetime.now(UTC)),
            workflow_id=workflow_id,
            workflow_type=workflow_type,
            entry=self._own_entry(caller, workflow_id, about),
        )
        return self._make_run(new, document)

    def create_run_of(
        self,
        caller: User,
        entry: Entry,
        name: str | None = None,
        *,
        parent: Run | None = None,
        embedded: bool = False,
        published: bool = False,
    ) -> Run:
        """Make a run of a workflow of the library, Initialized (Player dossier 1.4).

        The caller may view the entry, or the parent: who gives them has looked.
        Without a name it is called as its workflow.

        Raises:
            TooManyRuns, CreationOff: as ``create_run``.
        """
        check_source(self.policy(), None)
        workflow_id, document = self._executed(caller, entry)
        new = self._new_run(
            caller.name,
            name=(name or entry.title)[:LONGEST_IN_PLAYER],
            workflow_id=workflow_id,
            workflow_type=entry.type,
            entry=entry.number,
            parent=parent.number if parent else None,
            embedded=embedded,
            published=published,
        )
        return self._make_run(new, document)

    def _executed(self, caller: User, entry: Entry) -> tuple[str, bytes]:
        """The document of an entry; of a Taverna workflow in a ZIP of REANA's, that in it."""
        document = self.document_of(entry)
        if not is_pack(document):
            return entry.workflow_id, document
        inner = taverna_document(read_pack(document))
        about = described(read_interface(inner), caller.name)
        return self.store.put_workflow(inner, about), inner

    def _new_run(self, owner: str, **about: Any) -> NewRun:
        policy, created = self.policy(), datetime.now(UTC)
        return NewRun(
            id=str(uuid.uuid4()),
            owner=owner,
            created=created,
            expiry=created + policy.default_lifetime,
            generate_provenance=policy.generate_provenance,
            **about,
        )

    def _make_run(self, new: NewRun, document: bytes) -> Run:
        run = self.store.create_run(new, self.policy().run_limit)
        # The row first: it is what the limit counts. Were we killed here, the
        # reconciler would find a row without a directory and remove it.
        self._make_directory(run, document)
        return run

    def check_source(self, source: str) -> None:
        """Raises CreationOff unless a workflow from there would be taken: before it is fetched."""
        check_source(self.policy(), source)

    def entry_of(self, run: Run) -> Entry:
        """The entry of a run that the caller has been given, also one that was removed."""
        entry = self.store.get_entry(run.entry, deleted=True)
        if entry is None:
            raise UnknownWorkflow("no such workflow")
        return entry

    def discard_run(self, run: Run) -> None:
        """Take back a run that cannot be completed."""
        self.store.request_delete(run.id)
        self.wake_reconciler()

    def _make_directory(self, run: Run, document: bytes) -> None:
        try:
            subdirectories = WORKING_SUBDIRECTORIES if run.workflow_type == TAVERNA else ()
            self.directory(run).create(document, subdirectories)
        except OSError:
            self.store.request_delete(run.id)
            self.wake_reconciler()
            raise

    def list_runs(self, caller: User) -> Iterator[Run]:
        """The caller's runs and those shared with them, also for superusers (2.3)."""
        yield from self.store.list_runs(caller.name)
        yield from self.store.list_shared_runs(caller.name)

    def find_runs(self, caller: User, query: RunQuery) -> RunPage:
        """A page of the caller's runs and those shared with them, as they ask for it.

        A superuser may ask for everybody's. Those without an account have none.
        """
        if caller.guest:
            return RunPage((), {}, 0)
        return self.store.find_runs(caller, query)

    def get_run(self, caller: User, run_id: str) -> Run:
        return self.run_for(caller, run_id, Permission.READ)

    def delete_run(self, caller: User, run_id: str) -> None:
        """Make the run unknown at once; what is left of it goes a moment later.

        Raises:
            UnknownRun: somebody else was faster.
        """
        self.run_for(caller, run_id, Permission.DESTROY)
        if not self.store.request_delete(run_id):
            raise UnknownRun(run_id)
        self.wake_reconciler()

    def set_name(self, caller: User, run_id: str, name: str, longest: int = LONGEST) -> str:
        """Returns the name as it is kept: 48 characters at most, unless more are wanted."""
        self.run_for(caller, run_id, Permission.UPDATE)
        if not self.store.set_name(run_id, name[:longest]):
            raise UnknownRun(run_id)
        return name[:longest]

    def publish_run(self, caller: User, run_id: str, wanted: bool) -> None:
        """Let everybody view it, also without an account, or no more."""
        self.run_for(caller, run_id, Permission.DESTROY)
        if not self.store.publish_run(run_id, wanted):
            raise UnknownRun(run_id)

    def workflow_document(self, caller: User, run_id: str) -> bytes:
        """The bytes that were submitted."""
        run = self.get_run(caller, run_id)
        document = self.store.workflow_document(run.workflow_id)
        if document is None:
            raise UnknownWorkflow(run.workflow_id)
        return document

    def generate_provenance(self, caller: User, run_id: str) -> bool:
        return self.get_run(caller, run_id).generate_provenance

    def set_generate_provenance(self, caller: User, run_id: str, wanted: bool) -> bool:
        """Allowed in every state, heeded only at the start (protocol dossier 4.5)."""
        self.run_for(caller, run_id, Permission.UPDATE)
        if not self.store.set_provenance(run_id, wanted):
            raise UnknownRun(run_id)
        return wanted


def check_source(policy: Policy, source: str | None) -> None:
    """Raises CreationOff unless runs of workflows from there may be created now."""
    if not policy.allow_new:
        raise CreationOff("run creation not currently enabled")
    if not policy.permitted_workflows or source in policy.permitted_workflows:
        return
    if source is None:
        raise CreationOff(
            "server policy: will only start workflows sourced from permitted URI list"
        )
    raise CreationOff("workflow URI not on permitted list")


def _interface(document: bytes) -> Interface:
    try:
        return read_interface(document)
    except MalformedDocument as error:
        raise NotPermitted(_refusal(str(error))) from error


def _refusal(why: str) -> str:
    """403 is what clients know for this (protocol dossier 3.2), with a sentence to help."""
    return why if why.startswith("invalid T2flow") else f"invalid T2flow document; {why}"

"""What REANA calls workflows: runs with a name, a number and a specification.

A workflow of REANA is a run of ours with a record beside it, which says how its
owner calls it and outlives it. Runs of other faces take part as ``run.<number>``
(REANA dossier 2 and 4).
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from lxml import etree

from taverna_server.errors import BadRequest, HiddenWorkflow, UnknownWorkflow
from taverna_server.manager.library import described
from taverna_server.manager.packs import described_specification
from taverna_server.manager.retention import next_rule
from taverna_server.manager.runs import Runs, check_source
from taverna_server.model.analysis import Analysis, AnalysisQuery, NewRecord, Record
from taverna_server.model.identity import Permission, User
from taverna_server.model.run import TAVERNA, Run
from taverna_server.store import NewWorkflow
from taverna_server.workflow.reading import read_interface
from taverna_server.workflow.reana import Specification

DEFAULT_NAME = "workflow"
LONGEST_PREFIX = 200
_T2FLOW = "http://taverna.sf.net/2008/xml/t2flow"
_NAMES = cast(dict[str, str], {None: _T2FLOW})  # the stubs know no default namespace
_NUMBERS = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?")


class Analyses(Runs):
    """Made, found and listed. What becomes of them is in ``analysis_moves.py``."""

    def create_analysis(
        self, caller: User, specification: Specification, name: str = "", **about: Any
    ) -> Analysis:
        """A new workflow, created and not started; ``about`` is said of its run, too.

        Raises:
            BadRequest: a name that cannot be, or a Taverna workflow that is none.
            NotPermitted: the owner's quota is used up.
            TooManyRuns, CreationOff: as for any run.
        """
        prefix = check_prefix(name or DEFAULT_NAME)
        check_source(self.policy(), None)
        run = self._add_run(caller, specification, prefix, **about)
        self._record(run, prefix, specification)
        return self.analysis(caller, run.id)

    def _add_run(self, caller: User, specification: Specification, title: str, **said: Any) -> Run:
        document, about = self.described_document(specification, title, caller)
        workflow_id = self.store.put_workflow(document, about)
        new = self._new_run(
            caller.name,
            name=title[:48],
            workflow_id=workflow_id,
            workflow_type=specification.type,
            entry=said.pop("entry", None) or self._own_entry(caller, workflow_id, about),
            **said,
        )
        lifetime = timedelta(days=self.config.reana_lifetime)
        return self._make_run(replace(new, expiry=new.created + lifetime), document)

    def described_document(
        self, specification: Specification, title: str, caller: User
    ) -> tuple[bytes, NewWorkflow]:
        """What the engine gets, and what the library says of it.

        A Taverna workflow that lies in the workspace is not there yet: until the start an
        empty one of the same name stands in its place.
        """
        if specification.type == TAVERNA:
            document = specification.inline_document() or _empty_workflow(title)
            about = described(read_interface(document), caller.name)
            return document, replace(about, title=about.title or title)
        document = json.dumps(specification.document, ensure_ascii=False).encode()
        files = specification.document["inputs"].get("files") or ()
        return document, described_specification(specification, caller.name, files, title)

    def _record(
        self, run: Run, prefix: str, specification: Specification, major: int | None = None
    ) -> str:
        """Keep the record and return the full name, which the run gets, too."""
        new = NewRecord(
            run_id=run.id,
            owner=run.owner,
            name=prefix,
            type=specification.type,
            specification=specification.document,
            created=run.created,
            major=major,
            retention=next_rule(specification),
        )
        first, second = self.store.add_record(new)
        full_name = f"{prefix}.{first}.{second}" if second else f"{prefix}.{first}"
        self.store.set_name(run.id, full_name[-48:])
        return full_name

    def analysis(self, caller: User, said: str) -> Analysis:
        """By its id, or as the caller calls it: ``name``, ``name.N``, ``name.N.M``.

        Raises:
            UnknownWorkflow: there is none that the caller may see (HiddenWorkflow: another's).
        """
        found = self._by_id(caller, said) if is_uuid(said) else self._by_name(caller, said)
        if found is None:
            raise UnknownWorkflow(f"Workflow '{said[:80]}' does not exist.")
        return found

    def live_analysis(self, caller: User, said: str, needed: Permission) -> Analysis:
        """The same, if its run is there and the caller may do that much with it.

        Raises:
            UnknownWorkflow: also where it was deleted.
            NotPermitted: it is somebody else's.
        """
        found = self.analysis(caller, said)
        if found.status == "deleted":
            raise UnknownWorkflow(f"Workflow {found.full_name} has been deleted.")
        self.run_for(caller, found.run_id, needed)
        return found

    def analyses(self, query: AnalysisQuery) -> tuple[list[Analysis], int]:
        """A page of what the user has, and how many there are."""
        return self.store.analyses(query)

    def record_of(self, found: Analysis) -> Record:
        """What clients said of it; a run of another face has a specification without steps."""
        record = self.store.record(found.run_id)
        if record is not None:
            return record
        document: dict[str, Any] = {"workflow": {"type": found.type}, "inputs": {"parameters": {}}}
        return Record(specification=document, given={}, parameters={}, options={})

    def _by_id(self, caller: User, said: str) -> Analysis | None:
        found = self.store.find_analysis(run_id=said.lower())
        if found is None or found.owner == caller.name or caller.admin:
            return found
        if self.may(caller, found.run_id, Permission.READ):
            return found
        raise HiddenWorkflow(f"Workflow '{said[:80]}' does not exist.")

    def _by_name(self, caller: User, said: str) -> Analysis | None:
        name, _dot, rest = said.partition(".")
        numbers = _NUMBERS.fullmatch(rest)
        if numbers:
            place = int(numbers[1]), int(numbers[2] or 0)
            return self.store.find_analysis(user=caller.name, name=name, numbers=place)
        return self.store.find_analysis(user=caller.name, name=said if rest else name)


def check_prefix(name: str) -> str:
    """The name, if a workflow may have it. Raises BadRequest otherwise (REANA dossier 2)."""
    if is_uuid(name):
        raise BadRequest("Workflow name cannot be a valid UUIDv4.")
    if not name.isascii() or not name.isprintable():
        raise BadRequest(f"Workflow name {name[:80]!r} is not valid: ASCII characters only.")
    if "." in name or "/" in name:
        raise BadRequest(f"Workflow name {name[:80]!r} cannot contain dots or slashes.")
    if len(name) > LONGEST_PREFIX:
        raise BadRequest(f"Workflow name is longer than {LONGEST_PREFIX} characters.")
    return name


def is_uuid(text: str) -> bool:
    """Version 4, in the usual writing."""
    try:
        found = uuid.UUID(text)
    except ValueError:
        return False
    return found.version == 4 and str(found) == text.lower()


def _empty_workflow(title: str) -> bytes:
    root = etree.Element(f"{{{_T2FLOW}}}workflow", {"version": "1"}, nsmap=_NAMES)
    flow = etree.SubElement(root, f"{{{_T2FLOW}}}dataflow", {"id": "empty", "role": "top"})
    etree.SubElement(flow, f"{{{_T2FLOW}}}name").text = title
    return etree.tostring(root, encoding="utf-8")

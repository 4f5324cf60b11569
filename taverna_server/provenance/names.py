"""The URIs of a run and its workflow, as Taverna made them (provenance dossier 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import TypeAlias
from urllib.parse import quote

from taverna_server.provenance.graph import Index
from taverna_server.workflow.model import Workflow
from taverna_server.workflow.unique import UniqueNames

RUNS = "http://ns.taverna.org.uk/2011/run/"
DATA = "http://ns.taverna.org.uk/2011/data/"
BUNDLES = "http://ns.taverna.org.uk/2010/workflowBundle/"
SOFTWARE = "http://ns.taverna.org.uk/2011/software/"

Address: TypeAlias = tuple[int, str, str, Index]
"""Instance, owner, port, index. The owner is the processor that sent the value, or one of:"""

INPUT = ""
"""An input of the dataflow itself."""
MERGED = ">"
"""Before the name of a processor: the list that several links make at its input."""
WRAPPED = "]"
"""Before the name of a processor: the lists put around a value at its input."""


class Names:
    """The URIs of one run."""

    def __init__(self, run_id: str, workflow: Workflow) -> None:
        self.run = f"{RUNS}{run_id}/"
        self.data = f"{DATA}{run_id}/"
        self.bundle = f"{BUNDLES}{escape(workflow.top.id)}/"
        self._key = blake2b(run_id.encode(), digest_size=32).digest()
        self._workflows = workflow_names(workflow)

    def workflow(self, dataflow: str) -> str:
        """The workflow that a dataflow is, by its id."""
        return f"{self.bundle}workflow/{escape(self._workflows[dataflow])}/"

    def workflow_name(self, dataflow: str) -> str:
        return self._workflows[dataflow]

    def processor(self, dataflow: str, name: str) -> str:
        return f"{self.workflow(dataflow)}processor/{escape(name)}/"

    def port(self, dataflow: str, processor: str | None, port: str, *, output: bool) -> str:
        """A port of a processor, or with None of the workflow."""
        owner = self.workflow(dataflow)
        if processor is not None:
            owner = self.processor(dataflow, processor)
        return f"{owner}{'out' if output else 'in'}/{escape(port)}"

    def process(self, instance: int, processor: str, index: Index) -> str:
        """The run of a processor for one job."""
        return f"{self.run}process/{self.unique('process', instance, processor, index)}/"

    def datum(self, address: Address, kind: int) -> str:
        """A value; ``kind`` as in ``records.kind_of``."""
        number = self.unique(*address)
        if not kind:
            return f"{self.data}ref/{number}"
        if kind < 0:
            return f"{self.data}error/{number}/{-1 - kind}"
        return f"{self.data}list/{number}/{'true' if kind & 1 else 'false'}/{kind >> 1}"

    def unique(self, *parts: object) -> str:
        """A UUID that is the same for the same parts in the same run, and no other's."""
        text = repr(parts).encode("utf-8", "surrogatepass")
        found = blake2b(text, key=self._key, digest_size=16).hexdigest()
        return f"{found[:8]}-{found[8:12]}-8{found[13:16]}-a{found[17:20]}-{found[20:]}"


def workflow_names(workflow: Workflow) -> Mapping[str, str]:
    """A name for each dataflow by id; those named alike are numbered, as in the wfbundle."""
    names = UniqueNames()
    flows = (workflow.top, *workflow.nested.values())
    return {flow.id: names.unused(flow.name or "workflow") for flow in flows}


@lru_cache(1024)
def escape(name: str) -> str:
    """As one segment of a path, as in the wfbundle."""
    if name in (".", ".."):
        return name.replace(".", "%2E")
    return quote(name.encode("utf-8", "replace"), safe="")

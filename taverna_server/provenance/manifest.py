"""``.ro/manifest.json`` of a run bundle, in the shape of robundle 0.4.1 (provenance dossier 3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from taverna_server import __version__
from taverna_server.provenance.jsonstream import Many, write
from taverna_server.provenance.names import SOFTWARE, Names
from taverna_server.provenance.turtle import seconds

TRACE = "workflowrun.prov.ttl"
WFBUNDLE = "workflow.wfbundle"
WFDESC = ".ro/annotations/workflow.wfdesc.ttl"


class Manifest:
    """What is in a bundle, and what it says about what."""

    def __init__(self, names: Names, main: str, time: float) -> None:
        """``main`` is the URI of the main workflow."""
        self._names = names
        self._main = main
        self._time = seconds(time)
        self._maker = [
            {
                "uri": f"{SOFTWARE}taverna-server-{__version__}",
                "name": f"taverna-server {__version__}",
            }
        ]

    @property
    def definition(self) -> str:
        """Name of the annotation that says where the main workflow is defined."""
        return f".ro/annotations/{self._names.unique('definition')}.ttl"

    def write(self, stream: TextIO, files: Iterable[tuple[str, str]]) -> None:
        """The manifest; ``files`` are all paths with their media types."""
        write(
            stream,
            {
                "@context": ["https://w3id.org/bundle/context"],
                "id": "/",
                "manifest": ["/.ro/manifest.json"],
                "createdOn": self._time,
                "createdBy": self._maker,
                "history": [f"/{TRACE}"],
                "aggregates": Many(self._aggregates(files)),
                "annotations": self._annotations(),
            },
        )

    def _aggregates(self, files: Iterable[tuple[str, str]]) -> Iterator[dict[str, Any]]:
        for path, kind in files:
            made = {"createdBy": self._maker} if path == TRACE else {}
            yield {
                "file": f"/{path}",
                "folder": f"/{path.rpartition('/')[0]}/".replace("//", "/"),
                "mediatype": kind,
                "createdOn": self._time,
                **made,
                "proxy": f"urn:uuid:{self._names.unique('proxy', path)}",
            }

    def _annotations(self) -> list[dict[str, str]]:
        number = self.definition.rpartition("/")[2].removesuffix(".ttl")
        return [
            {"about": self._names.run, "content": "/"},
            {"about": "/", "content": f"/{TRACE}"},
            {"about": f"/{WFBUNDLE}", "content": f"/{WFDESC}"},
            {"about": self._main, "content": f"/{WFBUNDLE}"},
            {
                "annotation": f"urn:uuid:{number}",
                "about": f"/{WFBUNDLE}",
                "content": f"/{self.definition}",
            },
            {"about": self._names.bundle, "content": f"/{WFBUNDLE}"},
        ]

"""Finds the class that executes a kind of activity.

The kinds built in are in a table, so that a run of an ordinary workflow neither
scans the packages installed nor imports what it does not use: start-up time of
a run is waiting time of its user. Only a kind that is not in the table is looked
for among entry points (group ``taverna_server.activities``).
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from taverna_server.engines.taverna.activities.base import BoundActivity

GROUP = "taverna_server.activities"
PACKAGE = "taverna_server.engines.taverna.activities"

BUILT_IN = {
    "apiconsumer": "apiconsumer:ApiConsumer",
    "beanshell": "beanshell:Beanshell",
    "biomart": "biomart:Biomart",
    "externaltool": "externaltool:ExternalTool",
    "interaction": "interaction:Interaction",
    "localworker": "localworker:LocalWorker",
    "rest": "rest:Rest",
    "soaplab": "soaplab:Soaplab",
    "rshell": "rshell:RShell",
    "spreadsheetimport": "spreadsheetimport:SpreadsheetImport",
    "stringconstant": "stringconstant:StringConstant",
    "wsdl": "wsdl:Wsdl",
    "xmlinputsplitter": "xmlsplitter:XmlInputSplitter",
    "xmloutputsplitter": "xmlsplitter:XmlOutputSplitter",
    "xpath": "xpath:XPath",
}
"""Module and class by kind; ``setup.cfg`` declares the same as entry points."""

UNAVAILABLE = "unavailable:Unavailable"


@cache
def bound_activity_class(kind: str) -> type[BoundActivity]:
    """The class for a kind; for one that nobody executes, a class that fails with a sentence."""
    if kind in BUILT_IN:
        return _load(BUILT_IN[kind])
    from importlib.metadata import entry_points  # slow to import, and seldom needed

    for entry in entry_points(group=GROUP, name=kind):
        found: type[BoundActivity] = entry.load()
        return found
    return _load(UNAVAILABLE)


def _load(target: str) -> type[BoundActivity]:
    module, name = target.split(":")
    found: type[BoundActivity] = getattr(import_module(f"{PACKAGE}.{module}"), name)
    return found

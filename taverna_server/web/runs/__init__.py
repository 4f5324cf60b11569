"""The pages about runs: the list, the form, the page of a run, and what belongs to it.

``listing`` and ``bulk`` are the list; ``form`` makes a run, ``several`` one for each row
of a table (``variants``); ``show`` is the page of a run, which ``events`` keeps fresh while
it works (``watching``); ``outputs``, ``logpages``, ``files`` and ``compare`` look closer,
and ``changes`` is everything that a person may do to it;
``report`` tells the administrators of a problem with it.
Nothing of what a workflow wrote is ever part of a page of ours other than as escaped
text: browsers fetch the rest by addresses that put it into a sandbox.
"""

from __future__ import annotations

from taverna_server.web.runs import (
    bulk,
    changes,
    compare,
    events,
    files,
    form,
    listing,
    logpages,
    outputs,
    report,
    several,
    show,
)

__all__ = [
    "bulk",
    "changes",
    "compare",
    "events",
    "files",
    "form",
    "listing",
    "logpages",
    "outputs",
    "report",
    "several",
    "show",
]

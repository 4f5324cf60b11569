"""Kinds that cannot be executed here: they keep their ports and fail with a sentence.

The rest of the workflow is checked and runs as if the service were down
(activities.md 19). What each of them misses is said by kind.
"""

from __future__ import annotations

from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
)

NOT_EXECUTABLE = "The service is not executable"

SENTENCES = {
    "abstractprocessor": "it says what is to be done and not by which service",
    "biomoby": "the BioMoby registry no longer exists",
    "biomobyobject": "the BioMoby registry no longer exists",
    "component": "the component is neither in the registry nor in this site's folder (components)",
    "mobyparsedatatype": "the BioMoby registry no longer exists",
    "inferno": "Inferno services no longer exist",
    "notification": "the notification service of Taverna 1 no longer exists",
    "seqhound": "the SeqHound service no longer exists",
    "talisman": "Talisman services no longer exist",
    "usecase": "the repository that describes the tool no longer exists",
    "workflow": "the nested workflow lies at another place, from where it is not fetched",
}
"""Why, by kind."""

SILENT = frozenset({"disabled", "nonexecutable", "unrecognized", "abstract"})
"""Kinds whose sentence is known from Taverna and said without addition."""


class Unavailable(BoundActivity):
    """Fails each invocation with what is missing."""

    def invoke(self, inputs: Inputs) -> Outputs:
        raise ActivityFailure(self._sentence())

    def _sentence(self) -> str:
        kind = self.activity.kind
        if kind in SILENT:
            return NOT_EXECUTABLE
        return f"{NOT_EXECUTABLE}: {SENTENCES.get(kind, f'unknown kind {kind!r}')}"

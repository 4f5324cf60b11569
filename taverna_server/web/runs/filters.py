"""What a person wants of the list of runs: in the address, and remembered in a cookie.

The address is the whole truth: it can be kept, sent to somebody, and the browser's
way back works. Whoever comes without a word gets what they last asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from taverna_server.model.library import RunOrder, RunQuery, Whose
from taverna_server.model.run import RunState
from taverna_server.web.runs.context import read_number

PER_PAGE = (20, 50, 100)
COOKIE = "taverna_runs"
_LONGEST = 200

WAITING = "waiting"
"""Runs at work that ask something: which they are is found among those at work."""
MOST_LOOKED_AT = 200

GROUPS: Mapping[str, tuple[str, frozenset[RunState]]] = {
    "active": (
        "At work",
        frozenset({RunState.PENDING, RunState.RUNNING, RunState.CANCELLING}),
    ),
    WAITING: ("Needs you", frozenset({RunState.RUNNING})),
    "finished": ("Finished", frozenset({RunState.FINISHED})),
    "failed": ("Failed", frozenset({RunState.FAILED, RunState.TIMEOUT})),
    "cancelled": ("Cancelled", frozenset({RunState.CANCELLED})),
    "initialized": ("Not started", frozenset({RunState.INITIALIZED})),
}
"""What the chips above the list offer: words and states by name."""

WHOSE = {"": "Mine and shared", "own": "Mine", "shared": "Shared with me", "all": "Everybody's"}
_COLUMNS = {it.value for it in RunOrder}


@dataclass(frozen=True, slots=True)
class Filters:
    """As the address has them."""

    text: str = ""
    state: str = ""
    """A key of ``GROUPS``, or empty for all."""
    whose: str = ""
    entry: int | None = None
    parent: int | None = None
    sort: str = "number"
    ascending: bool = False
    per_page: int = PER_PAGE[0]
    page: int = 1

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> Filters:
        """From an address; what makes no sense counts as not said."""
        return cls(
            text=given.get("q", "").strip()[:_LONGEST],
            state=_one_of(given.get("state", ""), GROUPS),
            whose=_one_of(given.get("whose", ""), WHOSE),
            entry=read_number(given.get("workflow_id")),
            parent=read_number(given.get("parent")),
            sort=_one_of(given.get("sort", ""), _COLUMNS) or "number",
            ascending=given.get("order") == "asc",
            per_page=read_number(given.get("per_page")) or PER_PAGE[0],
            page=max(read_number(given.get("page")) or 1, 1),
        ).within_limits()

    @classmethod
    def remembered(cls, cookie: str) -> Filters:
        """From the cookie, as ``written``."""
        try:
            return cls.read(MultiDict(parse_qsl(cookie[:1000])))
        except ValueError:
            return cls()

    def within_limits(self) -> Filters:
        per_page = self.per_page if self.per_page in PER_PAGE else PER_PAGE[0]
        return replace(self, per_page=per_page, page=min(self.page, 1_000_000))

    def query(self) -> RunQuery:
        """For the manager."""
        states = GROUPS[self.state][1] if self.state else frozenset()
        return RunQuery(
            states=states,
            text=self.text,
            entry=self.entry,
            parent=self.parent,
            whose=Whose(self.whose or "visible"),
            sort=RunOrder(self.sort),
            descending=not self.ascending,
            page=self.page if self.state != WAITING else 1,
            per_page=self.per_page if self.state != WAITING else MOST_LOOKED_AT,
        )

    def values(self, **changes: object) -> dict[str, object]:
        """For addresses: what differs from the plain list, the page left out unless given."""
        said: dict[str, object] = {
            "q": self.text,
            "state": self.state,
            "whose": self.whose,
            "workflow_id": self.entry,
            "parent": self.parent,
            "sort": "" if self.sort == "number" else self.sort,
            "order": "asc" if self.ascending else "",
            "per_page": "" if self.per_page == PER_PAGE[0] else self.per_page,
        } | changes
        return {name: value for name, value in said.items() if value not in ("", None)}

    def sorted_by(self, column: str) -> dict[str, object]:
        """For the head of a column: by it, or the other way round where it is that already."""
        again = self.sort == column
        ascending = not self.ascending if again else column == "name"
        return self.values(
            sort="" if column == "number" else column, order="asc" if ascending else ""
        )

    @property
    def is_plain(self) -> bool:
        """Nothing is left out of the list."""
        return not (self.text or self.state or self.whose or self.entry or self.parent)

    def written(self) -> str:
        """For the cookie: without workflow, parent and page, which are of the moment."""
        lasting = replace(self, entry=None, parent=None)
        return urlencode(lasting.values())


def _one_of(word: str, words: object) -> str:
    return word if word in words else ""  # type: ignore[operator]  # any container

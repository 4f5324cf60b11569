"""Values of any depth, for laws."""

from __future__ import annotations

from hypothesis import strategies as st

from taverna_server.data.values import ErrorDocument, Value, make_list

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = TEXTS | st.binary(max_size=20)


def values(*, errors: bool = False, depth: int | None = None) -> st.SearchStrategy[Value]:
    """Of one depth or any up to 4; empty lists everywhere; errors at any level if wanted."""
    if depth is None:
        return st.integers(0, 4).flatmap(lambda chosen: values(errors=errors, depth=chosen))
    return _of_depth(depth, errors)


def _of_depth(depth: int, errors: bool) -> st.SearchStrategy[Value]:
    whole: st.SearchStrategy[Value] = LEAVES
    if depth:
        members = st.lists(_of_depth(depth - 1, errors), max_size=3)
        whole = members.map(lambda items: make_list(items, depth))
    if errors:
        whole |= TEXTS.map(lambda message: ErrorDocument(message, depth))
    return whole

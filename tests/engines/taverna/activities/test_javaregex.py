"""Against Java itself, with patterns of all sorts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taverna_server.data.values import ListValue, Value, make_list
from taverna_server.engines.taverna.activities import javaregex
from taverna_server.engines.taverna.activities.base import ActivityFailure, BoundActivity

from .conftest import bound, new_run, script

PIECES = ["a", "b", ",", " ", "\\s", "\\d", "\\t", "\\|", "\\.", ".", "[ab]", "[^,|]", "[a-c|~]",
          "(a|b)", "(?:a,)", "|", "+", "*", "?", "*?", "{2}", "{1,2}", "^", "$", "ä", "[", "\\w",
          "]", "{", "\n"]  # fmt: skip
patterns = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
texts = st.text(st.sampled_from("ab, \t\n\r1.|~ä\u2028\x85𝄞"), max_size=12)


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoundActivity]:
    """Splits, matches and finds as Java does."""
    run = new_run(tmp_path_factory.mktemp("run"))
    text = """
        split = in.split(regex); matches = in.matches(regex);
        m = java.util.regex.Pattern.compile(regex).matcher(in); found = new ArrayList();
        if (m.find()) for (int i = 0; i <= m.groupCount(); i++) found.add("" + m.group(i));
    """
    yield bound(run, "beanshell", script(text), "in regex", "split:1 matches found:1")
    run.close()


def ask(java: BoundActivity, text: str, regex: str) -> dict[str, Value]:
    return dict(java.invoke({"in": text, "regex": regex}))


@given(text=texts, pattern=patterns)
@settings(max_examples=300, deadline=None)
def test_accepted_pattern_means_the_same(java: BoundActivity, text: str, pattern: str) -> None:
    try:
        portable = javaregex.translate(pattern)
    except javaregex.NotPortable:
        return
    said = ask(java, text, pattern)
    found = portable.search(text)
    groups = [str(g).replace("None", "null") for g in (found[0], *found.groups())] if found else []
    assert said["found"] == ListValue(tuple(groups), 1)
    assert said["matches"] == str(portable.fullmatch(text) is not None).lower()


@given(text=texts, pattern=patterns)
@settings(max_examples=300, deadline=None)
def test_accepted_split_gives_the_same_pieces(java: BoundActivity, text: str, pattern: str) -> None:
    try:
        pieces = javaregex.split(text, pattern)
    except javaregex.NotPortable:
        return
    assert ask(java, text, pattern)["split"] == ListValue(tuple(pieces), 1)


@pytest.mark.parametrize(
    ("text", "pattern", "pieces"),
    [
        ("a,b,,", ",", ["a", "b"]),
        (",", ",", []),
        ("abc", ",", ["abc"]),
        ("a||b", "\\|", ["a", "", "b"]),
        ("a \t b", "\\s+", ["a", "b"]),
        ("a1b22c", "[0-9]+", ["a", "b", "c"]),
    ],
)
def test_split_is_java_s(text: str, pattern: str, pieces: list[str]) -> None:
    assert javaregex.split(text, pattern) == pieces


@pytest.mark.parametrize(
    "pattern",
    [
        "a$",
        "(?i)a",
        "a++",
        "\\p{Alpha}",
        "[a&&b]",
        "(a)+",
        "(?=a)",
        "\\1",
        "\\bx",
        "[[a]]",
        "(",
        "a**",
    ],
)
def test_pattern_that_may_differ_is_refused(pattern: str) -> None:
    with pytest.raises(javaregex.NotPortable):
        javaregex.translate(pattern)


def test_split_on_what_may_be_nothing_is_refused() -> None:
    with pytest.raises(javaregex.NotPortable):
        javaregex.split("abc", "b*")


def test_java_itself_refuses_a_bad_pattern(java: BoundActivity) -> None:
    with pytest.raises(ActivityFailure, match="PatternSyntaxException"):
        ask(java, "a", "(")
    assert ask(java, "a", "a")["found"] == make_list(["a"])

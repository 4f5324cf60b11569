"""The drawing has everything once, is safe whatever things are called, and tells its state."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from taverna_server.diagrams import Counts, Graph, draw, everything
from taverna_server.diagrams.arrangement import arranged
from taverna_server.diagrams.graph import Kind, Line, Mark, Node, Role
from tests.diagrams.drawings import SVG, drawn, graph, levels, overlap, steps

INNER = graph("x>y")
MIDDLE = graph("m", "n", m=INNER)
NESTED = graph("a>b", "b>c", b=MIDDLE)

HOSTILE = [
    '"><script>alert(1)</script>',
    "]]></style><style>*{background:url(//evil)}",
    "' onload='alert(1)",
    "&lt;b&gt; &amp; &#x41;",
    "\x00\x0b\x1f\ud800\ufffe",
    "../../../etc",
    "<!--",
    "a" * 3000,
    "",
]
ACTIVE = {"script", "foreignObject", "iframe", "image", "use", "animate", "set", "handler"}


def test_steps_of_what_is_expanded_are_there_once() -> None:
    root = drawn(NESTED, expanded=["b", "b/m"])
    assert steps(root) == dict.fromkeys(["a", "b", "c", "b/m", "b/n", "b/m/x", "b/m/y"], 1)


def test_what_is_collapsed_is_not_there() -> None:
    assert set(steps(drawn(NESTED, expanded=[]))) == {"a", "b", "c"}
    assert set(steps(drawn(NESTED, expanded=["b/m", "no", "a"]))) == {"a", "b", "c"}


def test_small_nested_workflows_are_expanded_at_first() -> None:
    assert set(steps(drawn(NESTED))) == {"a", "b", "c", "b/m", "b/n", "b/m/x", "b/m/y"}


def test_large_nested_workflows_are_collapsed_at_first() -> None:
    large = graph("a", "b", b=graph(*(f"s{n}" for n in range(100))))
    assert set(steps(drawn(large))) == {"a", "b"}


def test_workflow_that_holds_itself_many_times_is_not_drawn_for_ever() -> None:
    level = graph("x")
    for _ in range(30):
        level = graph("a", "b", a=level, b=level)
    assert len(steps(drawn(level, expanded=everything(level)))) <= 5000


def test_workflow_with_too_many_steps_says_so() -> None:
    root = drawn(graph(*(f"s{n}" for n in range(6000))))
    assert root.findtext(f"{SVG}title") == "This workflow has 6,000 steps: too many to draw"


def test_ids_are_unique_and_stay_what_they_are() -> None:
    first, again = ([*drawn(NESTED, expanded=x).xpath("//@id")] for x in (["b"], ["b", "b/m"]))
    assert len(set(again)) == len(again)
    assert set(first) < set(again)


def test_boxes_keep_apart_in_expanded_workflows() -> None:
    for level in levels(arranged(NESTED, ["b", "b/m"], live=True)):
        assert not [pair for pair in combinations(level.boxes, 2) if overlap(*pair)]
        for box in level.boxes:
            if box.inside is not None:
                assert box.inside.offset.x + box.inside.size.width <= box.size.width
                assert box.inside.offset.y + box.inside.size.height <= box.size.height


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(name: str) -> None:
    kind, inside = Kind(name, "tool"), Graph(name, (Node(name, name),), ())
    node = Node(name, name, Role.STEP, kind, (name,), (Mark("loop", name),), inside)
    port = Node(f"in:{name}", name, Role.INPUT)
    lines = (Line(port.key, name, name, position=1, source_port=name, target_port=name),)
    hostile = Graph(name, (node, port), lines, name)
    for expanded in ((), [name]):
        root = drawn(hostile, expanded=expanded, address=lambda paths: f"?{'&'.join(paths)}")
        assert_harmless(root)


@given(st.text(max_size=30))
@settings(max_examples=50, deadline=None)
def test_any_name_gives_a_document(name: str) -> None:
    assert_harmless(drawn(Graph(name, (Node(name, name, Role.STEP, Kind(name, "x")),), ())))


def assert_harmless(root: etree._Element) -> None:
    for element in root.iter():
        local = etree.QName(element).localname
        assert local not in ACTIVE
        assert not [key for key in element.keys() if key.startswith("on")]  # noqa: SIM118
        assert element.get("style") is None
        if local == "style":
            assert "url(" not in str(element.text)
            assert "@import" not in str(element.text)
        assert local == "a" or element.get("href") is None


def test_long_name_is_short_and_whole_in_its_title() -> None:
    name = "Find_the_beginning_" + "x" * 80 + "_and_the_end"
    step = drawn(graph(name)).find(f".//{SVG}g[@data-processor]")
    assert step is not None
    label = step.findtext(f"{SVG}text[@class='name']") or ""
    assert len(label) < 40
    assert label.startswith("Find_the")
    assert label.endswith("_end")
    assert name in (step.findtext(f"{SVG}title") or "")


def test_nested_workflows_have_links_that_expand_and_collapse() -> None:
    root = drawn(NESTED, expanded=["b"], address=lambda paths: "?" + "+".join(paths))
    links = {a.get("aria-label"): a.get("href") for a in root.iter(f"{SVG}a")}
    assert links == {
        "Hide what is inside b": "?",
        "Show what is inside m": "?b+b/m",
    }
    assert root.get("role") == "group"


def test_drawing_without_links_is_an_image_with_words() -> None:
    root = drawn(NESTED)
    assert root.get("role") == "img"
    assert not list(root.iter(f"{SVG}a"))
    words = {e.get("id"): e.text for e in root if e.tag in (f"{SVG}title", f"{SVG}desc")}
    assert words[root.get("aria-labelledby")] == "g"
    assert words[root.get("aria-describedby")] == "A workflow of 0 inputs, 3 steps, 0 outputs."


def test_style_is_there_when_asked_for() -> None:
    assert "<style>" in draw(INNER)
    assert "<style>" not in draw(INNER, styled=False)


@pytest.mark.parametrize(
    ("counts", "state", "words"),
    [
        (Counts(), "waiting", "waiting"),
        (Counts(queued=7, running=1, done=2), "running", "2 of 10"),
        (Counts(done=10), "done", "10 done"),
        (Counts(done=10, errors=2), "failed", "10 done, 2 failed"),
        (Counts(queued=5, done=5, errors=1), "failed", "5 of 10, 1 failed"),
        (Counts(errors=1), "failed", "1 failed"),
        (Counts(queued=1, errors=1), "failed", "1 of 2, 1 failed"),
    ],
)
def test_progress_is_told_by_state_and_words(counts: Counts, state: str, words: str) -> None:
    root = drawn(NESTED, expanded=["b"], progress={"b/n": counts})
    step = root.find(f".//{SVG}g[@data-processor='b/n']")
    assert step is not None
    assert step.get("data-state") == state
    assert step.findtext(f"{SVG}text[@class='count']") == words


def test_drawing_without_progress_has_no_states() -> None:
    assert not drawn(NESTED).xpath("//@data-state")


def test_sides_of_a_line_meet_the_ports_inside() -> None:
    inside = Graph("i", (Node("in:p", "p", Role.INPUT), Node("x", "x")), ())
    door = Node("b", "b", Role.STEP, Kind("w", "nested"), inside=inside, doors={"in:q": "in:p"})
    line = Line("a", "b", "", source_port="out:o", target_port="in:q")
    outer = Graph("o", (Node("a", "a"), door), (line,))
    level = arranged(outer, ["b"], live=False)
    box = level.boxes[1]
    assert box.inside is not None
    pill = box.inside.boxes[0]
    x = box.corner.x + box.inside.offset.x + pill.corner.x + pill.size.width / 2
    assert level.lines[0][1][-1].x == pytest.approx(x)

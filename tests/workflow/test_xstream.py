"""XStream's escapes, references and class attributes."""

from __future__ import annotations

import pytest
from lxml import etree

from taverna_server.workflow.elements import Findings
from taverna_server.workflow.model import Bean
from taverna_server.workflow.xstream import read_bean, unescape


def read(xml: str) -> tuple[Bean, list[str]]:
    findings = Findings()
    return read_bean(etree.fromstring(xml), findings), findings.sentences


@pytest.mark.parametrize(
    ("tag", "name"),
    [("queue__preferred", "queue_preferred"), ("Map_-Entry", "Map$Entry"), ("a___-b", "a_$b")],
)
def test_escapes_in_names_are_undone(tag: str, name: str) -> None:
    assert unescape(tag) == name


def test_reference_is_what_it_points_to() -> None:
    bean, problems = read("<a><b><c>1</c></b><b><c>2</c></b><d reference='../b[2]/c'/></a>")
    assert bean.text_of("d") == "2"
    assert problems == []


def test_reference_may_come_before_its_target() -> None:
    bean, _ = read("<a><d reference='../b'/><b>late</b></a>")
    assert bean.text_of("d") == "late"


@pytest.mark.parametrize("path", ["..", "../..", "../../../x", "../d", "../b[9]", "]["])
def test_reference_that_leads_nowhere_is_reported(path: str) -> None:
    _, problems = read(f"<a>\n<b/><d reference='{path}'/></a>")
    assert problems == [f"line 2: <d> refers to '{path}', where nothing is"]


def test_references_cannot_grow_into_a_bomb() -> None:
    rows = "".join(
        f"<r{n}>" + f"<x reference='../../r{n - 1}'/>" * 10 + f"</r{n}>" for n in range(1, 30)
    )
    _, problems = read(f"<a><r0>lol</r0>{rows}</a>")
    assert any("grow without end" in problem for problem in problems)


def test_empty_list_written_as_a_reference_to_itself_is_empty() -> None:
    bean, problems = read("<a><p><mimeTypes reference='../../p/mimeTypes'/></p></a>")
    assert bean.find("p") is not None
    assert problems == []


def test_class_of_an_element_is_its_tag() -> None:
    bean, _ = read(
        "<m class='java.util.Collections$SingletonList'><element class='string'>t</element></m>"
    )
    assert bean.text_of("string") == "t"


def test_white_space_counts_in_leaves_only() -> None:
    bean, _ = read("<a>\n <b> x\n</b>\n</a>")
    assert bean.text == ""
    assert bean.text_of("b") == " x\n"

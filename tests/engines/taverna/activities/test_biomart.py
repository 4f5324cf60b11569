"""BioMart queries, answered by a service on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from lxml import etree
from werkzeug.wrappers import Request, Response

from taverna_server.data.values import ErrorDocument, ListValue, Value, make_list
from taverna_server.engines.taverna.activities.base import ActivityFailure, GivesParts, Outputs
from taverna_server.workflow.model import Bean
from taverna_server.workflow.xstream import read_verbatim
from tests.corpus import needs_corpus

from .conftest import Bind
from .localservices import Service, serving
from .recorded import recorded_invocations

GENES = {"g1": "chr1\t100", "g2": "chr2\t200", "g3": "chr1\t300"}


def mart(request: Request) -> Response:
    query = etree.fromstring(request.form["query"])
    (dataset,) = query
    if dataset.get("name") != "genes":
        return Response("\nQuery ERROR: caught BioMart::Exception: no such dataset\n")
    wanted = {f.get("name"): f.get("value") for f in dataset.iter("Filter")}
    rows = [
        f"{gene}\t{rest}\n"
        for gene, rest in GENES.items()
        if gene in (wanted.get("id") or gene).split(",")
        and rest.startswith(wanted.get("chromosome") or "")
    ]
    if wanted.get("id") == "short":
        rows = ["g1\tchr1\n"]
    if query.get("formatter") == "FASTA":
        return Response(b">g1\nACGT\n", content_type="text/plain")
    return Response("".join(rows), content_type="text/plain")


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with serving(mart) as running:
        yield running


def configuration(
    location: str, filters: str = "", attributes: str = "", name: str = "genes", more: str = ""
) -> Bean:
    attributes = attributes or '<Attribute name="id"/><Attribute name="where" attributes="c,p"/>'
    return read_verbatim(
        etree.fromstring(f"""<MartQuery><MartService location="{location}"/>
        <MartDataset name="{name}"/><Query virtualSchemaName="default" count="0" {more}>
        <Dataset name="{name}">{attributes}{filters}</Dataset></Query></MartQuery>""")
    )


def ask(bind: Bind, config: Bean, **inputs: Value) -> Outputs:
    return bind("biomart", config).invoke({f"genes.{n}_filter": v for n, v in inputs.items()})


CHROMOSOME = '<Filter name="chromosome" value="chr1"/>'
ID = '<Filter name="id" list="true"/>'


def test_rows_become_lists(bind: Bind, service: Service) -> None:
    assert ask(bind, configuration(service.url, CHROMOSOME)) == {
        "genes.id": make_list(["g1", "g3"]),
        "genes.where": make_list([make_list(["chr1", "100"]), make_list(["chr1", "300"])]),
    }


def test_inputs_are_the_values_of_filters(bind: Bind, service: Service) -> None:
    config = configuration(service.url, CHROMOSOME + ID)
    outputs = ask(bind, config, chromosome="chr2", id=make_list(["g1", "g2"]))
    assert outputs["genes.id"] == make_list(["g2"])


def test_no_rows_are_empty_lists(bind: Bind, service: Service) -> None:
    outputs = ask(bind, configuration(service.url, ID), id="none")
    assert outputs == {"genes.id": ListValue((), 1), "genes.where": ListValue((), 2)}


def test_short_row_is_an_error_at_each_port(bind: Bind, service: Service) -> None:
    outputs = ask(bind, configuration(service.url, ID), id="short")
    assert outputs == {
        "genes.id": make_list([ErrorDocument("g1\tchr1")]),
        "genes.where": make_list([ErrorDocument("g1\tchr1", 1)]),
    }


def test_formatted_answer_is_one_output(bind: Bind, service: Service) -> None:
    config = configuration(service.url, more='formatter="FASTA"')
    assert ask(bind, config) == {"genes": b">g1\nACGT\n"}
    activity = bind("biomart", config)
    assert [port.name for port in type(activity).output_ports(activity.activity)] == ["genes"]


@pytest.mark.parametrize(
    ("path", "name", "said"),
    [
        ("", "none", "Query ERROR: caught BioMart::Exception: no such dataset"),
        ("http://localhost:1", "genes", "ConnectionRefusedError"),
    ],
)
def test_failure_says_what_the_service_said(
    bind: Bind, service: Service, path: str, name: str, said: str
) -> None:
    with pytest.raises(ActivityFailure, match=r"^Failure calling biomart$") as failure:
        ask(bind, configuration(path or service.url, name=name))
    assert said in failure.value.exception


def test_error_page_is_a_failure(bind: Bind) -> None:
    with (
        serving(lambda request: Response("gone", 410)) as service,
        pytest.raises(ActivityFailure, match=r"^Failure calling biomart$") as failure,
    ):
        ask(bind, configuration(service.url))
    assert failure.value.exception == "410 GONE: gone"


def test_configuration_that_cannot_work_is_a_problem(bind: Bind) -> None:
    activity = bind("biomart", Bean("MartQuery"))
    assert len([*type(activity).problems(activity.activity)]) == 2


@needs_corpus
def test_ports_are_those_of_recorded_queries(bind: Bind) -> None:
    recordings = list(recorded_invocations({"biomart"}))
    for recorded in recordings:
        activity = bind("biomart", recorded.activity.config)
        ports = {port.name for port in type(activity).output_ports(activity.activity)}
        assert recorded.outputs.keys() <= ports
    assert len(recordings) > 5


def take_parts(bind: Bind, config: Bean, give: Callable[[Outputs], None]) -> None:
    activity = bind("biomart", config)
    assert isinstance(activity, GivesParts)
    activity.invoke_in_parts({}, give)


def test_rows_are_given_while_the_service_still_makes_more(bind: Bind) -> None:
    given = threading.Event()

    def rows() -> Iterator[bytes]:
        yield b"g1\tchr"
        yield b"1\t100\r\ng2\t"
        assert given.wait(10)
        yield "chrö\t200".encode()

    with serving(lambda request: Response(rows())) as service:
        parts: list[Outputs] = []

        def give(part: Outputs) -> None:
            parts.append(part)
            given.set()

        take_parts(bind, configuration(service.url), give)
    assert parts == [
        {"genes.id": "g1", "genes.where": make_list(["chr1", "100"])},
        {"genes.id": "g2", "genes.where": make_list(["chrö", "200"])},
    ]


def test_rows_before_the_answer_breaks_off_are_given(bind: Bind) -> None:
    parts: list[Outputs] = []
    head = {"Content-Length": "1000"}
    with (
        serving(lambda request: Response(iter([b"g1\tchr1\t100\n"]), headers=head)) as service,
        pytest.raises(ActivityFailure, match=r"^Failure calling biomart$") as failure,
    ):
        take_parts(bind, configuration(service.url), parts.append)
    assert [part["genes.id"] for part in parts] == ["g1"]
    assert "broke off" in failure.value.exception


@pytest.mark.parametrize("said", ["", "\n \n", "\r\n\r\na\n"])
def test_blank_rows_are_rows(bind: Bind, said: str) -> None:
    """Unless a refusal follows them."""
    config = '<Attribute name="id"/>'
    with serving(lambda request: Response(said)) as service:
        (found,) = ask(bind, configuration(service.url, attributes=config)).values()
    assert found == make_list(said.splitlines(), 1)

"""Soaplab jobs, done by a service on this machine."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from lxml import etree
from werkzeug.wrappers import Request, Response

from taverna_server.data.values import Value, make_list
from taverna_server.engines.taverna.activities.base import ActivityFailure, Outputs, RunContext
from taverna_server.engines.taverna.activities.registry import bound_activity_class
from taverna_server.workflow.model import Activity, Bean

from .localservices import Service, serving
from .soapservices import XSI, body_of, envelope

MAP = 'xmlns:m="http://xml.apache.org/xml-soap" xsi:type="m:Map"'


class Lab:
    """Reverses sequences; how often it was asked for the state of a job is counted."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, str]] = {}
        self.looks = 0

    def __call__(self, request: Request) -> Response:
        asked = body_of(request.get_data())
        result = getattr(self, f"do_{etree.QName(asked).localname}")(*asked)
        name = etree.QName(asked).localname
        content = f"<{name}Return {result}</{name}Return>" if result else ""
        return Response(
            envelope(f"<{name}Response>{content}</{name}Response>"), content_type="text/xml"
        )

    def do_getInputSpec(self) -> str:
        specs = (("sequence", "String"), ("more", "String[]"), ("picture", "byte[]"))
        return f'xsi:type="soapenc:Array">{"".join(_map(name=n, type=t) for n, t in specs)}'

    def do_createAndRun(self, given: etree._Element) -> str:
        job = f"job{len(self.jobs)}"
        self.jobs[job] = {i[0].text or "": "".join(map(str, i[1].itertext())) for i in given}
        assert given.get(f"{{{XSI}}}type") == "apache:Map"
        return f'xsi:type="xsd:string">{job}'

    def do_waitFor(self, job: etree._Element) -> str:
        return ""

    def do_getStatus(self, job: etree._Element) -> str:
        self.looks += 1
        if self.looks < 3 and self.jobs[job.text or ""].get("slow"):
            return 'xsi:type="xsd:string">RUNNING'
        failed = self.jobs[job.text or ""].get("sequence") == "bad"
        return f'xsi:type="xsd:string">{"TERMINATED_BY_ERROR" if failed else "COMPLETED"}'

    def do_getSomeResults(self, job: etree._Element, names: etree._Element) -> str:
        given = self.jobs[job.text or ""]
        picture = base64.b64decode(given.get("picture", ""))[::-1]
        known = {
            "outfile": ("xsd:string", given.get("sequence", "")[::-1]),
            "report": ("xsd:string", "it went wrong"),
            "picture": ("xsd:base64Binary", base64.b64encode(picture).decode()),
            "all": ("soapenc:Array", "".join(f"<i>{c}</i>" for c in given.get("more", ""))),
        }
        entries = (
            f'<item><key>{n.text}</key><value xsi:type="{known[n.text or ""][0]}">'
            f"{known[n.text or ''][1]}</value></item>"
            for n in names
        )
        return f"{MAP}>{''.join(entries)}"

    def do_destroy(self, job: etree._Element) -> str:
        del self.jobs[job.text or ""]
        return ""


def _map(**entries: str) -> str:
    items = (f"<item><key>{k}</key><value>{v}</value></item>" for k, v in entries.items())
    return f"<item {MAP}>{''.join(items)}</item>"


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture
def service(lab: Lab) -> Iterator[Service]:
    with serving(lab) as running:
        yield running


def run(
    context: RunContext, url: str, outputs: str, polling: str = "0 1.0 0", **inputs: Value
) -> Outputs:
    names = ("pollingInterval", "pollingBackoff", "pollingIntervalMax")
    leaves = {"endpoint": url, **dict(zip(names, polling.split(), strict=True))}
    config = Bean("bean", children=tuple(Bean(n, v) for n, v in leaves.items()))
    wanted = {name: name for name in outputs.split()}
    activity = Activity("soaplab", "Soaplab", {}, wanted, config)
    return bound_activity_class("soaplab")(activity, context).invoke(inputs)


def test_job_is_started_waited_for_and_forgotten(
    context: RunContext, lab: Lab, service: Service
) -> None:
    outputs = run(context, service.url, "outfile report", sequence="ACGT")
    assert outputs == {"outfile": "TGCA", "report": "it went wrong"}
    assert not lab.jobs
    names = [body_of(seen.body).tag for seen in service.requests]
    assert names == [
        "getInputSpec",
        "createAndRun",
        "waitFor",
        "getStatus",
        "getSomeResults",
        "destroy",
    ]


def test_bytes_and_lists_go_there_and_back(context: RunContext, service: Service) -> None:
    more = make_list(["x", "y"])
    outputs = run(context, service.url, "picture all", picture=b"\x01\xff", more=more)
    assert outputs == {"picture": b"\xff\x01", "all": more}


def test_job_is_looked_at_until_it_is_done(context: RunContext, lab: Lab, service: Service) -> None:
    outputs = run(context, service.url, "outfile", "4 1.1 5", sequence="AC", slow="yes")
    assert outputs == {"outfile": "CA"}
    assert lab.looks == 4


def test_job_that_failed_gives_its_report(context: RunContext, service: Service) -> None:
    with pytest.raises(ActivityFailure) as failure:
        run(context, service.url, "outfile", sequence="bad")
    assert failure.value.message == "Soaplab call returned an error : it went wrong"


def test_service_of_yesterday_is_not_executable(context: RunContext) -> None:
    with pytest.raises(ActivityFailure, match=r"^The service is not executable: the Soaplab ser"):
        run(context, "http://localhost:1/services/edit.seqret", "outfile")


def test_answer_that_is_no_good_is_a_failure(context: RunContext, lab: Lab) -> None:
    def breaks(request: Request) -> Response:
        asked = body_of(request.get_data())
        return lab(request) if asked.tag == "getInputSpec" else Response("no", 500)

    with (
        serving(breaks) as service,
        pytest.raises(ActivityFailure, match=r"^Failure calling soaplab$"),
    ):
        run(context, service.url, "outfile")


def test_address_is_needed() -> None:
    activity = Activity("soaplab", "Soaplab", {}, {}, Bean("bean"))
    assert len([*bound_activity_class("soaplab").problems(activity)]) == 1

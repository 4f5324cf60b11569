"""Every resource, method and media type of the quick reference (protocol dossier 18).

One row a line, as there; ``cases`` makes a request of each media type that is
sent or answered. ``test_reference`` sends them all, and ``docs/coverage.md`` lists
them with the name of that test, so no row is without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

XML, JSON, TEXT = "application/xml", "application/json", "text/plain"
T2FLOW = "application/vnd.taverna.t2flow+xml"
ROBUNDLE, ZIP = "application/vnd.wf4ever.robundle+zip", "application/zip"
HTML, URI_LIST = "text/html", "text/uri-list"
ATOM, BYTES = "application/atom+xml", "application/octet-stream"
XJ = (XML, JSON)


@dataclass(frozen=True)
class Row:
    """A resource and a method. ``{new}`` is a run before its start, ``{done}`` one that ended."""

    path: str
    method: str
    sends: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    status: int = 200
    body: str = ""
    """The name of the body in ``test_reference``, or the text itself."""
    user: str | None = "alice"


class Case(NamedTuple):
    """One request of a row."""

    row: Row
    sent: str
    accepted: str

    @property
    def name(self) -> str:
        """As pytest knows it, without characters that it would change."""
        path = self.row.path.replace("{new}", "/rest/runs/ID").replace("{done}", "/rest/runs/ID")
        kinds = [kind.rpartition("/")[2] for kind in (self.sent, self.accepted) if kind]
        return " ".join((self.row.method, path, *kinds))


def cases() -> Iterator[Case]:
    """Each media type sent with the first one answered, and the other way round."""
    for row in ROWS:
        sends, answers = row.sends or ("",), row.answers or ("",)
        yield from (Case(row, sent, answers[0]) for sent in sends)
        yield from (Case(row, sends[0], accepted) for accepted in answers[1:])


def _get(path: str, *answers: str, **more: object) -> Row:
    return Row(path, "GET", answers=answers, **more)  # type: ignore[arg-type]


def _put_text(path: str, body: str) -> Row:
    return Row(path, "PUT", (TEXT,), (TEXT,), body=body)


def _admin(path: str, method: str = "GET", *, status: int = 200, **more: object) -> Row:
    return Row(f"/admin{path}", method, status=status, user="admin", **more)  # type: ignore[arg-type]


SETTINGS = {
    "allowNew": "true",
    "logWorkflows": "true",
    "logFaults": "false",
    "usageRecordDumpFile": "usage.jsonl",
    "runLimit": "1000",
    "operatingLimit": "10",
    "defaultLifetime": "1440",
    "generateProvenance": "false",
    "javaBinary": "java",
    "executeWorkflowScript": "executeworkflow.sh",
    "registryHost": "localhost",
    "registryPort": "1099",
    "registryJar": "registry.jar",
    "serverWorkerJar": "worker.jar",
    "serverForkerJar": "forker.jar",
    "registrationWaitSeconds": "40",
    "registrationPollMillis": "1000",
    "runasPasswordFile": "passwords",
}
"""What is set there; the other tests go on with it."""
FIGURES = ("invokationCount", "runCount", "operatingCount", "startupTime", "lastExitCode")
_ADMINISTRATION = (
    _admin("", answers=(HTML, *XJ)),
    *(_admin(f"/{name}", answers=(TEXT,)) for name in (*SETTINGS, *FIGURES)),
    *(
        _admin(f"/{name}", "PUT", sends=(TEXT,), answers=(TEXT,), body=value)
        for name, value in SETTINGS.items()
    ),
    _admin("/currentRuns", answers=XJ),
    _admin("/factoryProcessMapping", answers=XJ),
    _admin("/extraArguments", answers=XJ),
    _admin("/extraArguments", "PUT", sends=XJ, answers=XJ, body="no strings"),
    _admin("/permittedWorkflowURIs", answers=XJ),
    _admin("/permittedWorkflowURIs", "PUT", sends=XJ, answers=XJ, body="no strings"),
    _admin("/usageRecords", answers=(XML,)),
    _admin("/users", answers=XJ),
    _admin("/users", "POST", status=201, sends=XJ, body="account"),
    _admin("/users/{account}", answers=XJ),
    _admin("/users/{account}", "PUT", sends=XJ, answers=XJ, body="account"),
    _admin("/users/{account}", "DELETE", status=204),
)

ROWS = (
    _get("/rest", *XJ, user=None),
    _get("/rest/runs", *XJ),
    Row("/rest/runs", "POST", (T2FLOW, XML, URI_LIST), status=201, body="workflow"),
    _get("/rest/policy", *XJ, user=None),
    _get("/rest/policy/runLimit", TEXT, user=None),
    _get("/rest/policy/operatingLimit", TEXT, user=None),
    _get("/rest/policy/permittedWorkflows", *XJ, user=None),
    _get("/rest/policy/permittedListenerTypes", *XJ, user=None),
    _get("/rest/policy/enabledNotificationFabrics", *XJ, user=None),
    _get("/rest/policy/capabilities", *XJ, user=None),
    _get("{new}", *XJ),
    Row("{new}", "DELETE", status=204),
    _get("{new}/name", TEXT),
    _put_text("{new}/name", "another name"),
    _get("{new}/expiry", TEXT),
    _put_text("{new}/expiry", "2130-05-01T19:35:20.123Z"),
    _get("{new}/createTime", TEXT),
    _get("{done}/startTime", TEXT),
    _get("{done}/finishTime", TEXT),
    _get("{new}/status", TEXT),
    _put_text("{new}/status", "Finished"),
    _get("{new}/workflow", T2FLOW, *XJ),
    _get("{new}/input", *XJ),
    _get("{new}/input/expected", *XJ),
    _get("{new}/input/baclava", TEXT),
    _put_text("{new}/input/baclava", "inputs.baclava"),
    _get("{new}/input/input/IN", *XJ),
    Row("{new}/input/input/IN", "PUT", XJ, XJ, body="input/value"),
    _get("{done}/output", TEXT, *XJ),
    _put_text("{new}/output", "outputs.baclava"),
    _get("{new}/generate-provenance", TEXT),
    _put_text("{new}/generate-provenance", "true"),
    _get("{done}/run-bundle", ROBUNDLE, BYTES),
    _get("{done}/stdout", TEXT),
    _get("{done}/stderr", TEXT),
    _get("{done}/log", TEXT),
    _get("{done}/usage", XML),
    _get("{new}/listeners", *XJ),
    Row("{new}/listeners", "POST", XJ, status=400, body="listeners/definition"),
    _get("{new}/listeners/io", *XJ),
    _get("{new}/listeners/io/configuration", TEXT),
    _get("{new}/listeners/io/properties", *XJ),
    _get("{done}/listeners/io/properties/exitcode", TEXT),
    _put_text("{new}/listeners/io/properties/notificationAddress", "mailto:alice@example.org"),
    _get("{new}/interaction", ATOM),
    Row("{new}/interaction", "POST", (ATOM,), (ATOM,), 201, "entry"),
    _get("{new}/interaction/{entry}", ATOM),
    Row("{new}/interaction/{entry}", "DELETE", answers=(TEXT,)),
    _get("{new}/security", *XJ),
    _get("{new}/security/owner", TEXT),
    _get("{new}/security/permissions", *XJ),
    Row("{new}/security/permissions", "POST", XJ, status=201, body="security/permission-update"),
    _get("{new}/security/permissions/bob", TEXT),
    _put_text("{new}/security/permissions/bob", "read"),
    Row("{new}/security/permissions/bob", "DELETE", status=204),
    _get("{new}/security/credentials", *XJ),
    Row("{new}/security/credentials", "POST", XJ, status=201, body="security/userpass"),
    Row("{new}/security/credentials", "DELETE", status=204),
    _get("{new}/security/credentials/{credential}", *XJ),
    Row("{new}/security/credentials/{credential}", "PUT", XJ, XJ, body="security/userpass"),
    Row("{new}/security/credentials/{credential}", "DELETE", status=204),
    _get("{new}/security/trusts", *XJ),
    Row("{new}/security/trusts", "POST", XJ, status=201, body="trust"),
    Row("{new}/security/trusts", "DELETE", status=204),
    _get("{new}/security/trusts/{trust}", *XJ),
    Row("{new}/security/trusts/{trust}", "PUT", XJ, XJ, body="trust"),
    Row("{new}/security/trusts/{trust}", "DELETE", status=204),
    _get("{new}/wd", *XJ, ZIP),
    _get("{new}/wd/logs", *XJ, ZIP),
    _get("{new}/wd/{file}", TEXT, BYTES),
    Row("{new}/wd/new.txt", "PUT", (BYTES, TEXT), status=201, body="any bytes"),
    Row("{new}/wd/{file}", "PUT", (BYTES,), status=204, body="any bytes"),
    Row("{new}/wd", "PUT", (BYTES,), status=403, body="any bytes"),
    Row("{new}/wd", "DELETE", status=403),
    Row("{new}/wd", "POST", XJ, status=201, body="directory/mkdir"),
    Row("{new}/wd/logs", "POST", XJ, status=201, body="directory/upload"),
    Row("{new}/wd/fetched.txt", "POST", (URI_LIST,), status=201, body="workflow"),
    Row("{new}/wd/{file}", "POST", (URI_LIST,), status=204, body="workflow"),
    Row("{new}/wd", "POST", (URI_LIST,), status=403, body="workflow"),
    Row("{new}/wd/{file}", "DELETE", status=204),
    _get("/feed", ATOM),
    _get("/feed/{event}", ATOM),
    *_ADMINISTRATION,
)

"""What existing clients send and need back: one row per client and request.

From running the clients against a recording stand-in. G is the Ruby gem, P
Taverna Player through it, J the Java client, C the Clojure one, U and V
Python ones, H a PHP one, M a Java test. A status that is not among those
accepted is an exception in that client.
"""

from __future__ import annotations

import io
import re
import zipfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests
from lxml import etree

from tests.keys import ALIAS, PASSWORD, certificate, der, pkcs12_store

Check = Callable[[requests.Response], object]

NAMESPACES = {
    "t2s": "http://ns.taverna.org.uk/2010/xml/server/",
    "t2sr": "http://ns.taverna.org.uk/2010/xml/server/rest/",
    "port": "http://ns.taverna.org.uk/2010/port/",
    "xlink": "http://www.w3.org/1999/xlink",
}
_DECLARED = (
    'xmlns:nss="http://ns.taverna.org.uk/2010/xml/server/" '
    'xmlns:nsr="http://ns.taverna.org.uk/2010/xml/server/rest/" '
    'xmlns:nsa="http://ns.taverna.org.uk/2010/xml/server/admin/" '
    'xmlns:port="http://ns.taverna.org.uk/2010/port/"'
)
_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

XML = {"Accept": "application/xml"}
TEXT = {"Accept": "text/plain"}
JSON_OR_TEXT = {"Accept": "application/json;q=1.0, text/plain;q=0.1"}
JSON = {"Accept": "application/json"}
ANY = {"Accept": "*/*"}
BYTES = {"Accept": "application/octet-stream"}
SENDS_TEXT = {"Content-Type": "text/plain", "Accept": "*/*"}
SENDS_XML = {"Content-Type": "application/xml", "Accept": "*/*"}


def xpath(answer: requests.Response, path: str) -> list[str]:
    found = etree.fromstring(answer.content).xpath(path, namespaces=NAMESPACES)
    return [str(item) for item in found]


def has_links(*names: str) -> Check:
    """Each is an element with an absolute address and no slash at its end."""

    def check(answer: requests.Response) -> None:
        for name in names:
            (href,) = xpath(answer, f"//t2sr:{name}/@xlink:href")[:1]
            assert href.startswith("http://127.0.0.1")
            assert not href.endswith("/")

    return check


def says(text: str) -> Check:
    def check(answer: requests.Response) -> None:
        assert answer.text == text
        assert answer.headers["Content-Type"] == "text/plain"

    return check


def matches(pattern: re.Pattern[str]) -> Check:
    def check(answer: requests.Response) -> None:
        assert pattern.fullmatch(answer.text)

    return check


def contains(path: str, *values: str) -> Check:
    def check(answer: requests.Response) -> None:
        assert set(values) <= set(xpath(answer, path))

    return check


def tells_where(answer: requests.Response) -> None:
    assert answer.headers["Location"].startswith("http://127.0.0.1")


def is_new_run(answer: requests.Response) -> None:
    tells_where(answer)
    assert answer.reason == "Created"
    assert UUID.fullmatch(answer.headers["Location"].rpartition("/")[2])


def without_space_between_elements(answer: requests.Response) -> None:
    assert not re.search(r">\s+<", answer.text.partition("?>")[2])


def both(*checks: Check) -> Check:
    def check(answer: requests.Response) -> None:
        for one in checks:
            one(answer)

    return check


def lists_runs_as_json(answer: requests.Response) -> None:
    for run in answer.json()["runList"]["run"]:
        assert run["@href"].endswith(run["$"])
        assert run["@serverVersion"] == "2.5.4"


def describes_outputs_as_json(answer: requests.Response) -> None:
    named = {port["@name"]: port for port in answer.json()["workflowOutputs"]["output"]}
    assert named["OUT"]["value"]["@contentByteLength"] == "8"
    assert len(named["PAGES"]["list"]["value"]) == 3


def expects_inputs_as_json(answer: requests.Response) -> None:
    ports = answer.json()["inputDescription"]["input"]
    assert [(port["@name"], port["@depth"]) for port in ports] == [("IN", "0"), ("WORDS", "1")]


def has_json_value(value: str) -> Check:
    def check(answer: requests.Response) -> None:
        assert answer.json()["runInput"]["value"] == value

    return check


def has_content(content: bytes) -> Check:
    def check(answer: requests.Response) -> None:
        assert answer.content == content

    return check


def is_zip(answer: requests.Response) -> None:
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None


@dataclass(frozen=True)
class Exchange:
    """One request and what the clients need of its answer."""

    clients: str
    method: str
    path: str
    statuses: tuple[int, ...] = (200,)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    check: Check | None = None
    login: bool = True

    def __str__(self) -> str:
        accept = self.headers.get("Accept", "no Accept")
        return f"{self.clients} {self.method} {self.path} {accept}"


def _run_input(content: str) -> str:
    return f"{_PROLOG}<nsr:runInput {_DECLARED}>\n  {content}\n</nsr:runInput>\n"


ON_SERVER = (
    Exchange("GJ", "GET", "/rest/", headers=XML, login=False,
             check=both(has_links("runs", "policy", "feed"),
                        contains("/*/@t2s:serverVersion", "2.5.4"),
                        without_space_between_elements)),
    Exchange("C", "GET", "/rest", headers=JSON_OR_TEXT,
             check=lambda a: a.json()["serverDescription"]["runs"]["@href"]),
    Exchange("GJ", "GET", "/rest/policy", headers=XML, login=False,
             check=has_links("runLimit", "permittedWorkflows", "permittedListenerTypes",
                             "enabledNotificationFabrics")),
    Exchange("GJ", "GET", "/rest/policy/runLimit", headers=TEXT, check=says("1000")),
    Exchange("GJ", "GET", "/rest/runs", headers=XML, check=contains("//t2sr:run/@t2s:serverVersion",
                                                                     "2.5.4")),
    Exchange("CU", "GET", "/rest/runs", headers=JSON, check=lists_runs_as_json),
)  # fmt: skip

ON_NEW_RUN = (
    Exchange("G", "GET", "{r}", headers=XML,
             check=both(contains("/*/@t2sr:owner", "alice"),
                        has_links("expiry", "creationWorkflow", "createTime", "startTime",
                                  "finishTime", "status", "workingDirectory", "inputs", "output",
                                  "securityContext", "listeners", "listener", "interaction",
                                  "name", "generate-provenance"))),
    Exchange("C", "HEAD", "{r}", headers=JSON_OR_TEXT),
    Exchange("C", "GET", "{r}", headers=JSON_OR_TEXT,
             check=lambda a: a.json()["runDescription"]["expiry"]["$"]),
    Exchange("GJ", "GET", "{r}/status", headers=TEXT, check=says("Initialized")),
    Exchange("H", "GET", "{r}/status/", headers={}, check=says("Initialized")),
    Exchange("V", "GET", "{r}/status", headers=ANY, check=says("Initialized")),
    Exchange("C", "GET", "{r}/status", headers=JSON_OR_TEXT, check=says("Initialized")),
    Exchange("GJ", "GET", "{r}/createTime", headers=TEXT, check=matches(TIME)),
    Exchange("GJ", "GET", "{r}/startTime", headers=TEXT, check=says("")),
    Exchange("GJ", "GET", "{r}/finishTime", headers=TEXT, check=says("")),
    Exchange("GJ", "GET", "{r}/expiry", headers=TEXT, check=matches(TIME)),
    Exchange("G", "PUT", "{r}/expiry", (200, 201, 202, 204), SENDS_TEXT,
             "2130-01-02T03:04:05.00+0100", says("2130-01-02T02:04:05.000Z")),
    Exchange("J", "PUT", "{r}/expiry", (200, 201, 204), SENDS_TEXT,
             "2130-05-01T20:35:20.135+01:00", says("2130-05-01T19:35:20.135Z")),
    Exchange("C", "PUT", "{r}/expiry", (200,), SENDS_TEXT,
             "2130-05-01T19:35:20.123Z", says("2130-05-01T19:35:20.123Z")),
    Exchange("G", "PUT", "{r}/name", (200, 201, 202, 204), SENDS_TEXT, "x" * 60, says("x" * 48)),
    Exchange("GJ", "GET", "{r}/workflow", headers=XML,
             check=lambda a: xpath(a, "/t2s:workflow/*[local-name()='workflow']")[0]),
    Exchange("V", "GET", "{r}/workflow", headers={},
             check=lambda a: xpath(a, "/*[local-name()='workflow']/*/*[local-name()='name']")[0]),
    Exchange("GJ", "GET", "{r}/input", headers=XML, check=has_links("expected", "baclava")),
    Exchange("C", "GET", "{r}/input", headers=JSON_OR_TEXT,
             check=lambda a: a.json()["runInputs"]["expected"]["@href"]),
    Exchange("GJ", "GET", "{r}/input/expected", headers=XML,
             check=both(contains("//port:input/@port:name", "IN", "WORDS"),
                        contains("//port:input/@port:depth", "0", "1"))),
    Exchange("U", "GET", "{r}/input/expected", headers=JSON, check=expects_inputs_as_json),
    Exchange("G", "PUT", "{r}/input/input/IN", (200, 201, 202, 204), SENDS_XML,
             _run_input("<nsr:value>Hello</nsr:value>"),
             contains("/t2sr:runInput/t2sr:value/text()", "Hello")),
    Exchange("GJ", "PUT", "{r}/input/input/IN", (200,), SENDS_XML,
             _run_input("<nsr:file>in.txt</nsr:file>"),
             contains("/t2sr:runInput/t2sr:file/text()", "in.txt")),
    Exchange("U", "PUT", "{r}/input/input/IN", (200,), {**SENDS_XML, **JSON},
             _run_input("<nsr:value>Hello</nsr:value>"),
             has_json_value("Hello")),
    Exchange("GJ", "PUT", "{r}/input/input/NIX", (404,), SENDS_XML,
             _run_input("<nsr:value>Hello</nsr:value>")),
    Exchange("J", "GET", "{r}/input/baclava", headers=TEXT, check=says("")),
    Exchange("J", "PUT", "{r}/input/baclava", (200,), SENDS_TEXT, "in.baclava", says("in.baclava")),
    Exchange("G", "PUT", "{r}/output", (200,), SENDS_TEXT, "out.xml", says("out.xml")),
    Exchange("J", "GET", "{r}/output", headers=TEXT, check=says("")),
    Exchange("V", "GET", "{r}/wd", headers=XML,
             check=contains("//t2s:dir/@t2s:name", "conf", "plugins")),
    Exchange("GV", "POST", "{r}/wd", (201,), SENDS_XML,
             f'{_PROLOG}<nsr:mkdir {_DECLARED} nsr:name="IN"/>', tells_where),
    Exchange("V", "POST", "{r}/wd/conf", (201,), SENDS_XML,
             f'<nsr:upload {_DECLARED} nsr:name="a.txt">b25l\nLHR3bw==\n</nsr:upload>',
             tells_where),
    Exchange("GJ", "PUT", "{r}/wd/in.txt", (201,), {"Content-Type": "application/octet-stream"},
             "one", tells_where),
    Exchange("P", "PUT", "{r}/wd/interactions/interaction1OutputData.json", (200, 201, 204),
             {"Content-Type": "*/*"}, "{}"),
    Exchange("J", "GET", "{r}/listeners/io", headers=XML,
             check=both(contains("/t2sr:listenerDescription//t2sr:property/@t2sr:name",
                                 "stdout", "stderr", "exitcode"), has_links("property"))),
    Exchange("GJ", "GET", "{r}/generate-provenance", headers=TEXT, check=says("false")),
    Exchange("G", "PUT", "{r}/generate-provenance", (200,), SENDS_TEXT, "true", says("true")),
    Exchange("C", "PUT", "{r}/status", (200,), SENDS_TEXT, "Finished", says("Finished")),
    Exchange("UV", "DELETE", "{r}", (204,), {"Content-Type": "application/xml"}),
    Exchange("H", "DELETE", "{r}/", (204,)),
)  # fmt: skip

KEY_STORE = b64encode(pkcs12_store()).decode()
CERTIFICATE = b64encode(der(certificate(CN="host"))).decode()


def _credential(content: str) -> str:
    return f"{_PROLOG}<nsr:credential {_DECLARED}>\n  {content}\n</nsr:credential>\n"


ON_SECURITY = (
    Exchange("GJ", "GET", "{r}/security", headers=XML,
             check=both(has_links("permissions", "credentials", "trusts"),
                        without_space_between_elements)),
    Exchange("GJ", "GET", "{r}/security/permissions", headers=XML,
             check=lambda a: xpath(a, "name(/t2sr:permissionsDescriptor)")),
    Exchange("GJ", "GET", "{r}/security/credentials", headers=XML,
             check=lambda a: xpath(a, "name(/t2sr:credentials)")),
    Exchange("GJ", "GET", "{r}/security/trusts", headers=XML,
             check=lambda a: xpath(a, "name(/t2sr:trustedIdentities)")),
    Exchange("GJ", "POST", "{r}/security/permissions", (201,), SENDS_XML,
             f"<nsr:permissionUpdate {_DECLARED}><nsr:userName>bob</nsr:userName>"
             "<nsr:permission>read</nsr:permission></nsr:permissionUpdate>", tells_where),
    Exchange("GJ", "DELETE", "{r}/security/permissions/carol", (204,)),
    Exchange("GJ", "POST", "{r}/security/credentials", (201,), SENDS_XML, _credential(
             "<nss:userpass><nss:serviceURI>https://x.org/</nss:serviceURI>"
             "<nss:username>u</nss:username><nss:password>p</nss:password></nss:userpass>"),
             tells_where),
    Exchange("G", "POST", "{r}/security/credentials", (201,), SENDS_XML, _credential(
             f"<nss:keypair><nss:credentialName>{ALIAS}</nss:credentialName>"
             f"<nss:credentialBytes>{KEY_STORE[:76]}\n{KEY_STORE[76:]}</nss:credentialBytes>"
             f"<nss:fileType>pkcs12</nss:fileType><nss:serviceURI>https://x.org/</nss:serviceURI>"
             f"<nss:unlockPassword>{PASSWORD}</nss:unlockPassword></nss:keypair>"), tells_where),
    Exchange("GV", "POST", "{r}/security/trusts", (201,), SENDS_XML,
             f"<nss:trustedIdentity {_DECLARED}><nss:certificateBytes>{CERTIFICATE}"
             "</nss:certificateBytes><nss:fileType>X509</nss:fileType></nss:trustedIdentity>",
             tells_where),
    Exchange("GJ", "DELETE", "{r}/security/credentials", (204,)),
    Exchange("GJ", "DELETE", "{r}/security/trusts", (204,)),
)  # fmt: skip

ON_FINISHED_RUN = (
    Exchange("GJ", "GET", "{r}/status", headers=TEXT, check=says("Finished")),
    Exchange("GJ", "GET", "{r}/startTime", headers=TEXT, check=matches(TIME)),
    Exchange("GJ", "GET", "{r}/finishTime", headers=TEXT, check=matches(TIME)),
    Exchange("GJ", "GET", "{r}/listeners/io/properties/exitcode", headers=TEXT, check=says("0")),
    Exchange("V", "GET", "{r}/listeners/io/properties/exitcode", headers=ANY, check=says("0")),
    Exchange("GJ", "GET", "{r}/listeners/io/properties/stdout", headers=TEXT),
    Exchange("GJ", "GET", "{r}/listeners/io/properties/stderr", headers=TEXT),
    Exchange("GJ", "GET", "{r}/output", headers=XML,
             check=both(contains("//port:output/@port:name", "OUT", "PAGES"),
                        contains("//port:output/@port:depth", "0", "1"),
                        contains("//port:value/@port:contentByteLength", "8"),
                        contains("//port:value/@port:contentType", "text/plain"),
                        contains("//port:list/@port:length", "3"),
                        without_space_between_elements)),
    Exchange("U", "GET", "{r}/output", headers=JSON, check=describes_outputs_as_json),
    Exchange("C", "GET", "{r}/output", headers=JSON_OR_TEXT, check=describes_outputs_as_json),
    Exchange("J", "GET", "{r}/output", headers=TEXT, check=says("")),
    Exchange("G", "GET", "{r}/wd/out/OUT", headers=BYTES, check=has_content(b"drink me")),
    Exchange("J", "GET", "{r}/wd/out/OUT", (206,), {**BYTES, "Range": "bytes=0-7"},
             check=has_content(b"drink me")),
    Exchange("G", "GET", "{r}/wd/out/OUT", (206,), {**BYTES, "Range": "bytes=6-7"},
             check=has_content(b"me")),
    Exchange("P", "GET", "{r}/wd/logs/detail.log", (200, 404), TEXT),
    Exchange("V", "GET", "{r}/wd/out/OUT", (200,),
             {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}),
    Exchange("GPJ", "GET", "{r}/wd/out", (200,), {"Accept": "application/zip"},
             check=is_zip),
    Exchange("P", "GET", "{r}/wd/out/PAGES", (200,), {"Accept": "application/zip"},
             check=is_zip),
    Exchange("M", "GET", "{r}/wd/out", headers=XML,
             check=contains("//t2s:file/@t2s:name", "OUT")),
)  # fmt: skip

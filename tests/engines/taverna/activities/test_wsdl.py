"""SOAP services: real ones on this machine, rpc/encoded and document/literal."""

from __future__ import annotations

import base64
import hashlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from werkzeug.wrappers import Response

from taverna_server.data.credentials import EngineCredential, write_credentials
from taverna_server.data.rundir import RunDirectory
from taverna_server.data.values import ListValue, Value, make_list
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    Outputs,
    RunCancelled,
    RunContext,
)
from taverna_server.workflow.model import Bean

from .conftest import Bind, bound
from .localservices import Service, serving
from .soapservices import (
    DOCUMENTS,
    ENCODING,
    SOAP,
    XSI,
    body_of,
    envelope,
    genes,
    library,
    soap_service,
)

FAILED = "An error occurred invoking the WSDL service"
NO_ATTACHMENTS = ListValue((), 1)
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"


@pytest.fixture(scope="module")
def encoded() -> Iterator[Service]:
    with soap_service(genes) as service:
        yield service


@pytest.fixture(scope="module")
def literal() -> Iterator[Service]:
    with soap_service(library) as service:
        yield service


def configuration(wsdl: str, operation: str, profile: str = "") -> Bean:
    fields = {"wsdl": wsdl, "operation": operation, "securityProfile": profile}
    return Bean("bean", children=tuple(Bean(name, text) for name, text in fields.items()))


def call(bind: Bind, service: Service, operation: str, **inputs: Value) -> Outputs:
    style = "literal" if operation in ("search", "version", "lend") else "encoded"
    return bind("wsdl", configuration(f"{service.url}/{style}.wsdl", operation)).invoke(inputs)


def test_text_goes_in_and_comes_out(bind: Bind, encoded: Service) -> None:
    outputs = call(bind, encoded, "title", string="mmu:1 & 2")
    assert outputs == {"return": "mmu:1 & 2 a <gene>\n", "attachmentList": NO_ATTACHMENTS}
    asked = body_of(encoded.last.body)
    assert (asked.tag, asked.get(f"{{{SOAP}}}encodingStyle")) == ("{urn:genes}title", ENCODING)
    assert asked[0].get(f"{{{XSI}}}type") == "xsd:string"
    assert encoded.last.headers["Soapaction"] == '"urn:genes#title"'


def test_list_is_an_array_in_soap_encoding(bind: Bind, encoded: Service) -> None:
    outputs = call(bind, encoded, "pathways", genes_id_list=make_list(["a", "b"]), limit="7")
    assert outputs["return"] == make_list(["path:a", "path:b"])
    genes_id_list, limit = body_of(encoded.last.body)
    assert genes_id_list.get(f"{{{ENCODING}}}arrayType") == "xsd:string[2]"
    assert genes_id_list.get(f"{{{XSI}}}type") == "soapenc:Array"
    assert [(item.tag, item.text) for item in genes_id_list] == [("string", "a"), ("string", "b")]
    assert (limit.tag, limit.text, limit.get(f"{{{XSI}}}type")) == ("limit", "7", "xsd:int")


def test_empty_list_and_missing_input(bind: Bind, encoded: Service) -> None:
    outputs = call(bind, encoded, "pathways", genes_id_list=ListValue((), 1))
    assert outputs["return"] == ListValue((), 1)
    assert len(body_of(encoded.last.body)) == 1


def test_references_in_the_answer_are_put_where_they_belong(bind: Bind, encoded: Service) -> None:
    outputs = call(bind, encoded, "find", gene="<any><id>x</id><length>1</length></any>")
    gene = body_of(encoded.last.body)[0]
    assert [(part.tag, part.text) for part in gene] == [("id", "x"), ("length", "1")]
    assert gene.get(f"{{{XSI}}}type") == "ns1:Gene"
    assert isinstance(outputs["return"], str)
    found = etree.fromstring(outputs["return"])
    assert found.tag == "return"
    assert found.get(f"{{{XSI}}}type") == "soapenc:Array"
    assert found.findtext("item/id") == "x"
    assert found.nsmap["xsd"] == "http://www.w3.org/2001/XMLSchema"  # types are named by it
    assert "soapenv" not in found.nsmap


def test_base64_comes_as_bytes(bind: Bind, encoded: Service) -> None:
    assert call(bind, encoded, "picture")["return"] == b"\x89PNG"


def test_document_is_the_body_under_the_name_of_its_element(bind: Bind, literal: Service) -> None:
    document = (
        '<parameters xmlns="urn:library" limit="2" other="x"><title>Snark</title>'
        "<keyword>hunt</keyword><keyword>bell</keyword></parameters>"
    )
    outputs = call(bind, literal, "search", parameters=document)
    assert outputs["parameters"] == (
        '<l:searchResponse xmlns:l="urn:library"><l:count>2</l:count><l:titles>'
        "<l:title>Snark hunt</l:title><l:title>Snark bell</l:title></l:titles></l:searchResponse>"
    )
    asked = body_of(literal.last.body)
    assert asked.tag == "{urn:library}search"
    assert dict(asked.attrib) == {"limit": "2"}
    assert literal.last.headers["Content-Type"] == "text/xml; charset=utf-8"


def test_empty_wrapper_needs_no_input_and_text_is_unwrapped(bind: Bind, literal: Service) -> None:
    assert call(bind, literal, "version")["parameters"] == "1.0"
    assert body_of(literal.last.body).tag == "{urn:library}version"


def test_rpc_may_be_literal(bind: Bind, literal: Service) -> None:
    assert call(bind, literal, "lend", title="Alice", days="7")["due"] == "Alice in 7 days"
    asked = body_of(literal.last.body)
    assert [(part.tag, dict(part.attrib)) for part in asked] == [("title", {}), ("days", {})]


def test_wsdl_is_read_once_in_a_run(bind: Bind) -> None:
    with soap_service(genes) as service:
        for gene in ("a", "b"):
            call(bind, service, "title", string=gene)
    assert [seen.method for seen in service.requests] == ["GET", "POST", "POST"]


def test_fault_is_a_failure_that_says_what_the_service_said(bind: Bind, encoded: Service) -> None:
    with pytest.raises(ActivityFailure, match=f"^{FAILED}$") as failure:
        call(bind, encoded, "title", string="")
    assert failure.value.exception == "SoapFault: soapenv:Client: no gene"


def test_input_that_is_no_xml_is_not_found(bind: Bind, literal: Service) -> None:
    with pytest.raises(ActivityFailure, match=r"^Unable to find input data$"):
        call(bind, literal, "search", parameters="no")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(Response(envelope("")), "Missing expected outputs from service", id="empty"),
        pytest.param(Response("<html/>", 404), FAILED, id="not SOAP"),
        pytest.param(Response("no", 500), FAILED, id="not XML"),
        pytest.param(
            Response(envelope('<a><return href="#b"/></a><b id="b"><c href="#b"/></b>')),
            FAILED,
            id="circle",
        ),
    ],
)
def test_answer_that_is_no_good_fails(bind: Bind, answer: Response, message: str) -> None:
    with (
        soap_service(lambda asked: answer) as service,
        pytest.raises(ActivityFailure, match=f"^{message}$"),
    ):
        call(bind, service, "pathways", limit="1")


def test_attachments_come_as_a_list(bind: Bind) -> None:
    parts = [
        ("text/xml", envelope('<l:versionText xmlns:l="urn:library">1</l:versionText>').encode()),
        ("text/plain", b"text"),
        ("image/png", b"\x89PNG"),
    ]
    content = b"".join(
        f"--=b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\n\r\n".encode()
        + payload
        + b"\r\n"
        for kind, payload in parts
    )
    answer = Response(content + b"--=b--\r\n", content_type='multipart/related; boundary="=b"')
    with soap_service(lambda asked: answer) as service:
        outputs = call(bind, service, "version")
    assert outputs == {"parameters": "1", "attachmentList": make_list(["text", b"\x89PNG"])}


def test_endpoint_reference_becomes_headers(bind: Bind, encoded: Service) -> None:
    reference = (
        '<w:EndpointReference xmlns:w="http://schemas.xmlsoap.org/ws/2004/03/addressing">'
        '<w:Address>http://localhost</w:Address><w:ReferenceProperties><r:key xmlns:r="urn:r">7'
        "</r:key></w:ReferenceProperties></w:EndpointReference>"
    )
    call(bind, encoded, "title", string="a", EndpointReference=reference)
    header = etree.fromstring(encoded.last.body)[0]
    assert [(child.tag, child.text) for child in header] == [("{urn:r}key", "7")]


@pytest.mark.parametrize(
    ("path", "operation", "said"),
    [
        ("/none.wsdl", "title", r"its WSDL cannot be read from http.*answers 404"),
        ("/literal.xsd", "title", r"its WSDL cannot be read|it has no operation"),
        ("/encoded.wsdl", "titel", r"it has no operation 'titel'; its operations are: find, "),
    ],
)
def test_service_that_cannot_be_used_is_not_executable(
    bind: Bind, encoded: Service, path: str, operation: str, said: str
) -> None:
    with pytest.raises(ActivityFailure, match=f"^The service is not executable: ({said})"):
        bind("wsdl", configuration(encoded.url + path, operation)).invoke({})


def test_files_are_not_read_for_a_wsdl(bind: Bind, tmp_path: Path) -> None:
    """Whoever writes a WSDL could look at what its readers have on their disks."""
    secret = tmp_path / "secret.xsd"
    secret.write_text('<schema xmlns="http://www.w3.org/2001/XMLSchema"/>')
    wsdl = (DOCUMENTS / "literal.wsdl").read_text().replace("literal.xsd", secret.as_uri())
    with serving(lambda request: Response(wsdl, content_type="text/xml")) as service:
        activity = bind("wsdl", configuration(service.url, "version"))
        with pytest.raises(ActivityFailure, match=r"file is neither http nor https"):
            activity.invoke({})


def test_service_of_yesterday_is_asked_for_its_wsdl_once(bind: Bind) -> None:
    activity = bind("wsdl", configuration("http://localhost:1/service?wsdl", "run"))
    for _ in range(2):
        with pytest.raises(ActivityFailure, match=r"^The service is not executable: its WSDL"):
            activity.invoke({})


def test_without_zeep_it_says_what_to_install(
    bind: Bind, encoded: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("zeep", "zeep.exceptions", "zeep.wsdl"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ActivityFailure, match=r"need zeep \(pip install"):
        call(bind, encoded, "title", string="a")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (("", "run"), "The address of the WSDL is missing."),
        (("http://localhost/", ""), "The operation is missing."),
        (("http://localhost/", "run", "Magic"), "The security profile 'Magic' is not known."),
    ],
)
def test_configuration_that_cannot_work_is_a_problem(
    bind: Bind, fields: tuple[str, ...], problem: str
) -> None:
    activity = bind("wsdl", configuration(*fields))
    assert [*type(activity).problems(activity.activity)] == [problem]


def secured(place: Path, service: Service, profile: str, password: str | None = "pw") -> Outputs:
    directory = RunDirectory(place / "run")
    for folder in (directory.wd, directory.scratch):
        folder.mkdir(parents=True)
    wsdl = f"{service.url}/encoded.wsdl"
    login = [EngineCredential("userpass", wsdl, "ada", password)] if password else []
    write_credentials(directory, login, {})
    context = RunContext(directory.wd, directory.scratch, security=directory)
    activity = bound(context, "wsdl", configuration(wsdl, "title", profile))
    return activity.invoke({"string": "a"})


@pytest.mark.parametrize("stamped", ["", "Timestamp"])
@pytest.mark.parametrize("kind", ["PlainText", "Digest"])
def test_user_name_token_says_who_calls(
    tmp_path: Path, encoded: Service, kind: str, stamped: str
) -> None:
    secured(tmp_path, encoded, f"WSSecurity{stamped}UsernameToken{kind}Password")
    token = etree.fromstring(encoded.last.body).find(f".//{{{WSSE}}}UsernameToken")
    assert token is not None
    assert token.findtext(f"{{{WSSE}}}Username") == "ada"
    shown = token.findtext(f"{{{WSSE}}}Password")
    if kind == "PlainText":
        assert shown == "pw"
    else:
        nonce = base64.b64decode(token.findtext(f"{{{WSSE}}}Nonce") or "")
        created = (token.findtext(f"{{{WSU}}}Created") or "").encode()
        assert shown == base64.b64encode(hashlib.sha1(nonce + created + b"pw").digest()).decode()
    stamps = etree.fromstring(encoded.last.body).findall(f".//{{{WSU}}}Timestamp/*")
    assert len(stamps) == (2 if stamped else 0)


def test_http_basic_is_shown_at_once(tmp_path: Path, encoded: Service) -> None:
    secured(tmp_path, encoded, "HTTPBasicAuthNPlainTextPassword")
    expected = base64.b64encode(b"ada:pw").decode()
    assert encoded.last.headers["Authorization"] == f"Basic {expected}"


def test_profile_without_credential_says_what_to_give(tmp_path: Path, encoded: Service) -> None:
    with pytest.raises(ActivityFailure, match=f"^{FAILED}$") as failure:
        secured(tmp_path, encoded, "HTTPBasicAuthNPlainTextPassword", None)
    assert "give it a credential" in failure.value.exception


def test_cancel_ends_a_call(bind: Bind, context: RunContext) -> None:
    asked, cancelled = threading.Event(), threading.Event()

    def slow(_asked: etree._Element) -> str:
        asked.set()
        cancelled.wait(10)
        return ""

    with soap_service(slow) as service:
        ended: list[object] = []

        def invoke() -> None:
            with pytest.raises(RunCancelled):
                call(bind, service, "version")
            ended.append(True)

        thread = threading.Thread(target=invoke)
        thread.start()
        asked.wait(10)
        context.cancel()
        thread.join(2)
        cancelled.set()
    assert ended

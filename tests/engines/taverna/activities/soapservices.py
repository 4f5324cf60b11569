"""Two SOAP services on this machine: one of the time of rpc/encoded, one document/literal.

They are written against the protocol, not with the library that calls them. WSDL
and schema are served as files; what is answered follows what was asked.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree
from werkzeug.wrappers import Request, Response

from .localservices import Application, Service, serving

DOCUMENTS = Path(__file__).parent / "wsdl"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_HEAD = (
    f'<soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:xsi="{XSI}" '
    f'xmlns:soapenc="{ENCODING}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soapenv:Body>'
)
_TAIL = "</soapenv:Body></soapenv:Envelope>"

Answering = Callable[[etree._Element], str | Response]


def envelope(body: str) -> str:
    return f"{_HEAD}{body}{_TAIL}"


def body_of(content: bytes) -> etree._Element:
    """The first element in the body of a request."""
    found = etree.fromstring(content).find(f"{{{SOAP}}}Body/*")
    assert found is not None
    return found


def application(answering: Answering) -> Application:
    def answer(request: Request) -> Response:
        if request.method == "GET":
            document = DOCUMENTS / request.path.rpartition("/")[2]
            if not document.exists():
                return Response("no such document", 404)
            text = document.read_text().replace("@address@", f"{request.host_url}endpoint")
            return Response(text, content_type="text/xml")
        said = answering(body_of(request.get_data()))
        if isinstance(said, Response):
            return said
        status = 500 if "Fault>" in said else 200
        return Response(envelope(said), status, content_type="text/xml; charset=utf-8")

    return answer


@contextmanager
def soap_service(answering: Answering) -> Iterator[Service]:
    with serving(application(answering)) as service:
        yield service


def genes(asked: etree._Element) -> str:
    """The rpc/encoded one, as Axis 1 answered: with references behind the answer."""
    name = etree.QName(asked).localname
    if name == "title":
        gene = escape(asked.findtext("string") or "")
        if not gene:
            return _fault("soapenv:Client", "no gene")
        return _rpc(name, f'<return xsi:type="xsd:string">{gene} a &lt;gene&gt;\n</return>')
    if name == "pathways":
        items = "".join(f"<item>path:{item.text}</item>" for item in asked.find("genes_id_list"))
        marks = f'soapenc:arrayType="xsd:string[{items.count("<item>")}]" xsi:type="soapenc:Array"'
        return _rpc(name, f"<return {marks}>{items}</return>")
    if name == "picture":
        text = base64.b64encode(b"\x89PNG").decode()
        return _rpc(name, f'<return xsi:type="xsd:base64Binary">{text}</return>')
    gene = asked.findtext("gene/id")
    return (
        _rpc(name, '<return href="#id0"/>')
        + '<multiRef id="id0" soapenc:root="0" xsi:type="soapenc:Array" xmlns:g="urn:genes" '
        'soapenc:arrayType="g:Gene[1]"><item href="#id1"/></multiRef>'
        '<multiRef id="id1" soapenc:root="0" xsi:type="g:Gene" xmlns:g="urn:genes">'
        f'<id xsi:type="xsd:string">{gene}</id></multiRef>'
    )


def library(asked: etree._Element) -> str | Response:
    """The document/literal one."""
    name = etree.QName(asked).localname
    if name == "version":
        return '<l:versionText xmlns:l="urn:library">1.0</l:versionText>'
    if name == "lend":
        return (
            f'<l:lendResponse xmlns:l="urn:library"><due>{asked.findtext("title")} in '
            f"{asked.findtext('days')} days</due></l:lendResponse>"
        )
    space = {"l": "urn:library"}
    title = asked.findtext("l:title", namespaces=space)
    words = [keyword.text for keyword in asked.findall("l:keyword", namespaces=space)]
    titles = "".join(f"<l:title>{title} {word}</l:title>" for word in words)
    return (
        f'<l:searchResponse xmlns:l="urn:library"><l:count>{len(words)}</l:count>'
        f"<l:titles>{titles}</l:titles></l:searchResponse>"
    )


def _rpc(name: str, content: str) -> str:
    return (
        f'<ns1:{name}Response soapenv:encodingStyle="{ENCODING}" '
        f'xmlns:ns1="urn:genes">{content}</ns1:{name}Response>'
    )


def _fault(code: str, text: str) -> str:
    return (
        f"<soapenv:Fault><faultcode>{code}</faultcode>"
        f"<faultstring>{text}</faultstring></soapenv:Fault>"
    )

"""Requests as clients send them, and as nobody should."""

from __future__ import annotations

import base64
import json
import time

import pytest

from taverna_server.errors import BadRequest, MalformedDocument, UnsupportedMedia
from taverna_server.representations import JSON, XML, read
from taverna_server.representations.admin import StringList, UserDescription
from taverna_server.representations.binding import Document
from taverna_server.representations.directory import MkDir, Upload
from taverna_server.representations.inputs import InputDescription, RunInput
from taverna_server.representations.outputs import WorkflowOutputs
from taverna_server.representations.security import Credential, PermissionUpdate, TrustedIdentity

REST = "http://ns.taverna.org.uk/2010/xml/server/rest/"
TS = "http://ns.taverna.org.uk/2010/xml/server/"


def xml_input(content: str, attributes: str = "") -> bytes:
    return f'<a:runInput xmlns:a="{REST}" {attributes}>{content}</a:runInput>'.encode()


def json_input(value: object) -> bytes:
    return json.dumps({"runInput": value}).encode()


READABLE = {
    "another prefix": (XML, xml_input("<a:value>x</a:value>"), {"value": "x"}),
    "indented": (XML, xml_input("\n  <a:value>x</a:value>\n"), {"value": "x"}),
    "commented": (XML, xml_input("<!-- y --><a:value>x<!-- z -->y</a:value>"), {"value": "xy"}),
    "cdata": (XML, xml_input("<a:value><![CDATA[<x>]]></a:value>"), {"value": "<x>"}),
    "white space in the value": (XML, xml_input("<a:value> x\n</a:value>"), {"value": " x\n"}),
    "empty value": (XML, xml_input("<a:value/>"), {"value": ""}),
    "unknown element": (XML, xml_input("<a:new/><a:file>f</a:file>"), {"file": "f"}),
    "qualified attribute": (
        XML,
        xml_input("<a:value/>", 'a:listDelimiter=","'),
        {"value": "", "list_delimiter": ","},
    ),
    "unqualified attribute": (
        XML,
        xml_input("<a:value/>", 'listDelimiter=","'),
        {"value": "", "list_delimiter": ","},
    ),
    "the qualified one first": (
        XML,
        xml_input("<a:value/>", 'listDelimiter=";" a:listDelimiter=","'),
        {"value": "", "list_delimiter": ","},
    ),
    "UTF-16": (
        XML,
        xml_input("<a:value>\u00e9</a:value>").decode().encode("utf-16"),
        {"value": "\u00e9"},
    ),
    "text": (JSON, json_input({"value": "x"}), {"value": "x"}),
    "byte order mark": (JSON, b"\xef\xbb\xbf" + json_input({"value": "x"}), {"value": "x"}),
    "number": (JSON, json_input({"value": 42}), {"value": "42"}),
    "number as written": (JSON, b'{"runInput":{"value":1.50E+400}}', {"value": "1.50E+400"}),
    "boolean": (JSON, json_input({"value": True}), {"value": "true"}),
    "text as $": (JSON, json_input({"value": {"$": "x"}}), {"value": "x"}),
    "attribute with @": (
        JSON,
        json_input({"@listDelimiter": ",", "value": ""}),
        {"value": "", "list_delimiter": ","},
    ),
    "attribute without @": (
        JSON,
        json_input({"listDelimiter": ",", "value": ""}),
        {"value": "", "list_delimiter": ","},
    ),
    "echoed": (JSON, json_input({"@href": "x", "new": [], "file": "f"}), {"file": "f"}),
    "null": (JSON, json_input({"file": None, "value": "x"}), {"value": "x"}),
}


@pytest.mark.parametrize("name", READABLE)
def test_tolerance(name: str) -> None:
    media_type, body, expected = READABLE[name]
    assert read(RunInput, body, media_type) == expected


@pytest.mark.parametrize("media_type", [XML, "application/xml; charset=utf-8", "Text/XML"])
def test_media_type_parameters_do_not_matter(media_type: str) -> None:
    assert read(RunInput, xml_input("<a:value/>"), media_type) == {"value": ""}


def bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "lol">{entities}]>'
    return doctype.encode() + xml_input("<a:value>&e9;</a:value>")


def json_deep(opening: str, closing: str, levels: int) -> bytes:
    return f'{{"runInput":{{"value":{opening * levels}1{closing * levels}}}}}'.encode()


EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
HOSTILE = {
    "nothing": (XML, b"", "not well-formed XML"),
    "not XML": (XML, b"value=x", "not well-formed XML"),
    "billion laughs": (XML, bomb(), "entity amplification"),
    "external entity": (XML, EXTERNAL + xml_input("<a:value>&e;</a:value>"), "DOCTYPE"),
    "deep XML": (XML, xml_input("<a:b>" * 300 + "</a:b>" * 300), "depth"),
    "huge text": (XML, xml_input(f"<a:value>{'x' * 10_000_001}</a:value>"), "too long"),
    "wrong root": (XML, b"<value/>", f"unexpected element value; expected is {{{REST}}}runInput"),
    "given twice": (XML, xml_input("<a:value/><a:value/>"), "more than one element"),
    "invalid UTF-8": (XML, xml_input("<a:value>\xff</a:value>")[:-28] + b"\xff", "not well-formed"),
    "NUL in XML": (XML, xml_input("<a:value>\0</a:value>"), "not well-formed XML"),
    "empty JSON": (JSON, b"", "not well-formed JSON"),
    "not JSON": (JSON, b"value=x", "not well-formed JSON"),
    "JSON text": (JSON, b'"x"', "an object with the member 'runInput' is expected"),
    "JSON wrong root": (JSON, b'{"mkdir":{}}', "found is 'mkdir'"),
    "JSON array": (JSON, json_input([]), "an object is expected, not an array"),
    "JSON array of values": (JSON, json_input({"value": ["a", "b"]}), "a text is expected"),
    "JSON object for a text": (JSON, json_input({"value": {"$": {}}}), "a text is expected"),
    "JSON text for an object": (JSON, json_input("x"), "an object is expected, not 'x'"),
    "with and without @": (JSON, json_input({"@name": "a", "name": "b"}), "runInput/name is given"),
    "member twice": (JSON, b'{"runInput":{"value":"a","value":"b"}}', "'value' is given twice"),
    "NaN": (JSON, b'{"runInput":{"value":NaN}}', "NaN is not JSON"),
    "Infinity": (JSON, b'{"runInput":{"value":-Infinity}}', "-Infinity is not JSON"),
    "JSON invalid UTF-8": (JSON, b'{"runInput":{"value":"\xff"}}', "not well-formed JSON"),
    "half a surrogate pair": (JSON, b'{"runInput":{"value":"\\ud800"}}', "the character U+D800"),
    "NUL": (JSON, json_input({"value": "a\0"}), "the character U+0000, which XML cannot hold"),
    "noncharacter": (JSON, json_input({"@name": "\uffff"}), "runInput/name: a text with"),
    "huge JSON text": (JSON, json_input({"value": "x" * 10_000_001}), "longer than 10000000"),
    "deep arrays": (JSON, json_deep("[", "]", 260), "nested more than 256 deep"),
    "deep objects": (JSON, json_deep('{"$":', "}", 260), "nested more than 256 deep"),
    "very deep arrays": (JSON, json_deep("[", "]", 200_000), "nested more than 256 deep"),
    "very deep objects": (JSON, json_deep('{"$":', "}", 200_000), "nested more than 256 deep"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_body_is_refused(name: str) -> None:
    media_type, body, message = HOSTILE[name]
    with pytest.raises(MalformedDocument) as caught:
        read(RunInput, body, media_type)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 500


def test_huge_number_costs_nothing() -> None:
    body = b'{"runInput":{"value":' + b"9" * 5_000_000 + b"}}"
    begin = time.perf_counter()
    assert len(read(RunInput, body, JSON)["value"]) == 5_000_000
    assert time.perf_counter() - begin < 2


OF_RUN = b'"@workflowId":"","@workflowRun":"x","@workflowRunId":"y",'
WRONG: list[tuple[type[Document], bytes, str]] = [
    (RunInput, b'{"runInput":{}}', "no content!"),
    (RunInput, b'{"runInput":""}', "no content!"),
    (RunInput, b'{"runInput":{"value":"a","file":"b"}}', "only one of file, value may be given"),
    (
        InputDescription,
        b'{"inputDescription":{' + OF_RUN + b'"input":[{"@href":"x"},'
        b'{"@name":"A","@depth":"-1","@href":"x"}]}}',
        "input/1/name: is missing; input/2/depth: '-1' is not a whole number of 0 or more",
    ),
    (
        WorkflowOutputs,
        b'{"workflowOutputs":{' + OF_RUN + b'"output":[{"@name":"A"}]}}',
        "no content!",
    ),
    (
        PermissionUpdate,
        b'{"permissionUpdate":{"permission":"Write"}}',
        "userName: is missing; permission: 'Write' is not one of none, read, update, destroy",
    ),
    (Credential, b'{"credential":{}}', "no content!"),
    (Credential, b'{"credential":{"userpass":[]}}', "no content!"),
    (
        Credential,
        b'{"credential":{"userpass":{},"keypair":{}}}',
        "only one of userpass, keypair, cagridproxy may be given",
    ),
    (
        TrustedIdentity,
        b'{"trustedIdentity":{"certificateBytes":"%%%"}}',
        "certificateBytes: not base64: Only base64 data is allowed",
    ),
    (
        WorkflowOutputs,
        b'{"workflowOutputs":{'
        + OF_RUN
        + b'"output":[{"@name":"A","list":{"@length":"0","@href":"x",'
        b'"value":[{"@contentByteLength":"x"}]}}]}}',
        "output/1/1/contentFile: is missing; output/1/1/contentType: is missing; "
        "output/1/1/contentByteLength: 'x' is not a whole number of 0 or more; "
        "output/1/1/href: is missing",
    ),
    (
        UserDescription,
        b'{"userDesc":{"enabled":"maybe"}}',
        "enabled: 'maybe' is neither true nor false",
    ),
]


@pytest.mark.parametrize(("schema", "body", "message"), WRONG)
def test_wrong_value_is_named(schema: type[Document], body: bytes, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read(schema, body, JSON)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("media_type", "body", "found"),
    [
        (
            XML,
            xml_input("<a:value>x<b/>y</a:value>"),
            "value: a text is expected, not an element b",
        ),
        (JSON, json_input({"value": {"a": 1}}), "value: a text is expected, not an object"),
        (JSON, json_input({"value": {"$": "x", "a": 1}}), "a text is expected, not an object"),
    ],
)
def test_text_with_more_in_it_is_refused_not_cut(media_type: str, body: bytes, found: str) -> None:
    with pytest.raises(MalformedDocument, match=found):
        read(RunInput, body, media_type)


def test_missing_content_has_the_text_of_the_original() -> None:
    with pytest.raises(BadRequest, match=r"\Ano content!\Z"):
        read(RunInput, xml_input(""), XML)


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/xhtml+xml", "*/*"])
def test_another_media_type_is_refused(media_type: str) -> None:
    with pytest.raises(UnsupportedMedia, match="application/xml or application/json"):
        read(RunInput, b"<x/>", media_type)


def test_upload_may_be_larger_than_other_texts() -> None:
    content = bytes(12_000_000)
    text = base64.b64encode(content).decode()
    body = f'<mk:upload xmlns:mk="{REST}" mk:name="big">{text}</mk:upload>'.encode()
    assert read(Upload, body, XML)["content"] == content
    assert read(Upload, json.dumps({"upload": {"name": "big", "$": text}}).encode(), JSON) == {
        "name": "big",
        "content": content,
    }


def test_base64_may_be_broken_into_lines() -> None:
    body = f'<u:upload xmlns:u="{REST}" name="n">\n b25l\n LHR3bw== \n</u:upload>'.encode()
    assert read(Upload, body, XML) == {"name": "n", "content": b"one,two"}


@pytest.mark.parametrize("body", [b'{"mkdir":""}', b'{"mkdir":null}', b'{"mkdir":{}}'])
def test_name_of_a_directory_may_be_missing(body: bytes) -> None:
    """The dossier has an own answer for that (8.7)."""
    assert read(MkDir, body, JSON) == {}


def test_bare_credential_is_accepted() -> None:
    """As the client generated from the WADL sends it."""
    inner = "<s:password>p</s:password><s:username>u</s:username>"
    body = f'<s:userpass xmlns:s="{TS}">{inner}</s:userpass>'.encode()
    expected = {"content": {"kind": "userpass", "username": "u", "password": "p"}}
    assert read(Credential, body, XML) == expected
    assert read(Credential, b'{"userpass":{"username":"u","password":"p"}}', JSON) == expected


def test_credential_of_the_gem_is_read() -> None:
    """Indented, and with ``credentialBytes`` before ``fileType``."""
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
    <nsr:credential xmlns:nss="{TS}" xmlns:nsr="{REST}">
      <nss:keypair>
        <nss:serviceURI>https://x.example.org</nss:serviceURI>
        <nss:credentialBytes>AQID
        </nss:credentialBytes>
        <nss:fileType>pkcs12</nss:fileType>
      </nss:keypair>
    </nsr:credential>"""
    assert read(Credential, body.encode(), XML)["content"] == {
        "kind": "keypair",
        "service_uri": "https://x.example.org",
        "credential_bytes": b"\1\2\3",
        "file_type": "pkcs12",
    }


@pytest.mark.parametrize(
    "body", [b'{"stringList":{"string":"a"}}', b'{"stringList":{"string":["a"]}}']
)
def test_one_member_may_do_without_its_array(body: bytes) -> None:
    assert read(StringList, body, JSON) == {"string": ["a"]}


@pytest.mark.parametrize("body", [b'{"stringList":""}', b'{"stringList":{}}'])
def test_what_may_repeat_is_there_when_it_does_not(body: bytes) -> None:
    assert read(StringList, body, JSON) == {"string": []}


def test_lists_in_lists_in_lists_are_refused_at_some_depth() -> None:
    """Where an element may contain itself, depth costs stack."""
    opening, closing = '"list":{"length":0,"href":"x",' * 250, "}" * 250
    body = f'{{"workflowOutputs":{{"output":{{"name":"A",{opening}"x":1{closing}}}}}}}'
    with pytest.raises(MalformedDocument, match="nested"):
        read(WorkflowOutputs, body.encode(), JSON)

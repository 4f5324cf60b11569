"""Calls of SOAP services: the WSDL activity (activities.md 7)."""

from __future__ import annotations

import base64
import email
import email.policy
from collections.abc import Iterable
from email.message import MIMEPart

from lxml import etree

from taverna_server.data.credentials import EngineCredential, credentials_for
from taverna_server.data.values import (
    ErrorDocument,
    ListValue,
    Value,
    make_list,
    read_bytes,
    read_text,
)
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.httpclient import (
    Answer,
    HttpClient,
    Request,
    ServiceUnreachable,
)
from taverna_server.engines.taverna.activities.soapmessage import (
    ATTACHMENTS,
    Given,
    MissingOutputs,
    SoapFault,
    add_reference,
    make_envelope,
    read_answer,
)
from taverna_server.engines.taverna.activities.soapservice import (
    SECONDS,
    BadService,
    Operation,
    WsdlReader,
)
from taverna_server.engines.taverna.activities.wssecurity import TOKENS, add_token
from taverna_server.engines.taverna.activities.xmltypes import BYTES, mime_type
from taverna_server.errors import MalformedDocument
from taverna_server.model.credentials import USERPASS
from taverna_server.workflow.model import Activity, Bean

NOT_EXECUTABLE = "The service is not executable"
FAILED = "An error occurred invoking the WSDL service"
NO_INPUT = "Unable to find input data"
MISSING = "Missing expected outputs from service"
ENDPOINT = "EndpointReference"
HTTP_BASIC = "HTTPBasicAuthNPlainTextPassword"
PROFILES = frozenset({HTTP_BASIC, *TOKENS})
_BINARY = ("image", "octet", "audio", "application/zip")


class Wsdl(BoundActivity):
    """Sends one message for each invocation."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        config = activity.config or Bean("none")
        self._wsdl = config.text_of("wsdl").strip()
        self._name = config.text_of("operation").strip()
        self._profile = config.text_of("securityProfile").strip()
        self._client = HttpClient(context, SECONDS)

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        config = activity.config or Bean("none")
        for name, called in (("wsdl", "address of the WSDL"), ("operation", "operation")):
            if not config.text_of(name).strip():
                yield f"The {called} is missing."
        profile = config.text_of("securityProfile").strip()
        if profile and profile not in PROFILES:
            yield f"The security profile {profile!r} is not known."

    def invoke(self, inputs: Inputs) -> Outputs:
        try:
            operation = WsdlReader.of(self.context).operation(self._wsdl, self._name)
        except BadService as error:
            raise ActivityFailure(f"{NOT_EXECUTABLE}: {error}") from error
        envelope = self._envelope(operation, inputs)
        try:
            answer = self._client.send(self._request(operation, envelope))
            return _outputs(operation, answer)
        except (ServiceUnreachable, SoapFault, MalformedDocument, ValueError) as error:
            raise ActivityFailure(FAILED, f"{type(error).__name__}: {error}") from error
        except MissingOutputs as error:
            raise ActivityFailure(MISSING) from error

    def _envelope(self, operation: Operation, inputs: Inputs) -> etree._Element:
        types = {part.name: mime_type(part.type) for part in operation.inputs}
        try:
            given = {n: _given(value, types.get(n) == BYTES) for n, value in inputs.items()}
            envelope = make_envelope(operation, given)
            if ENDPOINT in inputs and ENDPOINT not in types:
                add_reference(envelope, str(given[ENDPOINT]))
        except (MalformedDocument, ValueError) as error:
            raise ActivityFailure(NO_INPUT, f"{type(error).__name__}: {error}") from error
        if self._profile in TOKENS:
            add_token(envelope, self._login(), self._profile)
        return envelope

    def _request(self, operation: Operation, envelope: etree._Element) -> Request:
        if operation.soap12:
            action = f'; action="{operation.action}"' if operation.action else ""
            headers = [("Content-Type", f"application/soap+xml; charset=utf-8{action}")]
        else:
            headers = [
                ("Content-Type", "text/xml; charset=utf-8"),
                ("SOAPAction", f'"{operation.action}"'),
            ]
        headers.append(("Accept", "application/soap+xml, multipart/related, text/xml, */*"))
        if self._profile == HTTP_BASIC:
            login = self._login()
            pair = f"{login.username}:{login.password}".encode()
            headers.append(("Authorization", f"Basic {base64.b64encode(pair).decode('ascii')}"))
        body = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
        return Request("POST", operation.address, tuple(headers), body)

    def _login(self) -> EngineCredential:
        """The credential for the WSDL; whose service asks for one needs it."""
        directory = self.context.security
        for credential in credentials_for(directory, self._wsdl) if directory else ():
            if credential.kind == USERPASS:
                return credential
        raise ActivityFailure(
            FAILED, f"the run has no user name and password for {self._wsdl}: give it a credential"
        )


def _given(value: Value, binary: bool) -> Given:
    if isinstance(value, ErrorDocument):
        raise TypeError("services take no errors")
    if isinstance(value, ListValue):
        items = (_given(item, binary) for item in value)
        return [part for item in items for part in (item if isinstance(item, list) else [item])]
    return read_bytes(value) if binary else read_text(value)


def _outputs(operation: Operation, answer: Answer) -> Outputs:
    """Raises ServiceUnreachable where the answer is no SOAP at all."""
    content = answer.body.read()
    answer.body.discard()
    document, attachments = _parts(answer, content)
    try:
        outputs = read_answer(operation, document) if document.strip() or operation.outputs else {}
    except MalformedDocument as error:
        status = f"the service answers {answer.status} {answer.reason}, and {error}"
        raise ServiceUnreachable(status) from error
    return {**outputs, ATTACHMENTS: make_list(attachments, 1)}


def _parts(answer: Answer, content: bytes) -> tuple[bytes, list[Value]]:
    """The envelope, and what is attached to it."""
    declared = answer.header("content-type")
    if not declared.lower().startswith("multipart/"):
        return content, []
    head = f"Content-Type: {declared}\r\n\r\n".encode("latin-1", "replace")
    message = email.message_from_bytes(head + content, policy=email.policy.default)
    first, *others = list(message.iter_parts()) or [message]
    return _payload(first), [_attachment(part) for part in others]


def _attachment(part: MIMEPart) -> Value:
    content = _payload(part)
    binary = any(word in part.get_content_type() for word in _BINARY)
    return content if binary else content.decode("utf-8", "replace")


def _payload(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""

"""Calls of web services by address: the REST activity (activities.md 6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

from taverna_server.data.values import (
    ErrorDocument,
    FileValue,
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
    target_of,
)
from taverna_server.engines.taverna.activities.urlsignature import (
    BadSignature,
    MissingParameter,
    fill,
    placeholders,
)
from taverna_server.workflow.model import Activity, ActivityPort, Bean

FAILED = "Internal error has occurred while trying to execute the REST activity"
BODY = "inputBody"
METHODS = ("GET", "POST", "PUT", "DELETE")
_WITH_BODY = ("POST", "PUT")
_ILLEGAL = re.compile(r"""[\x00-\x20<>"{}|\\^`\x7f]""")
_FIRST_ERROR = 400


@dataclass(frozen=True, slots=True)
class Service:
    """The configuration."""

    method: str
    signature: str
    accept: str
    content_type: str
    binary: bool
    expect: bool
    escape: bool
    headers: tuple[tuple[str, str], ...]
    shows_redirection: bool
    shows_url: bool
    shows_headers: bool

    @property
    def templates(self) -> tuple[str, ...]:
        """Everything with placeholders in it, the address first."""
        values = (self.accept, *(value for _, value in self.headers))
        return (self.signature, *filter(None, values))


class Rest(BoundActivity):
    """Sends one request for each invocation."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        self._service = read_service(activity.config or Bean("none"))
        for problem in _problems(self._service):
            raise BadSignature(problem)
        self._client = HttpClient(context)

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        return _problems(read_service(activity.config or Bean("none")))

    @classmethod
    def output_ports(cls, activity: Activity) -> Sequence[ActivityPort]:
        service = read_service(activity.config or Bean("none"))
        optional = (
            (ActivityPort("redirection"), service.shows_redirection),
            (ActivityPort("actualURL"), service.shows_url),
            (ActivityPort("responseHeaders", 1), service.shows_headers),
        )
        return (
            ActivityPort("responseBody"),
            ActivityPort("status"),
            *(port for port, shown in optional if shown),
        )

    def invoke(self, inputs: Inputs) -> Outputs:
        request = self._request(inputs)
        try:
            answer = self._client.send(request)
        except ServiceUnreachable as error:
            raise ActivityFailure(FAILED, str(error)) from error
        return self._outputs(request, answer)

    def _request(self, inputs: Inputs) -> Request:
        service = self._service
        values = {name: _text(value) for name, value in inputs.items() if name != BODY}
        try:
            url = self._filled(service.signature, values)
            headers = {"Accept": self._filled(service.accept, values)} if service.accept else {}
            if service.method in _WITH_BODY and service.content_type:
                headers["Content-Type"] = service.content_type
            for name, value in service.headers:
                _replace(headers, name, self._filled(value, values) if value else "")
        except MissingParameter as error:
            raise ActivityFailure(
                f"Uncaught exception while invoking {self.activity.class_name}", str(error)
            ) from error
        if _ILLEGAL.search(url):
            raise ActivityFailure(FAILED, f"this is no address: {url}")
        body = _body(service, inputs.get(BODY)) if service.method in _WITH_BODY else None
        expect = service.expect and service.method == "POST"
        return Request(service.method, url, tuple(headers.items()), body, expect)

    def _filled(self, template: str, values: Mapping[str, str]) -> str:
        return fill(template, values, self._service.escape)

    def _outputs(self, request: Request, answer: Answer) -> Outputs:
        body = _content(answer, self.context.scratch)
        if answer.status >= _FIRST_ERROR:
            body = ErrorDocument(_text(body))
        outputs: dict[str, Value] = {"responseBody": body, "status": str(answer.status)}
        if self._service.shows_redirection:
            outputs["redirection"] = _address(answer.url)
        if self._service.shows_url:
            outputs["actualURL"] = request.url
        if self._service.shows_headers:
            outputs["responseHeaders"] = make_list([f"{n}: {v}" for n, v in answer.headers], 1)
        return outputs


def read_service(config: Bean) -> Service:
    """What the configuration says, with the defaults of older versions."""

    def flag(name: str, default: str = "false") -> bool:
        return config.text_of(name, default).strip().lower() == "true"

    return Service(
        config.text_of("httpMethod", "GET").strip(),
        config.text_of("urlSignature"),
        config.text_of("acceptsHeaderValue"),
        config.text_of("contentTypeForUpdates"),
        config.text_of("outgoingDataFormat", "String").strip() == "Binary",
        flag("sendHTTPExpectRequestHeader"),
        flag("escapeParameters", "true"),
        tuple(_headers(config)),
        flag("showRedirectionOutputPort"),
        flag("showActualUrlPort"),
        flag("showResponseHeadersPort"),
    )


def _headers(config: Bean) -> Iterator[tuple[str, str]]:
    for pair in config.all("otherHTTPHeaders", "list"):
        if len(pair.children) > 1 and pair.children[0].text:
            yield pair.children[0].text, pair.children[1].text


def _problems(service: Service) -> Iterator[str]:
    if service.method not in METHODS:
        yield f"The REST service has the unknown method {service.method!r}."
    for template in service.templates:
        try:
            placeholders(template)
        except BadSignature as error:
            yield f"The REST service cannot be called: {error}."


def _replace(headers: dict[str, str], name: str, value: str) -> None:
    """Headers are set, not added."""
    for known in [known for known in headers if known.lower() == name.lower()]:
        del headers[known]
    headers[name] = value


def _body(service: Service, value: Value | None) -> bytes | Path:
    """Text is sent in ISO 8859-1, whatever the content type says; so it was."""
    if value is None:
        return b""
    if isinstance(value, ListValue | ErrorDocument):
        raise TypeError(f"{BODY} takes single values")
    if service.binary:
        return value.path if isinstance(value, FileValue) else read_bytes(value)
    return read_text(value).encode("latin-1", "replace")


def _content(answer: Answer, scratch: Path) -> Value:
    """Text where the content type says so, else bytes; nothing is an empty text."""
    if answer.body.content == b"":
        return ""
    declared = answer.header("content-type").lower()
    if not (declared.startswith("text") or "charset=" in declared):
        return answer.body.as_bytes()
    try:
        return answer.body.as_lines(_charset(declared), scratch)
    except LookupError as error:
        raise ActivityFailure(FAILED, f"{type(error).__name__}: {error}") from error


def _charset(content_type: str) -> str:
    message = Message()
    message["Content-Type"] = content_type
    return str(message.get_param("charset", "utf-8"))


def _address(url: str) -> str:
    """Host and target, as of the last request line."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{target_of(parts)}"


def _text(value: Value) -> str:
    if isinstance(value, ListValue | ErrorDocument):
        raise TypeError("REST services take single values")
    return read_text(value)

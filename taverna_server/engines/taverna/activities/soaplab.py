"""Jobs of Soaplab services (activities.md 16): start, wait, fetch, forget."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

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
    HttpClient,
    Request,
    ServiceUnreachable,
)
from taverna_server.engines.taverna.activities.soapmessage import MissingOutputs, SoapFault
from taverna_server.engines.taverna.activities.soapobjects import Object, read_result, write_call
from taverna_server.errors import MalformedDocument
from taverna_server.workflow.model import Activity, Bean

FAILED = "Failure calling soaplab"
NOT_EXECUTABLE = "The service is not executable"
_GOING_ON = frozenset({"CREATED", "RUNNING"})
_BY_ERROR = "TERMINATED_BY_ERROR"
_MILLISECONDS = 1000


class Soaplab(BoundActivity):
    """Runs a job for each invocation."""

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        config = activity.config or Bean("none")
        self._endpoint = config.text_of("endpoint").strip()
        self._interval = int(config.text_of("pollingInterval", "0"))
        self._backoff = float(config.text_of("pollingBackoff", "1.0"))
        self._longest = int(config.text_of("pollingIntervalMax", "0"))
        self._client = HttpClient(context)
        self._guard = threading.Lock()
        self._types: dict[str, str] | None = None

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        if not (activity.config or Bean("none")).text_of("endpoint").strip():
            yield "The address of the Soaplab service is missing."

    def invoke(self, inputs: Inputs) -> Outputs:
        types = self._input_types()
        given: dict[str, Object] = {n: _given(v, types.get(n, "")) for n, v in inputs.items()}
        try:
            return self._run(given)
        except (ServiceUnreachable, SoapFault, MalformedDocument, MissingOutputs) as error:
            raise ActivityFailure(FAILED, f"{type(error).__name__}: {error}") from error

    def _run(self, given: dict[str, Object]) -> Outputs:
        job = self._call("createAndRun", given)
        self._wait(job)
        if self._call("getStatus", job) == _BY_ERROR:
            report = _map(self._call("getSomeResults", job, ["report"])).get("report")
            raise ActivityFailure(f"Soaplab call returned an error : {report!s}")
        wanted: list[Object] = [*self.activity.output_map]
        results = _map(self._call("getSomeResults", job, wanted))
        self._call("destroy", job)
        values = ((name, _value(result)) for name, result in results.items())
        return {name: value for name, value in values if value is not None}

    def _wait(self, job: Object) -> None:
        """In the service, or here between looks at the job, as configured."""
        if (self._interval, self._backoff, self._longest) == (0, 1.0, 0):
            self._call("waitFor", job)
            return
        pause = self._interval
        while True:
            self.context.cancelled.wait(pause / _MILLISECONDS)
            if self._call("getStatus", job) not in _GOING_ON:
                return
            pause = min(int(pause * self._backoff), self._longest)

    def _call(self, operation: str, *arguments: Object) -> Object:
        """Raises ServiceUnreachable, SoapFault, MalformedDocument, MissingOutputs, RunCancelled."""
        headers = (("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", '""'))
        message = write_call(operation, *arguments)
        answer = self._client.send(Request("POST", self._endpoint, headers, message))
        content = answer.body.read()
        answer.body.discard()
        return read_result(content)

    def _input_types(self) -> Mapping[str, str]:
        """What the service says of its inputs; asked for once."""
        with self._guard:
            if self._types is None:
                try:
                    described = self._call("getInputSpec")
                except (ServiceUnreachable, SoapFault, MalformedDocument, MissingOutputs) as error:
                    raise ActivityFailure(
                        f"{NOT_EXECUTABLE}: the Soaplab service {self._endpoint} does not answer: "
                        f"{error}"
                    ) from error
                members = described if isinstance(described, list) else []
                specifications = map(_map, members)
                self._types = {str(s.get("name")): str(s.get("type")) for s in specifications}
            return self._types


def _given(value: Value, kind: str) -> Object:
    if isinstance(value, ErrorDocument):
        raise TypeError("services take no errors")
    if isinstance(value, ListValue):
        return [_given(item, kind) for item in value]
    return read_bytes(value) if kind.lower().startswith("byte") else read_text(value)


def _map(found: Object) -> dict[str, Object]:
    return found if isinstance(found, dict) else {}


def _value(result: Object) -> Value | None:
    """Texts, bytes and lists of them; None for what is neither."""
    if isinstance(result, list):
        return make_list([value for value in map(_value, result) if value is not None], 1)
    return None if isinstance(result, dict) else result

"""Queries to BioMart services (activities.md 15).

The configuration is the query itself, as XML. It is sent with the values of the
inputs in its filters; the rows that come back are taken apart into a list for
each attribute, item by item while they come, or are one output where the query
names a formatter. Columns come in the order in which the query names attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlencode

from lxml import etree

from taverna_server.data.values import (
    ErrorDocument,
    ListValue,
    Single,
    Value,
    read_text,
)
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    GivesParts,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.biomartrows import Column, Rows
from taverna_server.engines.taverna.activities.httpclient import (
    Answer,
    HttpClient,
    Request,
    ServiceUnreachable,
)
from taverna_server.engines.taverna.activities.spool import Taker
from taverna_server.workflow.model import Activity, ActivityPort, Bean

FAILED = "Failure calling biomart"
_FIRST_ERROR = 400
_SAID = 1000
"""Characters of an error page that are worth repeating."""


class Biomart(GivesParts):
    """Sends its query once for each invocation."""

    here = True  # rows travel as they come

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        config = activity.config or Bean("none")
        self._query = _query(config)
        self._location = _location(config)
        self._columns = list(_columns(self._query))
        self._client = HttpClient(context)

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        config = activity.config or Bean("none")
        if not _location(config):
            yield "The address of the BioMart service is missing."
        if not list(_columns(_query(config))):
            yield "The BioMart query asks for no attribute."

    @classmethod
    def output_ports(cls, activity: Activity) -> Sequence[ActivityPort]:
        query = _query(activity.config or Bean("none"))
        if _formatter(query):
            return (ActivityPort(_dataset(query)),)
        return tuple(ActivityPort(c.port, 2 if c.is_list else 1) for c in _columns(query))

    def invoke(self, inputs: Inputs) -> Outputs:
        if not _formatter(self._query):
            return super().invoke(inputs)
        answer = self._send(inputs)
        return {_dataset(self._query): answer.body.as_bytes()}

    def invoke_in_parts(self, inputs: Inputs, give: Callable[[Outputs], None]) -> None:
        rows = Rows(self._columns, give)
        self._send(inputs, rows.take)
        rows.end()
        if rows.refusal:
            raise ActivityFailure(FAILED, rows.refusal)

    def _send(self, inputs: Inputs, taker: Taker | None = None) -> Answer:
        form = urlencode({"query": self._document(inputs)}).encode("ascii")
        headers = (("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),)
        try:
            answer = self._client.send(Request("POST", self._location, headers, form), taker)
        except ServiceUnreachable as error:
            raise ActivityFailure(FAILED, str(error)) from error
        if answer.status >= _FIRST_ERROR:
            said = f"{answer.status} {answer.reason}: {_text(answer)[:_SAID]}"
            raise ActivityFailure(FAILED, said)
        return answer

    def _document(self, inputs: Inputs) -> str:
        """The query as the service reads it."""
        root = etree.Element("Query", dict(self._query.attributes))
        for part in self._query.children:
            element = etree.SubElement(root, part.tag, dict(part.attributes))
            for child in part.children:
                attributes = dict(child.attributes)
                if child.tag == "Filter":
                    _set(
                        attributes,
                        inputs.get(f"{part.attributes['name']}.{attributes['name']}_filter"),
                    )
                etree.SubElement(element, child.tag, attributes)
        return "<!DOCTYPE Query>" + etree.tostring(root, encoding="unicode")


def _text(answer: Answer) -> str:
    text = answer.body.read().decode("utf-8", "replace")
    answer.body.discard()
    return text


def _set(attributes: dict[str, str], value: Value | None) -> None:
    """The value at the filter's port takes the place of the one in the query."""
    attributes.pop("list", None)  # is only for Taverna
    if value is None:
        return
    if isinstance(value, ErrorDocument):
        raise TypeError("filters take no errors")
    values = list(_single(value))
    attributes.pop("excluded", None)
    attributes["value"] = ",".join(map(read_text, values))


def _single(value: Value) -> Iterator[Single]:
    if isinstance(value, ListValue):
        for item in value:
            yield from _single(item)
    elif not isinstance(value, ErrorDocument):
        yield value


def _query(config: Bean) -> Bean:
    return config.find("Query") or Bean("Query")


def _location(config: Bean) -> str:
    service = config.find("MartService")
    return service.attributes.get("location", "") if service else ""


def _formatter(query: Bean) -> str:
    return query.attributes.get("formatter", "")


def _dataset(query: Bean) -> str:
    """The name of the first."""
    dataset = query.find("Dataset")
    return dataset.attributes.get("name", "") if dataset else ""


def _columns(query: Bean) -> Iterator[Column]:
    for dataset in query.all("Dataset"):
        for attribute in dataset.all("Attribute"):
            yield _column(dataset.attributes.get("name", ""), attribute.attributes)


def _column(dataset: str, attribute: Mapping[str, str]) -> Column:
    members = attribute.get("attributes")
    port = f"{dataset}.{attribute.get('name', '')}"
    return Column(port, len(members.split(",")), True) if members else Column(port)

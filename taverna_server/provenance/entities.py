"""The kinds of entities that a crate is made of, as JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from taverna_server.data.values import ErrorDocument, Single
from taverna_server.provenance.contents import media_type, size_of
from taverna_server.provenance.turtle import seconds

COMPLETED, FAILED = (f"http://schema.org/{word}ActionStatus" for word in ("Completed", "Failed"))


def url(path: str) -> str:
    return quote(path.encode("utf-8", "replace"), safe="/-._~!$&'()*+,;=:@")


def file(path: str, kind: str, size: int) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    return {
        "@id": url(path),
        "@type": "File",
        "name": name,
        "encodingFormat": kind,
        "contentSize": str(size),
    }


def value_file(path: str, value: Single | ErrorDocument) -> dict[str, Any]:
    entity = file(path, media_type(value), size_of(value))
    if isinstance(value, ErrorDocument):
        entity["description"] = f"An error in place of a value: {value.message}"
    return entity


def dataset(path: str, name: str, parts: Any) -> dict[str, Any]:
    if isinstance(parts, list):
        return {"@id": url(path), "@type": "Dataset", "name": name, **many("hasPart", parts)}
    return {"@id": url(path), "@type": "Dataset", "name": name, "hasPart": parts}


def software(uri: str, name: str, version: str) -> dict[str, Any]:
    return {"@id": uri, "@type": "SoftwareApplication", "name": name, "softwareVersion": version}


def action(
    uri: str,
    name: str,
    instrument: str,
    times: tuple[float, float],
    used: list[dict[str, str]],
    made: list[dict[str, str]],
    failure: str | None,
) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "@id": uri,
        "@type": "CreateAction",
        "name": name,
        "instrument": {"@id": instrument},
        "startTime": seconds(times[0]),
        "endTime": seconds(times[1]),
        "actionStatus": COMPLETED if failure is None else FAILED,
        **many("object", used),
        **many("result", made),
    }
    return entity if failure is None else {**entity, "error": failure}


def many(name: str, items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A property, or none; one value stands alone, as RO-Crate 1.1 likes it."""
    found = list(items)
    return {name: one_or_many(found)} if found else {}


def one_or_many(items: Iterable[Mapping[str, Any]]) -> Any:
    found = list(items)
    return found[0] if len(found) == 1 else found

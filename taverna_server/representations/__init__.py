"""One declaration per document, several media types.

A marshmallow schema whose fields say where they stand in XML (attribute or
element, namespace, order, multiplicity); XML, JSON, XSD and JSON Schema are all
derived from it. Knows the model, not the manager and not HTTP.

``binding`` is the place to begin; ``server``, ``run``, ``inputs``, ``outputs``,
``directory``, ``listeners`` declare a family of documents each; ``write`` and
``read`` are what the faces call::

    write(RunList, {"run": [{"href": ..., "text": run.id}]}, "application/xml")
    read(RunInput, body, "application/json")["value"]
"""

from taverna_server.representations.common import SERVER_VERSION, Link, versions
from taverna_server.representations.media import JSON, OFFERED, XML, offered_types, read, write

__all__ = [
    "JSON",
    "OFFERED",
    "SERVER_VERSION",
    "XML",
    "Link",
    "offered_types",
    "read",
    "versions",
    "write",
]

"""One declaration per document, several media types.

A marshmallow schema whose fields say where they stand in XML (attribute or
element, namespace, order, multiplicity); XML, JSON, XSD and JSON Schema are all
derived from it. Knows the model, not the manager and not HTTP.

``binding`` is the place to begin, ``shapes`` what declarations come to;
``server``, ``run``, ``inputs``, ``outputs``, ``directory``, ``listeners``,
``security``, ``admin``, ``usage`` declare a family of documents each (in
``catalogue`` all together), ``workflow`` wraps what is not ours; ``xml`` and
``json`` write and read, ``publish`` makes ``schemas/``. What the faces call::

    write(RunList, {"run": [{"href": ..., "text": run.id}]}, "application/xml")
    read(RunInput, body, "application/json")["value"]
"""

from taverna_server.representations.common import SERVER_VERSION, Link, versions
from taverna_server.representations.media import JSON, OFFERED, XML, read, write

__all__ = ["JSON", "OFFERED", "SERVER_VERSION", "XML", "Link", "read", "versions", "write"]

"""The published schemas, from the same declarations that write the documents.

``python -m taverna_server.representations.publish schemas/`` writes one XSD per
namespace and one JSON Schema per document; a test compares them with what is
committed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from taverna_server.representations.catalogue import DOCUMENTS
from taverna_server.representations.json_schema import JsonSchema, json_schema, mapped_schema
from taverna_server.representations.xsd import xml_schemas

WORKFLOW = "A workflow document: its elements as they stand, which is not ours to say."


def published() -> dict[str, bytes]:
    """Every file below ``schemas/``, by relative path."""
    files = xml_schemas(DOCUMENTS)
    for schema in [*map(json_schema, DOCUMENTS), mapped_schema("workflow", WORKFLOW)]:
        files[f"json/{schema['title']}.json"] = _written(schema)
    return files


def _written(schema: JsonSchema) -> bytes:
    return f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n".encode()


def publish(directory: Path) -> None:
    """Write them all."""
    for name, content in published().items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    publish(Path(sys.argv[1]))

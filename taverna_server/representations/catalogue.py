"""Every document there is, for whoever goes through all of them: schemas, tests, API pages."""

from __future__ import annotations

from taverna_server.representations import (
    admin,
    directory,
    inputs,
    listeners,
    outputs,
    run,
    security,
    server,
    usage,
)
from taverna_server.representations.binding import Document

FAMILIES = (server, run, inputs, outputs, directory, listeners, security, admin, usage)

DOCUMENTS: tuple[type[Document], ...] = tuple(
    schema
    for family in FAMILIES
    for schema in vars(family).values()
    if isinstance(schema, type)
    and issubclass(schema, Document)
    and schema.__module__ == family.__name__
    and schema.root is not None
)
"""In the order of their declarations; the schema of ``ts:workflow`` is not one of them."""

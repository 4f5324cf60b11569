"""Namespaces, addresses and media types of a bundle."""

from __future__ import annotations

from urllib.parse import quote, unquote, urljoin

MEDIA_TYPE = "application/vnd.taverna.scufl2.workflow-bundle"

SCUFL2 = "http://ns.taverna.org.uk/2010/scufl2#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OA = "http://www.w3.org/ns/oa#"
PAV = "http://purl.org/pav/"
XML = "http://www.w3.org/XML/1998/namespace"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
BUNDLES = "http://ns.taverna.org.uk/2010/workflowBundle/"
IDENTIFIERS = "http://ns.taverna.org.uk/2010/workflow/"
ACTIVITY = "http://ns.taverna.org.uk/2010/activity/"
LAYERS = "http://ns.taverna.org.uk/2010/scufl2/taverna/dispatchlayer/"
BUNDLE_RDF = "workflowBundle.rdf"

PREDICATES = {
    "title": "http://purl.org/dc/terms/title",
    "author": "http://purl.org/dc/elements/1.1/creator",
    "description": "http://purl.org/dc/terms/description",
    "example": "http://biocatalogue.org/attribute/exampleData",
    "mime_type": "http://purl.org/dc/elements/1.1/format",
}
"""By field of ``Annotations``."""

_ROOT = "http://bundle.invalid/"
"""Stands for the bundle while URIs are resolved; what is not below it lies elsewhere."""


def segment(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="") if name not in (".", "..") else name.replace(".", "%2E")


def name_of(uri: str) -> str:
    """The name in the last part of a path."""
    return unquote(uri.rstrip("/").rpartition("/")[2])


def resolve(base: str, reference: str, alias: str = "") -> str:
    """A reference as a place in the bundle, without a leading slash; elsewhere as it is.

    ``base`` is such a place; ``alias`` the absolute URI that the bundle has for itself.
    """
    if alias and reference.startswith(alias):
        reference = "/" + reference.removeprefix(alias).lstrip("/")
    try:
        found = urljoin(_ROOT + base, reference)
    except ValueError:
        return reference
    return found.removeprefix(_ROOT)

"""Namespaces and types of Baclava documents."""

BACLAVA = "http://org.embl.ebi.escience/baclava/0.1alpha"
XSCUFL = "http://org.embl.ebi.escience/xscufl/0.1alpha"

TEXT = "text/plain"
BYTES = "application/octet-stream"
NULL = "null"
"""The type of a list without leaves."""

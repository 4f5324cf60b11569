"""Taverna 3: reads and writes workflow bundles (t2flow-format, its third part).

Theory of operation. A bundle is a ZIP of RDF/XML documents that refer to each
other by URI: ``workflowBundle.rdf`` lists them, ``workflow/<name>.rdf`` holds one
graph each, a profile says which activity each processor invokes, JSON files
configure activities and processors, Turtle files describe for people. Every URI
is resolved to a place in the bundle and nothing is ever fetched.

The JSON of an activity is Taverna 3's where it has one, and beside it, under
``t2flow``, what our activities read, so that nothing is lost on the way through a
bundle. When another program has changed the first, the second no longer counts.
"""

from taverna_server.workflow.wfbundle.reading import read_wfbundle, read_wfbundle_ports
from taverna_server.workflow.wfbundle.writing import write_wfbundle

__all__ = ["read_wfbundle", "read_wfbundle_ports", "write_wfbundle"]

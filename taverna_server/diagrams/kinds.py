"""What activities are called in a drawing, and which of them look alike.

Colour never stands alone: every box has its word. There are few families, so
that their colours can be told apart and learnt.
"""

from __future__ import annotations

from taverna_server.diagrams.graph import Kind

WORKFLOW = Kind("workflow", "nested")
STEP = Kind("step", "tool")

_KINDS = {
    "stringconstant": Kind("constant", "value"),
    "beanshell": Kind("script", "script"),
    "rshell": Kind("R script", "script"),
    "localworker": Kind("local tool", "local"),
    "spreadsheetimport": Kind("spreadsheet", "local"),
    "apiconsumer": Kind("Java call", "local"),
    "xpath": Kind("XPath", "xml"),
    "xmlinputsplitter": Kind("XML in", "xml"),
    "xmloutputsplitter": Kind("XML out", "xml"),
    "wsdl": Kind("SOAP service", "service"),
    "rest": Kind("REST service", "service"),
    "soaplab": Kind("Soaplab service", "service"),
    "biomart": Kind("BioMart query", "service"),
    "biomoby": Kind("BioMoby service", "service"),
    "biomobyobject": Kind("BioMoby object", "service"),
    "mobyparsedatatype": Kind("BioMoby parser", "service"),
    "externaltool": Kind("command", "tool"),
    "interaction": Kind("asks a person", "person"),
    "component": Kind("component", "nested"),
    "dataflow": WORKFLOW,
}


def kind_of(activity: str) -> Kind:
    """Of a kind of activity as the model has it; its own name where it is not known."""
    return _KINDS.get(activity) or Kind(activity, "other")

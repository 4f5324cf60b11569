"""One declaration per document, several media types.

A marshmallow schema whose fields say where they stand in XML (attribute or
element, namespace, order, multiplicity); XML, JSON, XSD and JSON Schema are all
derived from it. Knows the model, not the manager and not HTTP.
"""

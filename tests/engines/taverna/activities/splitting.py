"""Types and configurations of XML splitters, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from taverna_server.workflow.model import Bean

SCUFL = "http://org.embl.ebi.escience/xscufl/0.1alpha"
NS = "urn:books"


def base(name: str, kind: str = "string", ns: str = NS, **more: str) -> str:
    return _type("basetype", name, kind, ns, "", more)


def array(name: str, item: str, kind: str = "List", ns: str = NS, **more: str) -> str:
    return _type("arraytype", name, kind, ns, f"<s:elementtype>{item}</s:elementtype>", more)


def complex_type(
    name: str, *elements: str, attributes: str = "", kind: str = "", ns: str = NS, **more: str
) -> str:
    content = f"<s:elements>{''.join(elements)}</s:elements>"
    content += f"<s:attributes>{attributes}</s:attributes>" if attributes else ""
    return _type("complextype", name, kind or name, ns, content, more)


def attribute(name: str) -> str:
    return _type("attribute", name, "string", "", "", {})


def extensions(root: str) -> str:
    return f'<s:extensions xmlns:s="{SCUFL}">{root}</s:extensions>'


def splitter(
    root: str, inputs: Mapping[str, str] | None = None, outputs: Mapping[str, str] | None = None
) -> Bean:
    """A configuration; ports with their MIME types, one document port on the other side."""
    whole = {"output" if inputs is not None else "input": "'text/xml'"}
    return Bean(
        "bean",
        children=(
            Bean("wrappedTypeXML", extensions(root)),
            _ports("inputs", whole if inputs is None else inputs),
            _ports("outputs", whole if outputs is None else outputs),
        ),
    )


def _type(tag: str, name: str, kind: str, ns: str, content: str, more: Mapping[str, str]) -> str:
    flags = {"optional": "false", "unbounded": "false"} | dict(more)
    qname = f"{{{ns}}}{kind or name}" if ns else kind or name
    names = {"typename": kind, "name": name, "qname": qname.replace(">", "&gt;")} | flags
    attributes = "".join(f' {key}="{value}"' for key, value in names.items())
    return f"<s:{tag}{attributes}>{content}</s:{tag}>"


def _ports(which: str, ports: Mapping[str, str]) -> Bean:
    return Bean(
        which,
        children=tuple(
            Bean(
                "PortDefinitionBean",
                children=(
                    Bean("name", name),
                    Bean("mimeTypes", children=(Bean("string", mime),)),
                ),
            )
            for name, mime in ports.items()
        ),
    )

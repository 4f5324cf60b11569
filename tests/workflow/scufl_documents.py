"""Small Scufl documents, put together from a few words."""

from __future__ import annotations

from collections.abc import Mapping

NS = "http://org.embl.ebi.escience/xscufl/0.1alpha"
JAVA = "org.embl.ebi.escience.scuflworkers.java."


def scufl(*parts: str, title: str = "") -> bytes:
    return f"<?xml version='1.0'?>\n{_scufl(parts, title)}".encode()


def _scufl(parts: tuple[str, ...], title: str = "") -> str:
    described = (
        f'<s:workflowdescription lsid="urn:lsid:net.sf.taverna:wfDefinition:abc" author="me" '
        f'title="{title}">What it is for.</s:workflowdescription>'
    )
    inside = "\n".join((described, *parts))
    return f'<s:scufl xmlns:s="{NS}" version="0.2" log="0">\n{inside}\n</s:scufl>'


def source(name: str, metadata: str = "") -> str:
    return f'<s:source name="{name}">{metadata}</s:source>'


def sink(name: str) -> str:
    return f'<s:sink name="{name}"/>'


def processor(name: str, content: str, workers: str = "") -> str:
    extra = f' workers="{workers}"' if workers else ""
    return f'<s:processor name="{name}" boring="false"{extra}>{content}</s:processor>'


def local(name: str) -> str:
    return f"<s:local>{JAVA}{name}</s:local>"


def constant(text: str) -> str:
    return f"<s:stringconstant>{text}</s:stringconstant>"


def beanshell(script: str, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> str:
    return (
        f"<s:beanshell><s:scriptvalue>{script}</s:scriptvalue>"
        f"<s:beanshellinputlist>{_ports('beanshellinput', inputs)}</s:beanshellinputlist>"
        f"<s:beanshelloutputlist>{_ports('beanshelloutput', outputs)}</s:beanshelloutputlist>"
        f'<s:dependencies s:classloader="iteration"/></s:beanshell>'
    )


def _ports(tag: str, types: Mapping[str, str]) -> str:
    return "".join(
        f'<s:{tag} s:syntactictype="{type}">{name}</s:{tag}>' for name, type in types.items()
    )


def nested(*parts: str) -> str:
    return f"<s:workflow>{_scufl(parts)}</s:workflow>"


def link(words: str) -> str:
    """``"in -> P:a"``."""
    start, _, end = words.partition(" -> ")
    return f'<s:link source="{start}" sink="{end}"/>'


def greetings() -> bytes:
    """A workflow with something of everything; what it does needs no service and no Java."""
    dot = (
        "<s:iterationstrategy>"
        '<i:dot xmlns:i="http://org.embl.ebi.escience/xscufliteration/0.1beta10">'
        '<i:iterator name="string1"/><i:iterator name="string2"/></i:dot></s:iterationstrategy>'
    )
    rule = (
        '<s:coordination name="c"><s:condition><s:state>Completed</s:state>'
        "<s:target>Greeting</s:target></s:condition><s:action><s:target>Join</s:target>"
        "<s:statechange><s:from>Scheduled</s:from><s:to>Running</s:to></s:statechange>"
        "</s:action></s:coordination>"
    )
    semicolon = '<s:defaults><s:default name="regex">;</s:default></s:defaults>'
    halves = nested(
        source("text"), sink("parts"), link("text -> Split:string"), link("Split:split -> parts"),
        processor("Split", semicolon + local("SplitByRegex")),
    )  # fmt: skip
    spare = (
        "<s:alternate><s:arbitrarywsdl><s:wsdl>http://localhost/none</s:wsdl><s:operation>join"
        "</s:operation></s:arbitrarywsdl><s:inputmap key='string1' value='a'/></s:alternate>"
    )
    return scufl(
        source("names"), source("ends"), sink("lines"), sink("all"),
        processor("Greeting", constant("Hello ")),
        processor("Names", halves), processor("Ends", halves),
        processor("Greet", local("StringConcat"), workers="2"),
        processor("Join", local("StringConcat") + dot + spare),
        processor("Lines", local("StringListMerge")),
        processor("Both", local("FlattenList") + '<s:mergemode input="inputlist" mode="merge"/>'),
        link("names -> Names:text"), link("ends -> Ends:text"),
        link("Greeting:value -> Greet:string1"), link("Names:parts -> Greet:string2"),
        link("Greet:output -> Join:string1"), link("Ends:parts -> Join:string2"),
        link("Join:output -> Lines:stringlist"), link("Lines:concatenated -> lines"),
        link("Names:parts -> Both:inputlist"), link("Ends:parts -> Both:inputlist"),
        link("Both:outputlist -> all"), rule, title="Greetings",
    )  # fmt: skip

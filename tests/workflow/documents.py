"""Small t2flow documents, put together from a few words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from textwrap import dedent

NS = "http://taverna.sf.net/2008/xml/t2flow"
LAYERS = "net.sf.taverna.t2.workflowmodel.processor.dispatch.layers"
CONSTANT = "net.sf.taverna.t2.activities.stringconstant"

ACTIVITY = f"""
<activity><class>{CONSTANT}.StringConstantActivity</class><inputMap/><outputMap/>
<configBean encoding="xstream"><{CONSTANT}.StringConstantConfigurationBean xmlns="">
<value>x</value></{CONSTANT}.StringConstantConfigurationBean></configBean></activity>"""


def nested_activity(ref: str) -> str:
    return f"""
<activity><class>net.sf.taverna.t2.activities.dataflow.DataflowActivity</class>
<inputMap/><outputMap><map from="o" to="o"/></outputMap>
<configBean encoding="dataflow"><dataflow ref="{ref}"/></configBean></activity>"""


def ports(words: str) -> str:
    """``"a b:1 c:1:0"``: name, depth, granular depth."""
    return "".join(_port(*word.split(":")) for word in words.split())


def _port(name: str, depth: str = "0", granular: str = "") -> str:
    depths = f"<depth>{depth}</depth><granularDepth>{granular or depth}</granularDepth>"
    return f"<port><name>{escape(name)}</name>{depths}</port>\n"


def strategy(words: str) -> str:
    """``"X(a,D(b,c:1))"``: X cross, D dot, P prefix; ports with their depths."""
    for letter, tag in (("X", "cross"), ("D", "dot"), ("P", "prefix")):
        words = words.replace(f"{letter}(", f"<{tag}>(")
    text, open_tags, word = "", [], ""
    for letter in words + ",":
        if letter in "(),":
            text += _leaf(word) if word and not word.startswith("<") else word
            if letter == "(":
                open_tags.append(word[1:-1])
            elif letter == ")":
                text += f"</{open_tags.pop()}>"
            word = ""
        else:
            word += letter
    return text


def _leaf(word: str) -> str:
    name, _, depth = word.partition(":")
    return f'<port name="{name}" depth="{depth or 0}"/>'


def processor(
    name: str,
    inputs: str = "",
    outputs: str = "o",
    iterate: str | None = None,
    activity: str = ACTIVITY,
    layers: str = "",
) -> str:
    """A processor; without ``iterate`` its inputs meet in a cross product."""
    if iterate is None:
        iterate = f"X({','.join(':'.join(word.split(':')[:2]) for word in inputs.split())})"
    return f"""<processor><name>{name}</name>
<inputPorts>{ports(inputs)}</inputPorts><outputPorts>{ports(outputs)}</outputPorts>
<activities>{activity}</activities><dispatchStack>{layers}</dispatchStack>
<iterationStrategyStack><iteration><strategy>{strategy(iterate)}</strategy></iteration>
</iterationStrategyStack></processor>
"""


def layer(name: str, bean: str = "", fields: str = "") -> str:
    config = f'<{LAYERS}.{bean} xmlns="">{fields}</{LAYERS}.{bean}>' if bean else "<null/>"
    return f"""<dispatchLayer><class>{LAYERS}.{name}</class>
<configBean encoding="xstream">{config}</configBean></dispatchLayer>"""


def link(words: str) -> str:
    """``"P.o -> Q.a"``, ``"in -> out"``; ``=>`` merges."""
    source, arrow, sink = words.split()
    kind = "merge" if arrow == "=>" else None
    return f"<datalink>{_end('sink', sink, kind)}{_end('source', source)}</datalink>\n"


def _end(tag: str, word: str, kind: str | None = None) -> str:
    step, _, port = word.rpartition(".")
    kind = kind or ("processor" if step else "dataflow")
    inside = f"<processor>{step}</processor>" if step else ""
    return f'<{tag} type="{kind}">{inside}<port>{port}</port></{tag}>'


def dataflow(
    inputs: str = "",
    outputs: str = "",
    processors: Sequence[str] = (),
    links: Sequence[str] = (),
    controls: Sequence[str] = (),
    *,
    name: str = "W",
    role: str = "top",
    id: str = "top-id",
    annotations: str = "",
) -> str:
    """``controls``: ``"A B"`` for B waits for A."""
    conditions = "".join(
        '<condition control="{}" target="{}"/>'.format(*words.split()) for words in controls
    )
    return f"""<dataflow id="{id}" role="{role}"><name>{name}</name>
<inputPorts>{ports(inputs)}</inputPorts><outputPorts>{ports(outputs)}</outputPorts>
<processors>{"".join(processors)}</processors><conditions>{conditions}</conditions>
<datalinks>{"".join(map(link, links))}</datalinks>{annotations}</dataflow>
"""


def document(*dataflows: str) -> bytes:
    return (
        f'<workflow xmlns="{NS}" version="1" producedBy="taverna-2.4.0">'
        f"{''.join(dataflows)}</workflow>"
    ).encode()


def annotation(kind: str, text: str, date: str = "2012-03-01 10:15:00.123 UTC") -> str:
    payload = "content" if kind == "SemanticAnnotation" else "text"
    chain = "annotation_chain_2_2" if payload == "content" else "annotation_chain"
    return dedent(f"""
        <{chain} encoding="xstream"><net.sf.taverna.t2.annotation.AnnotationChainImpl xmlns="">
        <annotationAssertions><net.sf.taverna.t2.annotation.AnnotationAssertionImpl>
        <annotationBean class="net.sf.taverna.t2.annotation.annotationbeans.{kind}">
        <{payload}>{text}</{payload}></annotationBean><date>{date}</date><creators/>
        </net.sf.taverna.t2.annotation.AnnotationAssertionImpl></annotationAssertions>
        </net.sf.taverna.t2.annotation.AnnotationChainImpl></{chain}>""")

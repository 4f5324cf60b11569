"""Activities as the document describes them: kind, maps, configuration, declared ports.

What the fields of a configuration mean is for ``engines/taverna/activities``;
here they become beans. Ports are read where the configuration lists them
(beanshell and its relatives, splitters, R, interaction, external tool).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from taverna_server.workflow.elements import Findings, child, children, required
from taverna_server.workflow.model import Activity, ActivityPort, Bean
from taverna_server.workflow.xstream import read_bean, read_verbatim

BYTES = "[B"
"""Java's name of an array of bytes, as ``translatedElementType``."""


def kind_of(class_name: str) -> str:
    """``net.sf.taverna.t2.activities.beanshell.BeanshellActivity`` is a ``beanshell``."""
    return class_name.rpartition(".")[2].removesuffix("Activity").lower()


def read_activity(element: etree._Element, findings: Findings) -> Activity:
    """One ``<activity>``, of a processor or of a loop's condition."""
    nested, config = _configuration(child(element, "configBean"), findings)
    return make_activity(
        required(element, "class", findings),
        _map(child(element, "inputMap"), findings),
        _map(child(element, "outputMap"), findings),
        config,
        nested,
    )


def make_activity(
    class_name: str,
    input_map: Mapping[str, str],
    output_map: Mapping[str, str],
    config: Bean | None,
    nested: str | None = None,
) -> Activity:
    """An activity with the ports that its configuration declares."""
    return Activity(
        kind_of(class_name) if nested is None else "dataflow",
        class_name,
        input_map,
        output_map,
        config,
        nested,
        tuple(_input_ports(config)),
        tuple(_output_ports(config)),
    )


def _configuration(
    element: etree._Element | None, findings: Findings
) -> tuple[str | None, Bean | None]:
    """The id of the nested dataflow, or the configuration."""
    content = next(children(element), None)
    if element is None or content is None:
        return None, None
    encoding = element.get("encoding", "xstream")
    if encoding == "dataflow":
        if "ref" not in content.attrib:
            findings.add(content, "a nested workflow without 'ref'")
        return str(content.get("ref", "")), None
    return None, read_configuration(element, findings)


def read_configuration(element: etree._Element | None, findings: Findings) -> Bean | None:
    """The bean in a ``<configBean>``; None where there is none or it is ``<null/>``."""
    content = next(children(element), None)
    if element is None or content is None:
        return None
    encoding = element.get("encoding", "xstream")
    if encoding == "jdomxml":
        return read_verbatim(content)
    if encoding != "xstream":
        findings.add(element, f"a configuration in the unknown encoding '{encoding}'")
        return None
    bean = read_bean(content, findings)
    return None if bean.tag == "null" else bean


def _map(element: etree._Element | None, findings: Findings) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for entry in children(element, "map"):
        if "from" not in entry.attrib or "to" not in entry.attrib:
            findings.add(entry, "<map> needs 'from' and 'to'")
        else:
            pairs[str(entry.attrib["from"])] = str(entry.attrib["to"])
    return pairs


def _input_ports(config: Bean | None) -> Iterator[ActivityPort]:
    if config is None:
        return
    for bean in _definitions(config, "inputs"):
        yield _port(bean, binary=bean.text_of("translatedElementType").strip() == BYTES)
    tool = config.find("useCaseDescription")
    if tool is not None:
        yield from _tool_inputs(tool)


def _output_ports(config: Bean | None) -> Iterator[ActivityPort]:
    if config is None:
        return
    yield from map(_port, _definitions(config, "outputs"))
    tool = config.find("useCaseDescription")
    if tool is not None:
        yield from _tool_outputs(tool)


def _definitions(config: Bean, which: str) -> Iterator[Bean]:
    for ports in config.all(which):
        yield from (bean for bean in ports.children if bean.tag.endswith("PortDefinitionBean"))


def _port(bean: Bean, binary: bool = False) -> ActivityPort:
    """Depths that are not numbers count as 0: the processor's own ports decide."""
    depth = bean.text_of("depth").strip()
    return ActivityPort(
        bean.text_of("name"), int(depth) if depth.isascii() and depth.isdigit() else 0, binary
    )


def _tool_inputs(tool: Bean) -> Iterator[ActivityPort]:
    for name, script_input in _entries(tool, "inputs"):
        yield ActivityPort(
            name, int(_true(script_input, "list")), binary=_true(script_input, "binary")
        )
    if _true(tool, "includeStdIn"):
        yield ActivityPort("STDIN", binary=True)


def _tool_outputs(tool: Bean) -> Iterator[ActivityPort]:
    for name, script_output in _entries(tool, "outputs"):
        yield ActivityPort(name, binary=_true(script_output, "binary"))
    for stream, flag in (("STDOUT", "includeStdOut"), ("STDERR", "includeStdErr")):
        if _true(tool, flag, default="true"):
            yield ActivityPort(stream, binary=True)


def _entries(tool: Bean, which: str) -> Iterator[tuple[str, Bean]]:
    """Keys and values of a map bean."""
    for entry in tool.all(which, "entry"):
        if len(entry.children) == 2:
            yield entry.children[0].text, entry.children[1]


def _true(bean: Bean, flag: str, default: str = "false") -> bool:
    return bean.text_of(flag, default).strip() == "true"

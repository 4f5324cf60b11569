"""What the configuration of an external tool says (activities.md 10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from taverna_server.errors import MalformedDocument
from taverna_server.etree import local_name, parse_text
from taverna_server.workflow.model import Bean

LOCAL = "789663B8-DA91-428A-9F7D-B3F3DA185FD4"
"""The mechanism type of this machine."""
_SSH_PORT, _SSH_DIRECTORY = 22, "/tmp"  # noqa: S108  (on the other machine)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a value is put: in a file, a temporary file, or (neither) into the command."""

    tag: str
    file: bool
    temporary: bool
    binary: bool
    charset: str

    @property
    def replaces(self) -> bool:
        return not (self.file or self.temporary)


@dataclass(frozen=True, slots=True)
class ToolInput:
    """An input port."""

    port: str
    placement: Placement
    force_copy: bool = False
    is_list: bool = False
    concatenate: bool = False


@dataclass(frozen=True, slots=True)
class StaticInput:
    """A text that belongs to the tool, or the address of one."""

    placement: Placement
    content: str
    url: str


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """An output port, and the file it is read from."""

    port: str
    path: str
    binary: bool


@dataclass(frozen=True, slots=True)
class SshNode:
    """A machine to run the tool on."""

    host: str
    port: int
    directory: str


@dataclass(frozen=True, slots=True)
class Tool:
    """The command and what surrounds it."""

    command: str
    inputs: tuple[ToolInput, ...]
    static_inputs: tuple[StaticInput, ...]
    outputs: tuple[ToolOutput, ...]
    takes_stdin: bool
    gives_stdout: bool
    gives_stderr: bool
    valid_codes: frozenset[int]
    mechanism: str
    """``local``, ``ssh``, another one's name, or empty."""
    shell_prefix: tuple[str, ...]
    """Words before the command, which then is one argument; empty: no shell."""
    nodes: tuple[SshNode, ...] = ()
    """Where to run it by ssh; the first that answers."""


def read_tool(config: Bean) -> Tool:
    """The tool of a configuration. What it leaves out has the default of the workbench."""
    description = config.find("useCaseDescription") or Bean("useCaseDescription")
    mechanism, prefix, nodes = _mechanism(config)
    return Tool(
        description.text_of("command"),
        tuple(_input(port, bean) for port, bean in _entries(description, "inputs")),
        tuple(map(_static, _children(description, "static_inputs"))),
        tuple(_output(port, bean) for port, bean in _entries(description, "outputs")),
        _true(description, "includeStdIn"),
        _true(description, "includeStdOut", "true"),
        _true(description, "includeStdErr", "true"),
        frozenset(_codes(description)) or frozenset({0}),
        mechanism,
        prefix,
        nodes,
    )


def _mechanism(config: Bean) -> tuple[str, tuple[str, ...], tuple[SshNode, ...]]:
    """Kind of mechanism, shell prefix and machines; groups carry the same fields inside."""
    holder = next((bean for bean in _walk(config) if bean.find("mechanismXML")), config)
    try:
        root = parse_text(holder.text_of("mechanismXML"))
    except MalformedDocument:
        return "", (), ()
    kind = local_name(root).removesuffix("Invocation")
    prefix = _child(root, "shellPrefix")
    nodes = (_node(node) for node in root if local_name(node) == "sshNode")
    return kind, tuple(prefix.split()), tuple(node for node in nodes if node.host)


def _node(element: etree._Element) -> SshNode:
    port = _child(element, "port")
    return SshNode(
        _child(element, "host"),
        int(port) if port.isdecimal() else _SSH_PORT,
        _child(element, "directory") or _SSH_DIRECTORY,
    )


def _child(element: etree._Element, name: str) -> str:
    found = (child.text or "" for child in element if local_name(child) == name)
    return next(found, "").strip()


def _walk(bean: Bean) -> Iterator[Bean]:
    yield bean
    for child in bean.children:
        yield from _walk(child)


def _input(port: str, bean: Bean) -> ToolInput:
    return ToolInput(
        port,
        _placement(bean),
        _true(bean, "forceCopy"),
        _true(bean, "list"),
        _true(bean, "concatenate"),
    )


def _static(bean: Bean) -> StaticInput:
    return StaticInput(_placement(bean), bean.text_of("content"), bean.text_of("url").strip())


def _output(port: str, bean: Bean) -> ToolOutput:
    return ToolOutput(port, bean.text_of("path"), _true(bean, "binary"))


def _placement(bean: Bean) -> Placement:
    return Placement(
        bean.text_of("tag"),
        _true(bean, "file"),
        _true(bean, "tempFile"),
        _true(bean, "binary"),
        bean.text_of("charsetName").strip() or "utf-8",
    )


def _entries(description: Bean, name: str) -> Iterator[tuple[str, Bean]]:
    """Keys and values of a map."""
    for entry in description.all(name, "entry"):
        if len(entry.children) == 2:
            yield entry.children[0].text, entry.children[1]


def _children(description: Bean, name: str) -> tuple[Bean, ...]:
    found = description.find(name)
    return found.children if found else ()


def _codes(description: Bean) -> Iterator[int]:
    for code in description.all("validReturnCodes", "int"):
        yield int(code.text)


def _true(bean: Bean, flag: str, default: str = "false") -> bool:
    return bean.text_of(flag, default).strip() == "true"

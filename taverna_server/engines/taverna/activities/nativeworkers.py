"""The frequent local workers without a JVM.

A local worker is a script in the workflow document, and people change it, so a
worker is recognised by what is in the script, not by its name: a checksum of
the script without its layout, and the ports it was written for. What a native
worker does is what the script does; whenever that is not certain (a port that
is not connected, a pattern of another dialect, an error to be worded as Java
words it) it declines, and the script is executed after all. Tests compare both
over all invocations recorded in the corpus.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from taverna_server.data.values import FileValue, ListValue, Value
from taverna_server.engines.taverna.activities import javaregex
from taverna_server.engines.taverna.activities.base import Inputs
from taverna_server.engines.taverna.activities.scriptvalues import as_bytes, as_text
from taverna_server.workflow.model import Activity, ActivityPort

Arguments: TypeAlias = dict[str, Value]
_SPACE_OR_STRING = re.compile(r'("(?:[^"\\]|\\.)*")|\s+')
_COUNT = re.compile(r"[0-9]{1,4}")


class Declined(Exception):
    """Not certain: the script itself must say."""


@dataclass(frozen=True, slots=True)
class NativeWorker:
    """A worker with the ports its script was written for."""

    inputs: tuple[ActivityPort, ...]
    output: ActivityPort
    required: frozenset[str]
    work: Callable[[Arguments], Value]

    def __call__(self, inputs: Inputs) -> dict[str, Value]:
        """Raises Declined."""
        if not self.required <= inputs.keys():
            raise Declined
        rendered = {
            port.name: _rendered(inputs[port.name], port)
            for port in self.inputs
            if port.name in inputs
        }
        try:
            return {self.output.name: self.work(rendered)}
        except javaregex.NotPortable as error:
            raise Declined from error


def native_worker(activity: Activity, script: str) -> NativeWorker | None:
    """The native form of a script with these ports, if it has one."""
    worker = _WORKERS.get(fingerprint(script))
    if worker is None or set(activity.inputs) != set(worker.inputs):
        return None
    outputs = {(port.name, port.depth) for port in activity.outputs}
    return worker if outputs == {(worker.output.name, worker.output.depth)} else None


def named_worker(activity: Activity) -> NativeWorker | None:
    """The native form of a local worker that came without a script (Taverna 1)."""
    name = activity.config.text_of("localworkerName") if activity.config else ""
    for checksum in _BY_NAME.get(name, ()):
        if set(activity.inputs) == set(_WORKERS[checksum].inputs):
            return _WORKERS[checksum]
    return None


def fingerprint(script: str) -> str:
    """A checksum that does not see white space, except in strings."""
    compact = _SPACE_OR_STRING.sub(lambda found: found.group(1) or "", script)
    return hashlib.sha256(compact.encode("utf-8", "replace")).hexdigest()


def _rendered(value: Value, port: ActivityPort) -> Value:
    """As the script would see it; a text in a file is left to the JVM, which reads it there."""
    if isinstance(value, ListValue):
        wanted = bytes if port.binary else str
        if set(map(type, value.items)) <= {wanted}:
            return value
        return ListValue(tuple(_rendered(item, port) for item in value.items), value.depth)
    if isinstance(value, FileValue):
        if port.binary:
            return FileValue(value.path)
        raise Declined
    single: Value = as_bytes(value) if port.binary else as_text(value)
    return single


def _merge(given: Arguments) -> Value:
    return _text(given, "seperator", "\n").join(_texts(given["stringlist"]))


def _split(given: Arguments) -> Value:
    text = _text(given, "string")
    return _list(javaregex.split(text, _text(given, "regex", ",")) if text else ())


def _concatenate(given: Arguments) -> Value:
    return _text(given, "string1") + _text(given, "string2")


def _strip_duplicates(given: Arguments) -> Value:
    return _list(dict.fromkeys(_texts(given["stringlist"])))


def _flatten(levels: int) -> Callable[[Arguments], Value]:
    def flat(items: tuple[Value, ...], levels: int) -> Iterable[Value]:
        if levels == 0:
            return items
        return chain.from_iterable(
            flat(item.items, levels - 1) if isinstance(item, ListValue) else (item,)
            for item in items
        )

    return lambda given: _list(flat(_items(given["inputlist"]), levels))


def _echo(given: Arguments) -> Value:
    return given["inputlist"]


def _lots(given: Arguments) -> Value:
    return _list(f"String{number}" for number in range(40))


def _matching_group(given: Arguments) -> Value:
    pattern = javaregex.translate(_text(given, "regex"))
    group = _text(given, "group")
    if not _COUNT.fullmatch(group) or int(group) > pattern.groups:
        raise Declined
    found = filter(None, map(pattern.search, _texts(given["stringlist"])))
    groups = [match.group(int(group)) for match in found]
    if None in groups:
        raise Declined
    return _list(groups)


def _matching(given: Arguments) -> Value:
    matches = javaregex.translate(_text(given, "regex")).fullmatch
    return _list(text for text in _texts(given["stringlist"]) if matches(text))


def _text(given: Arguments, name: str, default: str = "") -> str:
    return str(given.get(name, default))


def _items(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, ListValue) else ()


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(map(str, _items(value)))


def _list(items: Iterable[Value]) -> ListValue:
    return ListValue(tuple(items), 1)


def _worker(
    inputs: str, output: str, work: Callable[[Arguments], Value], optional: str = ""
) -> NativeWorker:
    """Ports as ``name:depth``, with ``*`` before the name of one that wants bytes."""
    ports = tuple(map(_port, inputs.split()))
    required = frozenset(port.name for port in ports) - {optional}
    return NativeWorker(ports, _port(output), required, work)


def _port(text: str) -> ActivityPort:
    name, _, depth = text.partition(":")
    return ActivityPort(name.removeprefix("*"), int(depth or 0), name.startswith("*"))


_WORKERS = {
    "b52c9616cab6c577db215e5eca1460be382120470cf46dfd001ad713f4bf3478": _worker(
        "stringlist:1 seperator", "concatenated", _merge, optional="seperator"
    ),
    "a7b4cd534b8b2f20b6996e501ff672a992f5c19c76c94735403744e5737424b8": _worker(
        "string regex", "split:1", _split, optional="regex"
    ),
    "427ac52d3c024c844f4cd0826a5caceb913f98d0d6f045f586feeb59b9db205d": _worker(
        "string1 string2", "output", _concatenate
    ),
    "7696a55e33fda8c38e62f4ce85c2facd9ece55d9a843f85bff4d90d32b79325f": _worker(
        "stringlist:1", "strippedlist:1", _strip_duplicates
    ),
    "94a63ad2a7d79a9b7db09ffaa1061f3ac9f4f14f5711a1188e37ffefd4cc9141": _worker(
        "*inputlist:2", "outputlist:1", _flatten(1)
    ),
    "b407feae55e611b596aa0ef19470df3c147919a39311787c43408a318dce6843": _worker(
        "*inputlist:3", "outputlist:1", _flatten(2)
    ),
    "f47e31c404d06cffc592904817a34ead3765b697d9f17ba43e034c53f70aeff4": _worker(
        "*inputlist:1", "outputlist:1", _echo
    ),
    "02ffc9e3b1b8a4303042f7b41ae34184d4c11dd5675045411da7327171c56d7d": _worker(
        "", "strings:1", _lots
    ),
    "17ee5093122002681e811918e0c7e761f0c623b3e9a4645ef0b6dc02882b69d7": _worker(
        "stringlist:1 regex group", "filteredlist:1", _matching_group
    ),
    "198e7ce36fdb6f11423f7239ff73a4ae9d864723bdf8c58e7c82298aa31a343d": _worker(
        "stringlist:1 regex", "filteredlist:1", _matching
    ),
}
"""By the fingerprint of the script."""

_JAVA = "org.embl.ebi.escience.scuflworkers.java."
_BY_NAME = {
    _JAVA + "StringListMerge": (
        "b52c9616cab6c577db215e5eca1460be382120470cf46dfd001ad713f4bf3478",
    ),
    _JAVA + "SplitByRegex": ("a7b4cd534b8b2f20b6996e501ff672a992f5c19c76c94735403744e5737424b8",),
    _JAVA + "StringConcat": ("427ac52d3c024c844f4cd0826a5caceb913f98d0d6f045f586feeb59b9db205d",),
    _JAVA + "StringStripDuplicates": (
        "7696a55e33fda8c38e62f4ce85c2facd9ece55d9a843f85bff4d90d32b79325f",
    ),
    _JAVA + "FlattenList": (
        "94a63ad2a7d79a9b7db09ffaa1061f3ac9f4f14f5711a1188e37ffefd4cc9141",
        "b407feae55e611b596aa0ef19470df3c147919a39311787c43408a318dce6843",
    ),
    _JAVA + "EchoList": ("f47e31c404d06cffc592904817a34ead3765b697d9f17ba43e034c53f70aeff4",),
    _JAVA + "EmitLotsOfStrings": (
        "02ffc9e3b1b8a4303042f7b41ae34184d4c11dd5675045411da7327171c56d7d",
    ),
    _JAVA + "RegularExpressionStringList": (
        "17ee5093122002681e811918e0c7e761f0c623b3e9a4645ef0b6dc02882b69d7",
    ),
    _JAVA + "FilterStringList": (
        "198e7ce36fdb6f11423f7239ff73a4ae9d864723bdf8c58e7c82298aa31a343d",
    ),
}
"""Fingerprints by the Java class that Taverna 1 had for the same."""

"""``reana.yaml`` from strangers, read within bounds.

YAML says much in few words: a node may stand for thousands of others (aliases), keys
may be merged from other places, and a text may become a time or bytes. Here the events
of the document are counted before anything is built of them, what is built is measured
as if every alias were written out, and it must be what JSON can say. Merge keys are
refused: they multiply while they are read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import yaml

from taverna_server.errors import MalformedDocument

MOST_BYTES = 1 << 20
MOST_EVENTS = 100_000
DEEPEST = 60
MOST_EXPANDED = 4 << 20
"""Characters and nodes, with every alias written out."""
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_MERGE = "tag:yaml.org,2002:merge"
_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_Fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Fast):  # type: ignore[misc, valid-type]  # no types
    """Times stay texts, as JSON has them; ``<<`` is a key like others and refused below."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in known if tag not in (_TIMESTAMP, _MERGE)]
        for first, known in _Fast.yaml_implicit_resolvers.items()
    }

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Called for every mapping; an explicit tag could still ask for a merge."""
        if any(key.tag == _MERGE or key.value == "<<" for key, _ in node.value):
            raise yaml.YAMLError("merge keys (<<) are not taken")


def read_yaml(content: bytes) -> Any:
    """The one document in YAML or JSON, as JSON has it.

    Raises:
        MalformedDocument: it cannot be read, is too large, or JSON cannot say it.
    """
    if len(content) > MOST_BYTES:
        raise MalformedDocument(f"the YAML document has more than {MOST_BYTES:,} bytes")
    try:
        _count_events(content)
        found = yaml.load(content, Loader=_Loader)  # noqa: S506  (a safe loader, see above)
        _measure(found)
        return json.loads(json.dumps(found, allow_nan=False, ensure_ascii=False).encode())
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise MalformedDocument(f"the YAML cannot be read{line}: {error.problem}") from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        why = str(error).partition("\n")[0][:200]
        raise MalformedDocument(f"the YAML cannot be read: {why}") from error


def _count_events(content: bytes) -> None:
    depth = 0
    for number, event in enumerate(yaml.parse(content, Loader=_Loader)):
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if number > MOST_EVENTS or depth > DEEPEST:
            raise MalformedDocument("the YAML document is too large or nested too deep")


def _measure(found: Any) -> None:
    left, waiting = MOST_EXPANDED, [iter((found,))]
    while waiting:
        item = next(waiting[-1], _END)
        if item is _END:
            waiting.pop()
            continue
        left -= 1 + (len(item) if isinstance(item, str | bytes) else 0)
        if left < 0 or len(waiting) > DEEPEST * 2:
            raise MalformedDocument("the YAML document is too large with its aliases written out")
        if isinstance(item, dict | list | tuple):
            waiting.append(_inside(item))


_END = object()


def _inside(item: Any) -> Iterator[Any]:
    if isinstance(item, dict):
        for key, value in item.items():
            yield key
            yield value
    else:
        yield from item

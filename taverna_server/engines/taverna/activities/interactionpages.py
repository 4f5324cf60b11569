"""The pages that ask: one around each question, and those of the built-in templates.

The page around (``frame.html``) holds the question in an iframe and carries the
answer to the server; the two speak through ``pmrpc.js``. Everything a page needs
stands in it, so that it works in the sandbox that the server puts it into.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

PAGES = Path(__file__).parent / "pages"
FIXED = ("pmrpc.js", "interaction.css")
"""Files that every run with interactions has."""

Data = Mapping[str, object]
"""Inputs by port, as they are in the JSON: texts and lists of them."""


@dataclass(frozen=True, slots=True)
class Template:
    """One of the questions that come with Taverna."""

    inputs: tuple[tuple[str, int], ...]
    """Names and depths."""
    fields: Callable[[Data], str]
    """What is between message and buttons."""
    buttons: tuple[str, ...] = ("Submit", "Cancel")
    answers: bool = True


def _ask(_data: Data) -> str:
    return '<textarea name="answer" rows="4" aria-label="answer"></textarea>'


def _choose(data: Data) -> str:
    return "".join(
        f'<label><input type="radio" name="answer" value="{_text(value)}" required> '
        f"{_text(value)}</label>"
        for value in _list(data, "selectionValues")
    )


def _select(data: Data) -> str:
    values = map(_text, _list(data, "valueList"))
    options = "".join(f'<option value="{value}">{value}</option>' for value in values)
    return f'<select name="answer" aria-label="answer">{options}</select>'


def _confirm(_data: Data) -> str:
    return '<input type="hidden" name="answer" value="answer">'


def _nothing(_data: Data) -> str:
    return ""


_WORDS = (("message", 0), ("title", 0))
TEMPLATES = {
    "ask": Template(_WORDS, _ask),
    "choose": Template((("selectionValues", 1), *_WORDS), _choose),
    "select": Template((("valueList", 1), *_WORDS), _select),
    "tell": Template(_WORDS, _confirm, ("OK", "Cancel")),
    "warn": Template(_WORDS, _confirm, ("OK", "Cancel")),
    "notify": Template(_WORDS, _nothing, (), answers=False),
}


def presentation_page(template: Template, data: Data) -> str:
    """The question itself."""
    return _page("presentation.html").format(
        css=_page("interaction.css"),
        pmrpc=_page("pmrpc.js"),
        title=_text(data.get("title", "")),
        message=_text(data.get("message", "")),
        fields=template.fields(data),
        buttons="".join(map(_button, template.buttons)),
    )


def frame_page(id: str, run_id: str, presentation: str, notification: bool) -> str:
    """The page around the question at ``presentation``, an address."""
    about = {"id": id, "run": run_id, "presentation": presentation, "notification": notification}
    return _page("frame.html").format(
        css=_page("interaction.css"),
        pmrpc=_page("pmrpc.js"),
        interaction=json.dumps(about).replace("<", "\\u003c"),
    )


def _button(word: str) -> str:
    if word == "Cancel":
        return '<button type="button" id="cancel">Cancel</button>'
    return f"<button>{word}</button>"


def _list(data: Data, port: str) -> list[object]:
    found = data.get(port, [])
    return found if isinstance(found, list) else [found]


def _text(value: object) -> str:
    return escape(str(value))


@cache
def _page(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")

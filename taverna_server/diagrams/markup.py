"""Elements of a drawing as text, escaped by their type.

``Markup`` is text that is already safe; everything else is escaped when it
meets it. What XML cannot hold (control characters, halves of surrogate pairs)
becomes U+FFFD, so that no name, however hostile, breaks a document.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def tag(name: str, *content: str, **attributes: object) -> Markup:
    """An element; ``data_x`` and ``class_`` are the attributes data-x and class.

    Attributes that are None are left out; numbers are written short.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(escape(part if isinstance(part, Markup) else clean(part)) for part in content)
    return Markup(f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>")  # noqa: S704


def _value(value: object) -> str:
    if isinstance(value, float):
        return number(value)
    return str(escape(clean(str(value))))


def number(value: float) -> str:
    """To a tenth of a pixel, without a tail of zeros."""
    return f"{value:.1f}".removesuffix(".0")

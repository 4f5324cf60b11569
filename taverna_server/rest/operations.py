"""What a view reads and answers, declared once, beside the view.

The same declaration chooses the media type of the answer, refuses bodies the
resource does not read, and is published as WADL and OpenAPI. A form is a media
type, or a class of documents, which stands for its XML and its JSON::

    @blueprint.put("/input/<port>")
    @reads(RunInput)
    @offers(RunInput)
    def put_input(run_id: str, port: str) -> Response: ...

``offers`` chooses before the view acts, so a request whose answer the client
would refuse changes nothing. A document that is not declared is neither read
nor written: that is a defect of ours, and an error.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import g, request

from taverna_server.representations import OFFERED
from taverna_server.representations.binding import Document
from taverna_server.serving.negotiation import choose

Form = str | type[Document]
View = TypeVar("View", bound=Callable[..., Any])

ANYTHING = "*/*"
"""Content that is the client's own."""


@dataclass(frozen=True, slots=True)
class Operation:
    """The declaration of one view."""

    reads: tuple[Form, ...] = ()
    offers: tuple[Form, ...] = ()
    """Best first."""
    statuses: tuple[int, ...] = (200,)
    """When all goes well."""
    negotiates: bool = False
    """Whether the media type is chosen before the view acts."""

    @property
    def readable(self) -> tuple[str, ...]:
        """The media types of its bodies."""
        return media_types(self.reads)

    @property
    def offered(self) -> tuple[str, ...]:
        """The media types of its answers, best first."""
        return media_types(self.offers)


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """What was declared for a view; None for one without a declaration."""
    found: Operation | None = getattr(view, "operation", None)
    return found


def reads(*forms: Form) -> Callable[[View], View]:
    """What the bodies may be."""
    return _declaring(lambda given: replace(given, reads=forms))


def offers(*forms: Form) -> Callable[[View], View]:
    """What the answers are, best first; ``chosen`` is the client's choice."""
    return _declaring(lambda given: replace(given, offers=forms, negotiates=True))


def answers_with(*forms: Form) -> Callable[[View], View]:
    """What the answers are, where only the view can tell which of them it has."""
    return _declaring(lambda given: replace(given, offers=forms))


def answers(*statuses: int) -> Callable[[View], View]:
    """The statuses of success, where they are not just 200."""
    return _declaring(lambda given: replace(given, statuses=statuses))


def current() -> Operation:
    """The declaration of the view that is acting."""
    found: Operation = g.get("operation") or Operation()
    return found


def chosen() -> str:
    """The media type that the client likes best of those the view offers."""
    media_type: str = g.chosen
    return media_type


def check_declared(schema: type[Document], forms: Sequence[Form]) -> None:
    """Raises LookupError for a document that is not among the declared ones."""
    if schema not in forms and any(isinstance(form, type) for form in forms):
        raise LookupError(f"{schema.__name__} is not declared for {request.endpoint}")


def media_types(forms: Sequence[Form]) -> tuple[str, ...]:
    """Those that the forms stand for, each once."""
    return tuple(dict.fromkeys(_media_types(forms)))


def _media_types(forms: Sequence[Form]) -> Iterator[str]:
    for form in forms:
        yield from (form,) if isinstance(form, str) else OFFERED


def _declaring(change: Callable[[Operation], Operation]) -> Callable[[View], View]:
    """A decorator that adds to what is declared for a view."""

    def decorate(view: View) -> View:
        operation = change(operation_of(view) or Operation())
        undeclared = getattr(view, "undeclared", view)

        @functools.wraps(undeclared)
        def acting(*args: Any, **kwargs: Any) -> Any:
            g.operation = operation
            if operation.negotiates:
                g.chosen = choose(operation.offered, request.headers.get("Accept"))
            return undeclared(*args, **kwargs)

        vars(acting).update(operation=operation, undeclared=undeclared)
        return acting  # type: ignore[return-value]

    return decorate

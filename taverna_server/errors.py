"""Every exception of the package.

::

    TavernaServerError
    ├── ClientMistake               the caller can put it right
    │   ├── BadRequest              what was sent cannot be understood
    │   │   ├── MalformedDocument   XML or JSON that cannot be read
    │   │   ├── BadStateChange      not from this state
    │   │   └── InvalidCredential   a key, certificate or login that cannot be used
    │   ├── Conflict                not now, as things stand
    │   ├── NotAuthenticated        who are you?
    │   ├── NotPermitted            known, and not allowed
    │   │   ├── StaleForm           from an earlier session of the browser
    │   │   ├── BadPath             a file name or place that is not allowed
    │   │   └── NotFetched          a web address that does not give what lies there
    │   ├── Unknown                 no such thing, or invisible to the caller
    │   │   ├── UnknownRun  UnknownPort  UnknownEntry  UnknownUser  UnknownWorkflow
    │   │   └── UnknownCredential  UnknownEvent
    │   ├── Invalid                 fields that cannot be as they are; says which and why
    │   ├── Gone                    it was there, and is over
    │   ├── TooLarge                longer than this resource takes
    │   ├── TooManyAttempts         wait before the next try
    │   ├── BadUriList              a list of URIs that names nothing to fetch
    │   └── NotAcceptable  UnsupportedMedia  RangeNotSatisfiable
    ├── TryLater                    right, but not now
    │   ├── TooManyRuns  TooManyOperating  RunnerUnavailable
    │   └── CreationOff             the administrator wants no such runs
    ├── WorkflowInvalid             a workflow that cannot run; carries all its problems
    ├── StepRefused                 a step that cannot run where it asks to
    ├── NotDelivered                a message did not reach its address
    ├── PrivateAddress              of a private network, and not meant to be reached
    ├── RunRefused                  the engine did not start and never will
    └── ConfigurationError          whoever runs the server can put it right

Text of ``ClientMistake``, ``TryLater`` and ``WorkflowInvalid`` may leave the
server; nothing else may. Only ``serving/errors.py`` and its sisters in the other
faces know HTTP statuses.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence


class TavernaServerError(Exception):
    """The root: ``except TavernaServerError`` catches what we raise on purpose."""


class ClientMistake(TavernaServerError):
    """The caller's fault; the same request will fail again."""


class BadRequest(ClientMistake):
    """What was sent cannot be understood or is not allowed to have this value."""


class MalformedDocument(BadRequest):
    """A body that cannot be read as what its media type says it is."""


class BadStateChange(BadRequest):
    """The run is not in a state that allows this."""


class InvalidCredential(BadRequest):
    """A login, key or certificate that cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"that credential is invalid: {reason}")
        self.reason = reason


class Conflict(ClientMistake):
    """What is asked for does not go together with how things are now."""


class NotAuthenticated(ClientMistake):
    """No credentials, or wrong ones."""


class NotPermitted(ClientMistake):
    """The caller may see the thing but not do this to it."""


class StaleForm(NotPermitted):
    """A form of our own page that is from another session, or from none."""

    def __init__(self) -> None:
        super().__init__(
            "this did not come from a current page of this server: "
            "go back, load the page again and send it once more"
        )


class BadPath(NotPermitted):
    """A name or place in a working directory that is not allowed."""


class NotFetched(NotPermitted):
    """What lies at a web address does not come, or is too much."""


class Unknown(ClientMistake):
    """No such thing, or one that the caller may not see: the two look the same."""


class UnknownRun(Unknown):
    """No run of this id that the caller may read."""

    def __init__(self, run_id: str) -> None:
        super().__init__("unknown run UUID")
        self.run_id = run_id


class UnknownPort(Unknown):
    """The workflow has no port of this name."""

    def __init__(self, name: str, known: Sequence[str], kind: str = "input") -> None:
        super().__init__(
            f"unknown {kind} port name '{name}': the workflow "
            + (f"has the {kind} ports {', '.join(known)}" if known else f"has no {kind} ports")
            + _did_you_mean(name, known)
        )
        self.name = name


class UnknownEntry(Unknown):
    """No file or directory of this name in the working directory."""

    def __init__(self, path: str = "") -> None:
        super().__init__("no such directory entry")
        self.path = path


class UnknownEvent(Unknown):
    """No event of this id in the caller's feed."""


class UnknownUser(Unknown):
    """No account of this name."""


class UnknownCredential(Unknown):
    """No credential or trust of this id."""

    def __init__(self, id: str) -> None:
        super().__init__("no such credential")
        self.id = id


class UnknownWorkflow(Unknown):
    """No workflow of this id in the library."""


class HiddenWorkflow(UnknownWorkflow):
    """There is one, of somebody else; to be told apart only where a protocol demands it."""


class Invalid(ClientMistake):
    """Fields that cannot be as they are; ``fields`` has sentences about each, by its name."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = {name: tuple(texts) for name, texts in fields.items()}
        super().__init__("; ".join(f"{name} {it}" for name in fields for it in fields[name]))


class Gone(ClientMistake):
    """What this is about is over."""


class TooLarge(ClientMistake):
    """A body longer than the resource takes."""


class TooManyAttempts(ClientMistake):
    """Signing in failed so often that the next try has to wait."""

    def __init__(self, seconds: int) -> None:
        minutes = max(1, round(seconds / 60))
        wait = f"{minutes} minutes" if minutes > 1 else "a minute"
        super().__init__(f"Too many failed attempts to sign in. Please wait {wait}.")
        self.seconds = seconds


class BadUriList(ClientMistake):
    """A list of URIs that does not name what is to be fetched."""


class NotAcceptable(ClientMistake):
    """None of the representations offered is one the client accepts."""


class UnsupportedMedia(ClientMistake):
    """A request body of a media type that the resource does not read."""


class RangeNotSatisfiable(ClientMistake):
    """The range asked for lies outside the file."""

    def __init__(self, size: int) -> None:
        super().__init__("Requested range not satisfiable")
        self.size = size


class TryLater(TavernaServerError):
    """The request is right; it may succeed later."""


class TooManyRuns(TryLater):
    """The limit of runs in any state is reached."""


class TooManyOperating(TryLater):
    """The limit of operating runs is reached."""


class RunnerUnavailable(TryLater):
    """The engine did not start; later it may."""


class CreationOff(TryLater):
    """The administrator wants no new runs for now, or none of this workflow."""


class NotDelivered(TavernaServerError):
    """A message did not reach its address; ``for_good`` when another try is no use."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class PrivateAddress(TavernaServerError):
    """An address of a private network, where only public ones are permitted."""


class RunRefused(TavernaServerError):
    """The engine did not start and never will."""


class StepRefused(TavernaServerError):
    """A step of a workflow that cannot run where it asks to: its image is not here."""


class WorkflowInvalid(TavernaServerError):
    """A workflow that cannot run. ``problems`` holds all of them, one sentence each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class ConfigurationError(TavernaServerError):
    """A setting that cannot be used; the message names it."""


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f". Did you mean '{close[0]}'?" if close else ""

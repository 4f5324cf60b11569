"""What an administrator may set while the server runs (protocol dossier 11.2).

Each setting has its name on the wire, a kind, and a value to begin with. Values
that were set are rows and outlive the server. Some of the original's settings
name parts this server does not have (an RMI registry, workers in JAR files):
their values are kept, for those who read them back, and mean nothing. Others say
which commands the server executes: they belong to whoever may log in to the
machine, stay as the configuration has them, and setting them changes nothing.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from taverna_server.config import Config
from taverna_server.errors import BadRequest
from taverna_server.model.policy import Policy
from taverna_server.store import Store

Value = bool | int | str | tuple[str, ...]

PREFIX = "admin."
"""Begins the names of the rows."""
MOST_MINUTES = 100 * 366 * 24 * 60
_RELATIVE_TO = "http://www.myexperiment.org/"
"""What relative addresses of permitted workflows begin with, as ever."""
_FILE_NAME = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,100}")
_WHOLE = re.compile(r"[0-9]{1,9}")


def flag(words: str) -> bool:
    """Everything but ``true`` is false, the empty text too (protocol dossier 2.7)."""
    return words.strip().lower() == "true"


def number(least: int, most: int = 10**9) -> Callable[[str], int]:
    """A reader of whole numbers within bounds. Raises BadRequest."""

    def read(words: str) -> int:
        given = words.strip()
        if not _WHOLE.fullmatch(given) or not least <= int(given) <= most:
            raise BadRequest(f"'{given[:40]}' is not a whole number from {least} to {most}")
        return int(given)

    return read


def line(words: str) -> str:
    """One line of text. Raises BadRequest."""
    given = words.strip()
    if not given.isprintable() or len(given) > 1000:
        raise BadRequest("a value is one line of at most 1000 characters")
    return given


def file_name(words: str) -> str:
    """A plain name; ``none`` and nothing are no file. Raises BadRequest."""
    given = words.strip()
    if given.lower() in ("", "none"):
        return ""
    if not _FILE_NAME.fullmatch(given):
        raise BadRequest("name a file without directories: it lies below 'usage' with the data")
    return given


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting with a scalar value."""

    at_first: Callable[[Config], Value]
    read: Callable[[str], Value]
    help: str
    writable: bool = True
    means_something: bool = True


def _fixed(value: Callable[[Config], Value], help: str) -> Setting:
    return Setting(value, line, help, writable=False)


def _kept(value: Value, help: str, read: Callable[[str], Value] = line) -> Setting:
    return Setting(lambda _: value, read, help, means_something=False)


_PORT, _COUNT = number(0, 65535), number(0)

SETTINGS: Mapping[str, Setting] = {
    "allowNew": Setting(lambda _: True, flag, "New runs may be created."),
    "logWorkflows": Setting(lambda _: False, flag, "Log which workflows are submitted."),
    "logFaults": Setting(lambda _: False, flag, "Log what clients are refused."),
    "usageRecordDumpFile": Setting(lambda _: "", file_name, "File for usage records; or none."),
    "runLimit": Setting(lambda config: config.run_limit, _COUNT, "Runs in any state."),
    "operatingLimit": Setting(lambda config: config.operating_limit, _COUNT, "Operating runs."),
    "defaultLifetime": Setting(
        lambda config: config.default_lifetime, number(1, MOST_MINUTES), "Minutes a run lives."
    ),
    "generateProvenance": Setting(lambda _: False, flag, "New runs want provenance."),
    "javaBinary": _fixed(lambda config: config.java or shutil.which("java") or "", "Java."),
    "executeWorkflowScript": _fixed(
        lambda config: shlex.join(config.engine_command), "The command that executes a run."
    ),
    "registryHost": _kept("localhost", "Host of the RMI registry."),
    "registryPort": _kept(1099, "Port of the RMI registry.", _PORT),
    "registryJar": _kept("", "JAR of the RMI registry."),
    "serverWorkerJar": _kept("", "JAR of workers."),
    "serverForkerJar": _kept("", "JAR that starts workers."),
    "registrationWaitSeconds": _kept(40, "Seconds to wait for a worker.", _COUNT),
    "registrationPollMillis": _kept(1000, "Milliseconds between looks for it.", _COUNT),
    "runasPasswordFile": _kept("", "Password file for sudo."),
}
PERMITTED = "permittedWorkflowURIs"


def values(store: Store, config: Config) -> dict[str, Value]:
    """Every scalar setting as it is in force."""
    given = store.settings(PREFIX)
    return {name: _in_force(name, given, config) for name in SETTINGS}


def policy(store: Store, config: Config) -> Policy:
    """What is in force, for the rooms that heed it."""
    given = store.settings(PREFIX)

    def of(name: str) -> Value:
        return _in_force(name, given, config)

    return Policy(
        run_limit=int(str(of("runLimit"))),
        operating_limit=int(str(of("operatingLimit"))),
        default_lifetime=timedelta(minutes=int(str(of("defaultLifetime")))),
        permitted_workflows=tuple(json.loads(given.get(PERMITTED, "[]"))),
        allow_new=bool(of("allowNew")),
        generate_provenance=bool(of("generateProvenance")),
        log_workflows=bool(of("logWorkflows")),
        log_faults=bool(of("logFaults")),
        usage_file=str(of("usageRecordDumpFile")),
    )


def change(store: Store, config: Config, name: str, words: str) -> Value:
    """Set it, if it can be set, and return what is in force then.

    Raises:
        BadRequest: no such value.
    """
    setting = SETTINGS[name]
    if setting.writable:
        store.set_setting(PREFIX + name, as_text(setting.read(words)))
    return values(store, config)[name]


def permit(store: Store, uris: Sequence[str]) -> tuple[str, ...]:
    """Permit these workflows alone, or all when there are none; those that are no URI are left."""
    absolute = [urljoin(_RELATIVE_TO, uri.strip()) for uri in uris if _is_uri(uri.strip())]
    unique = list(dict.fromkeys(absolute))
    store.set_setting(PREFIX + PERMITTED, json.dumps(unique))
    return tuple(unique)


def as_text(value: Value) -> str:
    """As it stands on the wire."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _in_force(name: str, given: Mapping[str, str], config: Config) -> Value:
    setting = SETTINGS[name]
    if name in given and setting.writable:
        return setting.read(given[name])
    return setting.at_first(config)


def _is_uri(words: str) -> bool:
    try:
        urlsplit(words)
    except ValueError:
        return False
    return bool(words) and words.isprintable() and " " not in words

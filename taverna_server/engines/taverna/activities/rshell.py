"""R scripts on an Rserve (activities.md 14).

Inputs become variables, the script is evaluated inside ``try``, outputs are
variables again. Files go through the session's directory. One script at a time
runs on each server; a session that is to be kept alive is shared by all
activities of the run with the same settings.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from taverna_server.data.credentials import credentials_for
from taverna_server.data.values import (
    ErrorDocument,
    ListValue,
    Single,
    Value,
    make_list,
    read_bytes,
    read_text,
)
from taverna_server.engines.taverna.activities.base import (
    ActivityFailure,
    BoundActivity,
    Inputs,
    Outputs,
    RunContext,
)
from taverna_server.engines.taverna.activities.javatext import double_text
from taverna_server.engines.taverna.activities.rserve import (
    Rserve,
    RserveRefused,
    RserveUnreachable,
    RValue,
    quoted,
)
from taverna_server.model.credentials import USERPASS
from taverna_server.workflow.model import Activity, Bean

PORT = 6311
_SUFFIXES = {"PNG_FILE": ".png", "TEXT_FILE": ".txt"}
_NOT_IN_A_NAME = re.compile(r"\W")
_EMPTY = {"INTEGER": "0", "DOUBLE": "0.0", "STRING": "NA", "BOOL": "false"}
_KINDS = {"BOOL": "logical", "DOUBLE": "double", "INTEGER": "integer", "STRING": "character"}
_TRIED = (
    "{{ .taverna <- try({expression}, silent=TRUE); if (inherits(.taverna, 'try-error')) "
    "c(FALSE, enc2utf8(as.character(.taverna))) else TRUE }}"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the Rserve is."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    keep_alive: bool


class RShell(BoundActivity):
    """Evaluates the script of the configuration."""

    here = True  # one script at a time on each Rserve

    def __init__(self, activity: Activity, context: RunContext) -> None:
        super().__init__(activity, context)
        config = activity.config or Bean("none")
        self._script = config.text_of("script").replace("\r\n", "\n").replace("\r", "\n")
        self._settings = _settings(config, context)
        self._inputs = _types(config, "inputSymanticTypes")
        self._outputs = _types(config, "outputSymanticTypes")
        self._sessions = _sessions(context)

    @classmethod
    def problems(cls, activity: Activity) -> Iterable[str]:
        if not (activity.config or Bean("none")).text_of("script").strip():
            yield "The R script is missing."

    def invoke(self, inputs: Inputs) -> Outputs:
        self.context.check_cancelled()
        try:
            with (
                self._sessions.session(self._settings) as session,
                self.context.cancelled.stopping(session.cut),
            ):
                return self._run(session, inputs)
        except RserveUnreachable as error:
            where = f"{self._settings.host} using port {self._settings.port}"
            raise ActivityFailure(f"Could not establish connection to {where}: {error}") from error
        except RserveRefused as error:
            raise ActivityFailure(f"RShell failed: {error}") from error
        except (OSError, EOFError) as error:
            self.context.check_cancelled()
            raise ActivityFailure(f"RShell failed: {error}") from error

    def close(self) -> None:
        self._sessions.close()

    def _run(self, session: Rserve, inputs: Inputs) -> Outputs:
        for port in self.activity.inputs:
            if port.name not in inputs:
                raise ActivityFailure(
                    f"Input to rserve '{port.name}' was defined but not provided."
                )
            self._assign(session, port.name, inputs[port.name])
        for name, kind in self._outputs.items():
            if kind in _SUFFIXES:
                _evaluate(session, f"{_name(name)} <- {quoted(_file(name, kind))}")
        _evaluate(session, f"eval(parse(text={quoted(self._script)}), globalenv())")
        return {port.name: self._result(session, port.name) for port in self.activity.outputs}

    def _assign(self, session: Rserve, name: str, value: Value) -> None:
        kind = self._inputs.get(name, "STRING")
        if kind in _SUFFIXES:
            file = _file(name, kind)
            session.write_file(file, read_bytes(_single(value)))
            _evaluate(session, f"{_name(name)} <- {quoted(file)}")
            return
        element = kind.removesuffix("_LIST")
        items = value if isinstance(value, ListValue) else [value]
        texts = ", ".join(_literal(read_text(_single(item)), element) for item in items)
        vector = f"c({texts})" if texts else f"{_KINDS.get(element, 'character')}(0)"
        _evaluate(session, f"{_name(name)} <- {vector}")

    def _result(self, session: Rserve, name: str) -> Value:
        kind = self._outputs.get(name, "STRING")
        if kind == "REXP":
            shown = _evaluated(
                session, f"paste(capture.output(print({_name(name)})), collapse='\\n')"
            )
            return "null" if shown is None else _first_text(shown)
        found = _evaluated(session, _name(name))
        if kind in _SUFFIXES:
            content = session.read_file(_first_text(found))
            return content if kind == "PNG_FILE" else content.decode("utf-8", "replace")
        element = kind.removesuffix("_LIST")
        if kind == element:
            return _element(found[0], element) if found else _EMPTY.get(element, "NA")
        return make_list([_element(item, element) for item in found or ()], 1)


class _Sessions:
    """The sessions of one run, one script at a time on each server."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[tuple[str, int], threading.Lock] = {}
        self._kept: dict[Settings, Rserve] = {}

    @contextmanager
    def session(self, settings: Settings) -> Iterator[Rserve]:
        """A session for one script. Raises RserveUnreachable."""
        with self._guard:
            lock = self._locks.setdefault((settings.host, settings.port), threading.Lock())
        with lock:
            session = self._kept.pop(settings, None) or _connect(settings)
            try:
                yield session
            except (OSError, EOFError):
                session.close()
                raise
            except BaseException:
                self._keep(settings, session)
                raise
            self._keep(settings, session)

    def close(self) -> None:
        """End those that were kept."""
        while self._kept:
            self._kept.popitem()[1].close()

    def _keep(self, settings: Settings, session: Rserve) -> None:
        if settings.keep_alive:
            self._kept[settings] = session
        else:
            session.close()


def _sessions(context: RunContext) -> _Sessions:
    found = context.shared.setdefault("rshell", _Sessions())
    assert isinstance(found, _Sessions)  # noqa: S101  (the name is ours)
    return found


def _connect(settings: Settings) -> Rserve:
    return Rserve(settings.host, settings.port, settings.username, settings.password)


def _settings(config: Bean, context: RunContext) -> Settings:
    """Those of the configuration; a login of the run for ``rserve://host:port`` comes first."""
    given = config.find("connectionSettings") or Bean("none")
    host = given.text_of("host").strip() or "localhost"
    port = given.text_of("port").strip()
    number = int(port) if port.isdecimal() and int(port) else PORT
    username, password = given.text_of("username").strip(), given.text_of("password")
    addresses = [f"rserve://{host}:{number}"] + ([f"rserve://{host}"] if number == PORT else [])
    for address in addresses if context.security else ():
        assert context.security is not None  # noqa: S101  (for the type checker)
        for found in credentials_for(context.security, address):
            if found.kind == USERPASS and found.service_uri:
                username, password = found.username, found.password
    keep = given.text_of("keepSessionAlive").strip() == "true"
    return Settings(host, number, username, password, keep)


def _types(config: Bean, tag: str) -> dict[str, str]:
    beans = (config.find(tag) or Bean("none")).children
    return {bean.text_of("name"): bean.text_of("symanticType").strip() for bean in beans}


def _evaluate(session: Rserve, expression: str) -> None:
    """For its effect. Raises RserveRefused with what R says."""
    found = session.evaluate(_TRIED.format(expression=expression))
    if found != [True]:
        said = str(found[-1]) if found else ""
        raise RserveRefused((said.partition(": ")[2] or said).strip())


def _evaluated(session: Rserve, expression: str) -> RValue:
    _evaluate(session, expression)
    return session.evaluate(".taverna")


def _name(port: str) -> str:
    """A variable, whatever the port is called."""
    return "`" + re.sub(r"[`\\]", "_", port) + "`"


def _file(port: str, kind: str) -> str:
    return _NOT_IN_A_NAME.sub("_", port) + _SUFFIXES[kind]


def _literal(text: str, kind: str) -> str:
    """The value in R's notation. Raises ActivityFailure for a number that is none."""
    if kind == "BOOL":
        return "TRUE" if text.strip().lower() == "true" else "FALSE"
    if kind not in ("DOUBLE", "INTEGER"):
        return quoted(text)
    try:
        return f"{int(text)}L" if kind == "INTEGER" else _double(float(text))
    except ValueError as error:
        raise ActivityFailure(f"RShell failed: '{text[:80]}' is not a number") from error


def _double(number: float) -> str:
    names = {"nan": "NaN", "inf": "Inf", "-inf": "-Inf"}
    return names.get(repr(number), repr(number))


def _element(item: object, kind: str) -> str:
    """One element of a vector as text of a type; numbers and truth values go into each other."""
    if isinstance(item, list) or (isinstance(item, str) and kind != "STRING"):
        raise RserveRefused("Unexpected result")
    if item is None:
        return "NaN" if kind == "DOUBLE" else _EMPTY.get(kind, "NA")
    if kind == "BOOL":
        return "true" if item else "false"
    if isinstance(item, str):
        return item
    assert isinstance(item, bool | int | float)  # noqa: S101  (nothing else is left)
    if kind == "INTEGER":
        return str(int(item))
    if kind == "DOUBLE":
        return double_text(float(item))
    if isinstance(item, bool):
        return "TRUE" if item else "FALSE"
    return double_text(item) if isinstance(item, float) else str(item)


def _first_text(found: RValue) -> str:
    if not found or not isinstance(found[0], str):
        raise RserveRefused("Unexpected result")
    return found[0]


def _single(value: Value) -> Single:
    if isinstance(value, ListValue | ErrorDocument):
        raise TypeError("R takes single values and lists of them")
    return value

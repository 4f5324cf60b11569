"""What the server's processes log: a JSON object a line, on standard error.

Secrets do not get in: of a request only method, path, status, duration, size
and the name of the user are logged, and values of query parameters that carry
secrets are left out. Bodies and headers are never logged.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from taverna_server.config import Config
from taverna_server.serving.middleware import spelled

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

access_log = logging.getLogger("taverna_server.access")

_WORDS = "|".join(map(spelled, ("token", "password", "secret", "key")))
_SECRETS = re.compile(rf"(?i)(?<![\w%-])([\w%-]*(?:{_WORDS})[\w%-]*=)[^&]*")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One record as one line: time, level, logger, message, and what came as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def logging_settings(config: Config) -> dict[str, Any]:
    """For ``logging.config.dictConfig``; granian applies it in each of its processes."""
    level = config.log_level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "filters": {"known": {"()": NotNews}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler", "formatter": "json", "filters": ["known"],
            },
        },
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {"_granian": {"level": "WARNING"}, "alembic": {"level": "WARNING"}},
    }  # fmt: skip


def configure_logging(config: Config) -> None:
    """Log as JSON lines from here on, in this process."""
    import logging.config

    logging.config.dictConfig(logging_settings(config))


class NotNews(logging.Filter):
    """Leaves out what the web server thinks of more threads than processors: we wait for files."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("Configuration allows spawning up to")


class WithAccessLog:
    """Logs a line when the answer to a request was sent, or the client went away."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        status = "500"

        def remember(line: str, headers: Any, *more: Any) -> Callable[[bytes], object]:
            nonlocal status
            status = line
            return start_response(line, headers, *more)

        answer = self.application(environ, remember)
        return _Logged(answer, lambda size: _log(environ, status, size, began))


class _Logged:
    """An answer that counts its bytes and says so when it is closed."""

    def __init__(self, answer: Iterable[bytes], done: Callable[[int], None]) -> None:
        self._answer = answer
        self._done = done
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._answer:
            self._size += len(chunk)
            yield chunk

    def close(self) -> None:
        try:
            getattr(self._answer, "close", lambda: None)()
        finally:
            self._done(self._size)


def _log(environ: WSGIEnvironment, status: str, size: int, began: float) -> None:
    query = _SECRETS.sub(r"\1...", environ.get("QUERY_STRING", ""))
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    access_log.info(
        "request",
        extra={
            "request": environ.get("taverna_server.request_id"),
            "client": environ.get("REMOTE_ADDR", ""),
            "user": environ.get("REMOTE_USER") or _user(environ.get("HTTP_AUTHORIZATION", "")),
            "method": environ["REQUEST_METHOD"],
            "path": f"{path}?{query}" if query else path,
            "status": int(status[:3]),
            "bytes": size,
            "ms": round((time.perf_counter() - began) * 1000, 1),
        },
    )


def _user(authorization: str) -> str | None:
    """The name a client gave, right or wrong; None with a token or nothing."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(credentials).partition(b":")[0].decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None

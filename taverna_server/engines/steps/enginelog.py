"""The engine log: lines in REANA's form on ``stderr``, as they happen.

Published test suites of REANA workflows look for such lines (REANA dossier 7).
"""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from typing import TextIO

INFO, WARNING, ERROR = "INFO", "WARNING", "ERROR"


class EngineLog:
    """Writes ``<time> | <logger> | <thread> | <LEVEL> | <message>``."""

    def __init__(self, logger: str, stream: TextIO | None = None) -> None:
        self._logger = logger
        self._stream = stream or sys.stderr
        self._lock = threading.Lock()

    def __call__(self, level: str, message: str, thread: str = "MainThread") -> None:
        time = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
        self.line(f"{time} | {self._logger} | {thread} | {level} | {message}")

    def line(self, text: str) -> None:
        """One that has the form already."""
        with self._lock:
            self._stream.write(text + "\n")
            self._stream.flush()

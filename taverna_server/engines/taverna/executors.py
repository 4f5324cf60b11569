"""Where batches of invocations run: anything with the interface of ``concurrent.futures``.

Each processor may keep a batch waiting for long (a tool, a service), and
different processors always run side by side (execution-semantics 7.1), so there
are as many threads as are asked for; an idle one is used before a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

from taverna_server.errors import ConfigurationError

MOST_THREADS = 1000


def _threads() -> Executor:
    return ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="invoke")


EXECUTORS: dict[str, Callable[[], Executor]] = {"threads": _threads}
"""By the word of the option ``executor``."""


def make_executor(name: str) -> Executor:
    """Raises ConfigurationError for a word that is not among ``EXECUTORS``."""
    if name not in EXECUTORS:
        raise ConfigurationError(f"executor '{name}': it is one of {', '.join(EXECUTORS)}")
    return EXECUTORS[name]()

"""Where invocations run: anything with the interface of ``concurrent.futures``.

The driver gives each batch of invocations to a thread. Each processor may keep
one waiting for long (a tool, a service), and different processors always run
side by side (execution-semantics 7.1), so there are as many threads as are
asked for; an idle one is used before a new one.

By configuration the thread then sends the invocations on, to processes of this
machine or to Dask workers (``remote.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar

from taverna_server.errors import ConfigurationError

MOST_THREADS = 1000

Options = Mapping[str, object]
T = TypeVar("T")


def thread_executor() -> Executor:
    """For the driver: what it submits may wait for as long as it likes."""
    return ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="invoke")


def remote_executor(options: Options) -> Executor | None:
    """For the activities' invocations; None when they are done by the driver's threads.

    Raises:
        ConfigurationError: a word that is not among ``EXECUTORS``, or workers
            that cannot be reached.
    """
    name = str(options.get("executor", "threads"))
    if name not in EXECUTORS:
        raise ConfigurationError(f"executor '{name}': it is one of {', '.join(EXECUTORS)}")
    return EXECUTORS[name](options)


def _none(options: Options) -> None:
    return None


def _processes(options: Options) -> Executor:
    from taverna_server.engines.taverna.pool import process_pool  # few runs need it

    return process_pool()


def _dask(options: Options) -> Executor:
    try:
        import distributed
    except ImportError as error:
        raise ConfigurationError(
            "executor 'dask' needs the package 'distributed': pip install 'taverna-server[dask]'"
        ) from error
    address = str(options.get("dask_scheduler", ""))
    if not address:
        raise ConfigurationError("executor 'dask' needs the address in 'dask_scheduler'")
    try:
        client: Any = distributed.Client(  # type: ignore[no-untyped-call]  # has no types
            address, set_as_default=False, timeout=10
        )
    except OSError as error:
        raise ConfigurationError(f"no Dask scheduler answers at {address}: {error}") from error
    return DaskExecutor(client)


class DaskExecutor(Executor):
    """A Dask cluster's executor together with the connection it belongs to."""

    def __init__(self, client: Any) -> None:
        self._client = client
        # Not pure: the same inputs twice are two invocations.
        self._executor = client.get_executor(pure=False)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = self._executor.submit(fn, *args, **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait)
        self._client.close()


EXECUTORS: dict[str, Callable[[Options], Executor | None]] = {
    "threads": _none,
    "processes": _processes,
    "dask": _dask,
}
"""By the word of the option ``executor``."""

"""A process for each core of this machine, to invoke activities in."""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import Executor, ProcessPoolExecutor

from taverna_server.engines.taverna.activities.processtree import kill_tree


class Pool(ProcessPoolExecutor):
    """Its end is the end of everything its processes have started."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Whether or not anybody waits: processes that were killed are not waited for long."""
        for child in multiprocessing.active_children():
            if child.pid is not None:
                kill_tree(child.pid)
        super().shutdown(wait=True, cancel_futures=cancel_futures)


def process_pool() -> Executor:
    """Processes that are started afresh: the engine has threads, and a fork copies their locks.

    An interrupt from the keyboard goes to the whole family; what it means is the
    engine's to say.
    """
    return Pool(
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )

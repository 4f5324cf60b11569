"""The reconciler: makes each run what it is wanted to be.

Theory of operation. One thread waits; others take the steps (``steps.py``), one
run each, so that a cancel that takes its second of grace holds up nobody. The
waiting thread wakes when

* the bell rings (``wake.py``): a request was committed. It reads the index of
  unsettled runs and hands those with something to do to a thread;
* a run's engine ends: the handle the runner gave for it becomes readable;
* a thread is through with its run;
* time has passed: renew the lease, remove what has expired, try again what
  failed, and look at everything once in a while, in case a bell was not heard.

So a wake costs what the active runs cost, however many others there are, and
the time between a request and its first step is that of one query. A run is
never in two threads; what rings for it meanwhile makes it be looked at again.

Killed anywhere and started again, the reconciler finds in the store what was
wanted and in the run directories what became of it, and goes on.
"""

from __future__ import annotations

import logging
import math
import os
import select
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

import psutil

from taverna_server.config import PREFIX, Config
from taverna_server.errors import RunnerUnavailable
from taverna_server.manager.administration import FACTORY, LAST_EXIT, STARTUP
from taverna_server.manager.lease import ReconcilerLease
from taverna_server.manager.leftovers import sweep
from taverna_server.manager.postman import Postman
from taverna_server.manager.queue import answer_children, let_in, stop_overdue
from taverna_server.manager.retention import apply_rules
from taverna_server.manager.steps import Steps
from taverna_server.manager.wake import Ear
from taverna_server.model.run import RunStatus
from taverna_server.runner.base import Observation, Runner
from taverna_server.runner.local import LocalRunner
from taverna_server.runner.processes import Process, look_at, wait_readable
from taverna_server.store import Store, UnsettledRun

log = logging.getLogger("taverna_server.reconciler")

STEPPERS = 64
"""Runs that can be in the middle of a step."""
LAST_EXIT_CODE = PREFIX + "LAST_EXIT_CODE"
"""The environment variable in which the supervisor says how our predecessor ended."""
LONGEST_WAIT = 0.5
"""Seconds within which a request to end is noticed."""
LOOK_SECONDS = 5.0
"""Between looks at everything that nobody rang for."""
SWEEP_SECONDS = 600.0
TIDY_SECONDS = 3600.0
"""Between clearing away old events and usage records."""
FIRST_RETRY, LAST_RETRY = 0.5, 60.0


@dataclass
class Retry:
    """When a run whose step failed is looked at again."""

    delay: float = FIRST_RETRY
    at: float = 0.0
    wanted: tuple[bool, RunStatus] | None = None
    """What was wanted then: another wish is tried at once."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a thread says of a run it is through with."""

    run_id: str
    goes_on: bool = False
    handle: int | None = None
    """Readable when it ends, where it goes on and the runner has such a thing."""
    failed: bool = False


@dataclass
class Timers:
    """When things are due that nobody rings for."""

    look: float = 0.0
    purge: float = 0.0
    sweep: float = 0.0
    tidy: float = 0.0
    start: float = 0.0

    def is_due(self, name: str, interval: float) -> bool:
        """Whether the time has come; if so, the next time is set."""
        if time.monotonic() < getattr(self, name):
            return False
        setattr(self, name, time.monotonic() + interval)
        return True


@dataclass
class Watch:
    """The runs that were handed out or go on, by id."""

    busy: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    """Busy, and to be looked at once more."""
    handles: dict[str, int | None] = field(default_factory=dict)
    """Settled and going on; None has to be asked after."""
    retries: dict[str, Retry] = field(default_factory=dict)


class Reconciler:
    """Acts while it holds the lease; ``run`` returns when it is told to stop."""

    def __init__(self, store: Store, config: Config, runner: Runner) -> None:
        self.store = store
        self.config = config
        self.runner = runner
        self.steps = Steps(store, config, runner)
        self.lease = ReconcilerLease(store)

    def run(self, stop: threading.Event) -> None:
        """Wait for the lease, then reconcile until ``stop`` is set."""
        while not stop.is_set():
            if not self._take_lease():
                stop.wait(0.2)
                continue
            with Session(self) as session:
                session.serve(stop)
        with suppress(Exception):
            self.lease.release()

    def _take_lease(self) -> bool:
        try:
            return self.lease.take()
        except Exception:
            log.exception("the lease cannot be taken")
            return False


class Session:
    """One time of holding the lease."""

    def __init__(self, reconciler: Reconciler) -> None:
        self.store = reconciler.store
        self.config = reconciler.config
        self.runner = reconciler.runner
        self.steps = reconciler.steps
        self.lease = reconciler.lease
        self._watch = Watch()
        self._timers = Timers()
        self._settled: SimpleQueue[Settled] = SimpleQueue()
        self._ear = Ear(self.config.data)
        self._through_out, self._through_in = os.pipe()
        self._waiting = select.poll()
        self._by_handle: dict[int, str] = {}
        self._threads = ThreadPoolExecutor(STEPPERS, "step")
        self._postman = Postman(self.store, self.config)

    def __enter__(self) -> Session:
        self._postman.start()
        self._waiting.register(self._ear.handle, select.POLLIN)
        self._waiting.register(self._through_out, select.POLLIN)
        return self

    def __exit__(self, *exc: object) -> None:
        self._postman.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._watch.again.clear()  # the next session looks at everything
        self._collect()
        for run_id in list(self._watch.handles):
            self._unwatch(run_id)
        self._ear.close()
        os.close(self._through_in)
        os.close(self._through_out)

    def serve(self, stop: threading.Event) -> None:
        """Until told to stop, or until another reconciler has the lease."""
        log.info("reconciling")
        while not stop.is_set():
            try:
                if not self.lease.keep():
                    log.warning("another reconciler has taken over")
                    return
                self._turn()
            except Exception:  # the database is away, the disk is full: it may come back
                log.exception("a turn failed")
                stop.wait(1)

    def _turn(self) -> None:
        if self._timers.is_due("sweep", SWEEP_SECONDS):
            self._threads.submit(self._sweep)
        if self._timers.is_due("start", math.inf):
            note_start(self.store)
        if self._timers.is_due("tidy", TIDY_SECONDS):
            tidy(self.store, self.config)
        if self._timers.is_due("purge", self.config.purge_interval):
            self._purge()
            stop_overdue(self.store, self.config)
        if self._timers.is_due("look", LOOK_SECONDS):
            answer_children(self.store, self.config)
            self._look(everywhere=True)
        self._try_again()
        self._wait()

    def _sweep(self) -> None:
        """In a thread of its own: there may be much to remove."""
        try:
            sweep(self.store, self.config.runs_directory)
        except Exception:
            log.exception("leftovers cannot be cleared away")

    def _purge(self) -> None:
        while due := self.store.due_for_purge(datetime.now(UTC)):
            for run_id in due:
                log.info("run %s has expired", run_id)
                self.steps.expire(run_id)
                self._hand_out(run_id)

    def _look(self, everywhere: bool = False) -> None:
        """Hand out what has something to do, and ``everywhere`` what has no handle, too."""
        let_in(self.store, self.config)
        for unsettled in self.store.to_reconcile():
            run_id, handles = unsettled.run.id, self._watch.handles
            watched = run_id in handles and (handles[run_id] is not None or not everywhere)
            if not (watched and _as_wanted(unsettled)) and self._is_its_turn(unsettled):
                self._hand_out(run_id)

    def _is_its_turn(self, unsettled: UnsettledRun) -> bool:
        """What failed waits, unless something else is wanted by now."""
        retry = self._watch.retries.get(unsettled.run.id)
        wanted = unsettled.deleting, unsettled.run.target
        if retry is None:
            return True
        retry.wanted, before = wanted, retry.wanted
        return wanted != before

    def _try_again(self) -> None:
        now = time.monotonic()
        for run_id, retry in self._watch.retries.items():
            if retry.at <= now:
                retry.at = math.inf
                self._hand_out(run_id)

    def _hand_out(self, run_id: str) -> None:
        """Have a thread settle the run, after the one that does it now."""
        if run_id in self._watch.busy:
            self._watch.again.add(run_id)
            return
        self._unwatch(run_id)
        self._watch.busy.add(run_id)
        self._threads.submit(self._settle, run_id)

    def _settle(self, run_id: str) -> None:
        """In a thread of its own."""
        try:
            settled = self._settle_and_watch(run_id)
        except RunnerUnavailable as error:
            log.warning("run %s waits: %s", run_id, error)
            settled = Settled(run_id, failed=True)
        except Exception:
            log.exception("a step of run %s failed", run_id)
            settled = Settled(run_id, failed=True)
        self._settled.put(settled)
        os.write(self._through_in, b"\0")

    def _settle_and_watch(self, run_id: str) -> Settled:
        while (state := self.steps.settle(run_id)) is not None:
            handle = self.runner.wait_handle(state)
            if handle is not None or self.runner.poll(state) is not Observation.GONE:
                return Settled(run_id, goes_on=True, handle=handle)
        return Settled(run_id)

    def _wait(self) -> None:
        for handle, _ in self._waiting.poll(self._patience() * 1000):
            if handle == self._ear.handle:
                self._ear.quiet()
                self._look()
            elif handle == self._through_out:
                os.read(self._through_out, 65536)
                self._collect()
            elif handle in self._by_handle:
                self._hand_out(self._by_handle[handle])

    def _patience(self) -> float:
        """Seconds until the next thing is due."""
        due = [retry.at for retry in self._watch.retries.values()]
        nearest = min([*due, self._timers.look, self._timers.purge])
        return min(max(nearest - time.monotonic(), 0), LONGEST_WAIT)

    def _collect(self) -> None:
        with suppress(Empty):
            while True:
                self._through(self._settled.get_nowait())

    def _through(self, settled: Settled) -> None:
        run_id = settled.run_id
        self._watch.busy.discard(run_id)
        if settled.failed:
            self._put_off(run_id)
        else:
            self._watch.retries.pop(run_id, None)
        if settled.goes_on:
            self._watch.handles[run_id] = settled.handle
            if settled.handle is not None:
                self._by_handle[settled.handle] = run_id
                self._waiting.register(settled.handle, select.POLLIN)
        if run_id in self._watch.again:
            self._watch.again.discard(run_id)
            self._hand_out(run_id)
        if not settled.goes_on and let_in(self.store, self.config):
            self._look()

    def _put_off(self, run_id: str) -> None:
        retry = self._watch.retries.setdefault(run_id, Retry())
        retry.at = time.monotonic() + retry.delay
        retry.delay = min(retry.delay * 2, LAST_RETRY)

    def _unwatch(self, run_id: str) -> None:
        handle = self._watch.handles.pop(run_id, None)
        if handle is not None:
            self._waiting.unregister(handle)
            del self._by_handle[handle]
            os.close(handle)


def note_start(store: Store) -> None:
    """Say how long the start took, and how our predecessor ended, if it should not have."""
    took = time.time() - psutil.Process().create_time()
    store.set_setting(FACTORY + STARTUP, str(round(took)))
    if code := os.environ.get(LAST_EXIT_CODE):
        store.set_setting(FACTORY + LAST_EXIT, code)


def tidy(store: Store, config: Config) -> None:
    """Let go of events, usage records and files that have lasted long enough."""
    now = datetime.now(UTC)
    store.clear_events(now - timedelta(days=config.event_lifespan))
    if config.usage_lifespan:
        store.clear_usages(now - timedelta(days=config.usage_lifespan))
    apply_rules(store, config)


def _as_wanted(unsettled: UnsettledRun) -> bool:
    return unsettled.run.target == unsettled.run.observed and not unsettled.deleting


def reconcile_forever(config: Config, parent: int | None = None) -> None:
    """Reconcile until SIGTERM, or until ``parent`` (a pid, else whoever started us) is gone.

    Runs that operate then go on; the next reconciler finds them.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop_when_gone(parent or os.getppid(), stop)
    store = Store.open(config)
    try:
        runner = LocalRunner(
            config.engine_command, java=config.java, local_users=config.local_users
        )
        Reconciler(store, config, runner).run(stop)
    finally:
        store.close()


def stop_when_gone(pid: int, stop: threading.Event) -> None:
    """Set ``stop`` as soon as the process has ended, or at once if it is not our parent."""
    seen = look_at(pid)
    if seen is None or os.getppid() != pid:
        stop.set()
        return

    def watch(process: Process) -> None:
        handle = process.handle()
        if handle is not None:
            while not wait_readable(handle, 60):
                pass
            os.close(handle)
        stop.set()

    threading.Thread(target=watch, args=(seen.process,), daemon=True, name="parent").start()

"""The postman: delivers the messages that wait, as often and as long as it takes.

Theory of operation. Messages are rows, written with the end of a run. This
thread of the reconciler takes those that are due, address by address:

* an address that was sent something is left alone for ``message_cooldown``
  seconds; what comes meanwhile waits, and then goes together;
* what does not arrive is tried again, after 30 seconds, then after twice as
  long each time, up to an hour, ``message_attempts`` times in all;
* what the receiver refuses for good is given up.

When it was sent, when to try again and how often it was tried are in the
database: a reconciler that is killed and started again goes on where it was.
Killed between sending and noting it, it sends again, under the same name.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from taverna_server.config import Config
from taverna_server.errors import NotDelivered
from taverna_server.model.events import Message
from taverna_server.notify import deliver
from taverna_server.store import Store

log = logging.getLogger("taverna_server.postman")

LOOK_SECONDS = 1.0
"""Between looks for messages that are due."""
AT_A_TIME = 4
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=1)

Clock = Callable[[], datetime]


class Postman:
    """Works in a thread of its own between ``start`` and ``stop``."""

    def __init__(
        self, store: Store, config: Config, clock: Clock = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._config = config
        self._now = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="postman", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no further delivery; one under way gets a moment, and is repeated if need be."""
        self._stop.set()
        self._thread.join(2)

    def _work(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.deliver_due()
            except Exception:  # the database is away: it may come back
                log.exception("messages cannot be looked after")

    def deliver_due(self) -> None:
        """Try everything that is due, several addresses at a time."""
        waiting: dict[str, list[Message]] = defaultdict(list)
        for message in self._store.due_messages(self._now()):
            waiting[message.address].append(message)
        batches = deque(waiting.values())
        # Daemons, as no executor's are: one that waits for a receiver must not hold up our end.
        threads = [
            threading.Thread(target=self._work_off, args=[batches], name="delivery", daemon=True)
            for _ in range(min(AT_A_TIME, len(batches)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work_off(self, batches: deque[list[Message]]) -> None:
        while not self._stop.is_set():
            try:
                messages = batches.popleft()
            except IndexError:
                return
            try:
                self._serve(messages)
            except Exception:  # the database is away: the next look finds it
                log.exception("messages cannot be delivered")

    def _serve(self, messages: Sequence[Message]) -> None:
        """One address. Messages of different owners never go together."""
        address = messages[0].address
        until = self._store.cooldown(address)
        if until is not None and until > self._now():
            self._store.put_off_messages(_numbers(messages), until)
            return
        together = [message for message in messages if message.owner == messages[0].owner]
        try:
            deliver(self._config, together)
        except NotDelivered as error:
            self._not_delivered(together, error)
        except Exception as error:  # a defect of ours is no reason to try every second
            log.exception("a message cannot be sent")
            self._not_delivered(together, NotDelivered(f"{type(error).__name__}: {error}"))
        else:
            cooldown = timedelta(seconds=self._config.message_cooldown)
            now = self._now()
            self._store.sent_messages(_numbers(together), address, now, now + cooldown)

    def _not_delivered(self, messages: Sequence[Message], error: NotDelivered) -> None:
        attempts = max(message.attempts for message in messages) + 1
        runs = ", ".join(message.run_id for message in messages)
        if error.for_good or attempts >= self._config.message_attempts:
            log.warning("a message about %s is given up: %s", runs, error)
            self._store.give_up_messages(_numbers(messages))
            return
        log.info("a message about %s is tried again later: %s", runs, error)
        delay = min(FIRST_RETRY * 2 ** (attempts - 1), LAST_RETRY)
        self._store.put_off_messages(_numbers(messages), self._now() + delay, failed=True)


def _numbers(messages: Sequence[Message]) -> list[int]:
    return [message.number for message in messages]

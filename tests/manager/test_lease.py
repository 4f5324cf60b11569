import os
import subprocess
import sys

from taverna_server.manager.lease import NAME, TTL, ReconcilerLease, is_dead
from taverna_server.store import Store

DIE_HOLDING = """
import sys
from taverna_server.manager.lease import ReconcilerLease
from taverna_server.store import Store
assert ReconcilerLease(Store.open(sys.argv[1])).take()
"""


def lease_of(store: Store, **changed: str) -> ReconcilerLease:
    """As another process would have it."""
    lease = ReconcilerLease(store)
    host, boot, namespace, pid, started = lease.holder.split(" ")
    parts = {"host": host, "boot": boot, "namespace": namespace, "pid": pid, "started": started}
    lease.holder = " ".join({**parts, **changed}.values())
    return lease


def test_lease_is_kept_and_given_back(store: Store) -> None:
    first, second = lease_of(store), lease_of(store, pid="1")
    assert first.take()
    assert first.keep()
    assert not second.take()
    first.release()
    assert second.take()


def test_dead_holder_on_this_machine_is_replaced_at_once(store: Store) -> None:
    url = str(store._database.engine.url)
    subprocess.run([sys.executable, "-c", DIE_HOLDING, url], check=True)
    assert store.lease(NAME) is not None
    assert ReconcilerLease(store).take()


def test_pid_that_is_another_process_now_does_not_hold(store: Store) -> None:
    assert lease_of(store, started="1").take()
    assert ReconcilerLease(store).take()


def test_holder_elsewhere_is_waited_for(store: Store) -> None:
    """Its pid means nothing here, even if there is no such process."""
    for elsewhere in ({"host": "other"}, {"boot": "other"}, {"namespace": "pid:[1]"}):
        holder = lease_of(store, pid="4000000", **elsewhere)
        assert holder.take()
        assert not ReconcilerLease(store).take()
        held = store.lease(NAME)
        assert held is not None
        assert store.take_lease(NAME, "me", TTL, now=held.expires)
        store.release_lease(NAME, "me")


def test_living_holder_is_not_dead(store: Store) -> None:
    assert not is_dead(ReconcilerLease(store).holder)
    assert f" {os.getpid()} " in ReconcilerLease(store).holder

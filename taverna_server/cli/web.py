"""The web processes: granian, and the application in each of them.

Workers are forked by the main process and load the application themselves, so
that no database connection crosses the fork. They must not outlive it: a worker
that went on after the main process was killed would keep the port, and take
requests that its successor should have.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from taverna_server.cli.logs import WithAccessLog, logging_settings
from taverna_server.config import Config, load_config
from taverna_server.errors import ConfigurationError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BACKLOG = 1024
CONNECTIONS = 4096
"""Of each worker. Idle and slow ones count, so this is far more than its threads."""
LAST_WORDS = 8
"""Seconds for requests in flight when the server is told to end: less than the ten after
which containers are killed."""
IDLE_THREAD_SECONDS = 5
"""Then a thread without requests ends; the end of the server may wait for one."""
PORT_PATIENCE = 3.0
"""Seconds to wait for the port: a predecessor that was killed is just ending."""


def serve_web(config: Config) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is in flight. Call in the main thread."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, SSLProtocols
    from granian.log import LogLevels

    _allow_connections(config.workers * CONNECTIONS)
    server = Granian(
        "taverna_server.app",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        # Not "auto": that waits without end for the first bytes, to tell HTTP/2 from 1.
        http=HTTPModes.http1,
        workers=config.workers,
        blocking_threads=config.threads,
        blocking_threads_idle_timeout=IDLE_THREAD_SECONDS,
        ssl_protocol_min=SSLProtocols.tls12,  # Java 8 has no other
        ssl_cert=config.tls_certificate,
        ssl_key=config.tls_key,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=LAST_WORDS,
        log_dictconfig=logging_settings(config),
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=load_application, wrap_loader=False)


def load_application() -> WSGIApplication:
    """In a new worker: the application, configured by the environment that ``serve`` set."""
    # Until the web server sets its own: those of the main process were inherited.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    # Ctrl-C reaches every process of the terminal. The main one then ends the workers, which
    # hang when they are told twice: LAST_WORDS, with nothing in flight.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    end_with(os.getppid())
    from taverna_server.app import create_app

    config = load_config(environ=os.environ)
    app: Any = create_app(config)
    return WithAccessLog(app) if config.access_log else app


def end_with(parent: int) -> None:
    """End this process, at once, when the parent has ended."""

    def watch() -> None:
        wait_for_end(parent)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="parent").start()


def wait_for_end(parent: int) -> None:
    """Return when the parent of this process has ended."""
    with suppress(OSError):
        handle = os.pidfd_open(parent)
        if os.getppid() == parent:
            select.select([handle], [], [])
    while os.getppid() == parent:  # no such handles on this system
        time.sleep(0.25)


def free_port(host: str, port: int) -> int:
    """The port, once nobody listens there; a free one for 0.

    Workers share the port among themselves, and would with a stranger, too: so
    it is tried before, without sharing.

    Raises:
        ConfigurationError: it is taken, or the address is not one of this machine.
    """
    give_up = time.monotonic() + PORT_PATIENCE
    while True:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.create_server((host, port), family=family) as listener:
                return int(listener.getsockname()[1])
        except OSError as error:
            if port == 0 or time.monotonic() > give_up:
                reason = os.strerror(error.errno) if error.errno else str(error)
                raise ConfigurationError(f"cannot listen on {host}:{port}: {reason}") from error
        time.sleep(0.1)


def check_tls(config: Config) -> None:
    """Say now what the web server would say later, and less clearly.

    Raises:
        ConfigurationError: one of the two files is missing, unreadable, or not of the other.
    """
    certificate, key = config.tls_certificate, config.tls_key
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        raise ConfigurationError("TLS needs both tls_certificate and tls_key")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            certificate, key, password=_no_password
        )
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot use {certificate} with {key}: {error}") from error


def _no_password() -> str:
    """Nobody is there to be asked for one."""
    raise ValueError("the key is encrypted; TLS needs one without a password")


def _allow_connections(wanted: int) -> None:
    """Raise the limit of open files as far as we may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

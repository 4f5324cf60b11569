"""Connections to the database, and the two ways to use one.

``read()`` gives a connection without a transaction: each statement sees the
newest commit and nothing stays locked. ``write()`` gives one transaction that
commits at the end of the block and rolls back when the block raises.

Theory of operation, SQLite. The pool of SQLAlchemy costs more than a lookup, so
connections are held open and handed out last in, first out, in autocommit mode.
A writer says ``BEGIN IMMEDIATE``: it takes the write lock before it reads, so a
guard that it checked still holds when it writes, and it never fails half way
with "database is locked". SQLite makes those who wait sleep and look again;
with 64 threads a process that is unfair and slow, so the threads of a process
queue at a lock of ours first and at most one of them waits inside SQLite.
``synchronous=NORMAL`` in WAL mode keeps every commit through the death of any
process; a power failure may take back the last second.

PostgreSQL: the usual pool, its connections tested before use, and row locks.
The statements are written so that a guarded update of one row (the run, then a
counter, always in this order) is what makes two transactions wait.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from taverna_server.errors import BadRequest, ConfigurationError

BUSY_SECONDS = 5
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-2048",  # KiB, for each of up to 64 connections
    "mmap_size=268435456",  # shared by all of them
    "journal_size_limit=67108864",
)
POSTGRES_POOL = 16
NO_TEXT = "a text with characters that cannot be kept"
"""Halves of surrogate pairs; PostgreSQL does not keep NUL either."""


class Database(ABC):
    """One database and the connections of this process to it.

    Not to be carried over a fork: each process opens its own.
    """

    engine: Engine

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """A connection whose statements each see what is committed.

        Raises:
            BadRequest: a text that the database cannot hold. So does ``write``.
        """

    @abstractmethod
    def write(self) -> AbstractContextManager[Connection]:
        """One transaction: all of the block, or nothing when it raises."""

    def close(self) -> None:
        """Give back every connection. The object is not used afterwards."""
        self.engine.dispose()


class SqliteDatabase(Database):
    """One file on a local disk, shared by the processes of this machine."""

    def __init__(self, url: URL) -> None:
        _make_private(Path(url.database or ""))
        self.engine = sa.create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
        )
        sa.event.listen(self.engine, "connect", _set_pragmas)
        self._idle: deque[Connection] = deque()
        self._writer = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        connection = self._take()
        try:
            yield connection
        except UnicodeEncodeError as error:
            raise BadRequest(NO_TEXT) from error
        finally:
            self._idle.append(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._writer, self.read() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
        super().close()

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self.engine.connect()


class PostgresDatabase(Database):
    """A PostgreSQL server, by psycopg."""

    def __init__(self, url: URL) -> None:
        self.engine = sa.create_engine(
            url, pool_size=POSTGRES_POOL, max_overflow=0, pool_pre_ping=True
        )
        self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with _texts_refused(), self._autocommit.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with _texts_refused(), self.engine.begin() as connection:
            yield connection


@contextmanager
def _texts_refused() -> Iterator[None]:
    try:
        yield
    except (UnicodeEncodeError, DataError) as error:
        raise BadRequest(NO_TEXT) from error


def connect(url_text: str) -> Database:
    """Open the database of a URL; nothing is read yet.

    Raises:
        ConfigurationError: no such kind of database, or its driver is missing.
    """
    try:
        url = make_url(url_text)
        if url.get_backend_name() == "sqlite":
            return SqliteDatabase(url)
        if url.get_backend_name() == "postgresql":
            return PostgresDatabase(url.set(drivername="postgresql+psycopg"))
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigurationError("database_url is not the URL of a database") from error
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"{error.name} is missing: pip install 'taverna-server[postgres]'"
        ) from error
    raise ConfigurationError(f"no support for {url.get_backend_name()}: SQLite or PostgreSQL")


def _make_private(path: Path) -> None:
    """Make the file before SQLite does: it holds password hashes."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise ConfigurationError(f"cannot make the database {path}: {error.strerror}") from error


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")

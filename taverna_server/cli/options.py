"""Options of ``config.py`` on the command line, and the store they lead to."""

from __future__ import annotations

import argparse
import os
from collections.abc import Container, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from taverna_server.config import PREFIX, Config, load_config, table
from taverna_server.errors import ConfigurationError

if TYPE_CHECKING:
    from taverna_server.store import Store

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

STORE_OPTIONS = frozenset({"data", "database_url"})
"""What a command needs that only looks into the store."""


def add_options(parser: argparse.ArgumentParser, names: Container[str] | None = None) -> None:
    """Add ``--config`` and the options of these names, or all of them."""
    group = parser.add_argument_group(
        "settings", f"also as {PREFIX}NAME in the environment, or in the file"
    )
    group.add_argument("--config", type=Path, metavar="FILE", help="INI file with options")
    for item in table():
        if names is None or item.name in names:
            default = f" [{item.metadata['text']}]" if item.metadata["text"] else ""
            group.add_argument(
                "--" + item.name.replace("_", "-"),
                dest=item.name,
                default=argparse.SUPPRESS,
                metavar=item.name.rpartition("_")[2].upper(),
                help=(item.metadata["help"] + default).replace("%", "%%"),
            )


def config_of(given: argparse.Namespace) -> Config:
    """The options of a command line, completed from the environment and the file."""
    names = {item.name for item in table()}
    cli = {name: value for name, value in vars(given).items() if name in names}
    path = given.config or os.environ.get(PREFIX + "CONFIG")
    return load_config(cli, os.environ, Path(path) if path else None)


@contextmanager
def opened_store(config: Config) -> Iterator[Store]:
    """The store with its newest tables; the data directory is made if it is missing.

    Raises:
        ConfigurationError: the directory or the database cannot be used.
    """
    from sqlalchemy.exc import DBAPIError

    from taverna_server.store import Store

    make_data_directory(config)
    try:
        with closing(Store.open(config)) as store:
            store.migrate()
            yield store
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise ConfigurationError(f"the database cannot be used: {reason}") from error


def make_data_directory(config: Config) -> None:
    """Only its owner may look inside: it holds password hashes and everybody's files."""
    try:
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"cannot make the data directory {config.data}: {error.strerror}"
        ) from error

"""``taverna-server serve``: the web processes, and the reconciler beside them.

The main process makes what is missing (data directory, tables, the first
account), then forks web workers and watches the reconciler. The configuration
reaches all of them through the environment. Killed with SIGKILL, it takes them
with it; runs go on and are found again by the next server.
"""

from __future__ import annotations

import argparse
import os
import shutil
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from taverna_server.cli.options import Subparsers, add_options, config_of, opened_store
from taverna_server.config import PREFIX, Config
from taverna_server.errors import ConfigurationError

if TYPE_CHECKING:
    from taverna_server.store import Store

ADMIN = "admin"
ADMIN_PASSWORD = PREFIX + "ADMIN_PASSWORD"
METRICS_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""Where web processes count; the library reads it (``rest/metrics.py``)."""


def add_to(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "serve",
        help="run the server",
        epilog=f"The first start makes the account '{ADMIN}', with the password in "
        f"{ADMIN_PASSWORD} or one that is printed once; with registration = yes and no "
        "such password, whoever signs up first administers the server.",
    )
    parser.add_argument("--examples", type=Path, metavar="DIR", help="publish the workflows in it")
    add_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    from taverna_server.cli.logs import configure_logging
    from taverna_server.cli.supervisor import reconciler
    from taverna_server.cli.web import check_tls, free_port, serve_web
    from taverna_server.data.vault import Vault

    config = config_of(given)
    config = replace(config, port=free_port(config.host, config.port))
    password = os.environ.pop(ADMIN_PASSWORD, "")
    check_tls(config)
    with opened_store(config) as store:
        if config.registration and not password and not store.has_users():
            print("Whoever signs up first at /users/sign_up administers this server.", flush=True)
        else:
            make_first_admin(store, password)
        publish_examples(store, given.examples)
    Vault.open(config.data)  # what is wrong with the key is said now
    let_local_users_in(config)
    os.environ.update(config.as_environment())
    os.environ[METRICS_DIRECTORY] = str(empty_directory(config.data / "metrics"))
    configure_logging(config)
    _announce(config)
    beside = reconciler()
    beside.start()
    try:
        serve_web(config)
    finally:
        beside.stop()
    return 0


def empty_directory(path: Path) -> Path:
    """The directory, with nothing of an earlier server in it."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def make_first_admin(store: Store, password: str) -> None:
    """Make the account ``admin`` unless somebody administers the server already."""
    from taverna_server.auth import hash_password, new_password

    if any(user.admin for user in store.list_users()):
        return
    if store.get_user(ADMIN):
        raise ConfigurationError(f"nobody administers the server, and '{ADMIN}' is another account")
    store.add_user(ADMIN, hash_password(password or (made := new_password())), admin=True)
    if not password:
        print(f"Made the account '{ADMIN}' with the password {made}", flush=True)
        print("It is not shown again; 'taverna-server user password' changes it.", flush=True)


def let_local_users_in(config: Config) -> None:
    """Let users of this machine through to the runs that execute as them, where they do.

    Raises:
        ConfigurationError: the server is not root, or the default user cannot be used.
    """
    from taverna_server.data.local_users import local_user

    if not config.local_users:
        return
    if os.geteuid() != 0:
        raise ConfigurationError("local_users needs a server that runs as root")
    if config.default_local_user:
        local_user(config.default_local_user)
    config.runs_directory.mkdir(exist_ok=True)
    for directory in (config.data, config.runs_directory):
        directory.chmod(0o711)
    for parent in config.data.parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            print(f"Users may not get through {parent} to their runs", file=sys.stderr, flush=True)


def publish_examples(store: Store, directory: Path | None) -> None:
    """Publish every t2flow document below the directory."""
    if directory is None:
        return
    from taverna_server.cli.workflows import add_files

    files = sorted(directory.rglob("*.t2flow"))
    if not files:
        raise ConfigurationError(f"there are no t2flow documents in {directory}")
    count = sum(1 for _ in add_files(store, files))
    print(f"Published {count} workflows of {directory}", flush=True)


def _announce(config: Config) -> None:
    host = f"[{config.host}]" if ":" in config.host else config.host
    url = config.public_url or f"{config.scheme}://{host}:{config.port}"
    print(
        f"Serving {url}/rest/ with the data in {config.data}; pages for people: {url}/",
        file=sys.stderr,
        flush=True,
    )

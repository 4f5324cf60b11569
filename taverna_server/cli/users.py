"""``taverna-server user``: accounts and their tokens.

Passwords come from the terminal or from standard input, never from the command
line, where every process of the machine could read them.
"""

from __future__ import annotations

import argparse
import difflib
import getpass
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from taverna_server.cli.options import (
    STORE_OPTIONS,
    Subparsers,
    add_options,
    config_of,
    opened_store,
)
from taverna_server.errors import BadRequest, UnknownUser

if TYPE_CHECKING:
    from taverna_server.store import Store

Act: TypeAlias = "Callable[[Store, argparse.Namespace], None]"


def add_to(subparsers: Subparsers) -> None:
    top = subparsers.add_parser("user", help="accounts and their tokens")
    actions = top.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = _on_account(actions, "add", "make an account", _add)
    add.add_argument("--admin", action="store_true", help="may administer the server")
    add.add_argument("--email", default="", help="address, also to log in by")
    add.add_argument("--full-name", default="", help="as people call them")
    _take_password(add)
    _take_password(_on_account(actions, "password", "give an account a new password", _password))
    _on_account(actions, "disable", "refuse an account's requests; its runs stay", _disable)
    _on_account(actions, "enable", "take a disabled account back", _enable)
    token = _on_account(actions, "token", "make an API token and print it once", _token)
    token.add_argument("--label", default="token", help="what to know the token by [token]")
    token.add_argument("--revoke", action="store_true", help="take back those of that label")
    local = _on_account(
        actions, "local", "say which user of this machine runs execute as (local_users)", _local
    )
    local.add_argument("local_user", metavar="USER", nargs="?", help="none: the default")
    _action(actions, "list", "list accounts", _list)


def _action(actions: Subparsers, name: str, help: str, act: Act) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=help)
    add_options(parser, STORE_OPTIONS)
    parser.set_defaults(run=lambda given: _in_store(act, given))
    return parser


def _on_account(actions: Subparsers, name: str, help: str, act: Act) -> argparse.ArgumentParser:
    parser = _action(actions, name, help, act)
    parser.add_argument("name", metavar="NAME", help="letters and digits")
    return parser


def _take_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )


def _in_store(act: Act, given: argparse.Namespace) -> int:
    with opened_store(config_of(given)) as store:
        act(store, given)
    return 0


def _add(store: Store, given: argparse.Namespace) -> None:
    from taverna_server.auth import check_name, hash_password
    from taverna_server.manager.profiles import checked_email, checked_full_name

    check_name(given.name)
    if store.get_user(given.name):
        raise BadRequest(f"there is already an account '{given.name}'")
    email, full_name = checked_email(given.email), checked_full_name(given.full_name)
    if email and store.user_of_email(email):
        raise BadRequest("another account has this e-mail address")
    store.add_user(given.name, hash_password(_read_password(given)), given.admin)
    store.set_email(given.name, email)
    store.set_full_name(given.name, full_name)
    print(f"made the account '{given.name}'")


def _password(store: Store, given: argparse.Namespace) -> None:
    from taverna_server.auth import hash_password

    _check_known(store, given.name)
    store.set_password(given.name, hash_password(_read_password(given)))
    print(f"'{given.name}' has a new password")


def _disable(store: Store, given: argparse.Namespace) -> None:
    _check_known(store, given.name)
    store.set_disabled(given.name, True)
    print(f"'{given.name}' is disabled")


def _enable(store: Store, given: argparse.Namespace) -> None:
    _check_known(store, given.name)
    store.set_disabled(given.name, False)
    print(f"'{given.name}' is enabled")


def _token(store: Store, given: argparse.Namespace) -> None:
    from taverna_server.auth import hash_token, new_token

    _check_known(store, given.name)
    if given.revoke:
        print(f"{store.remove_tokens(given.name, given.label)} tokens taken back")
        return
    token = new_token()
    store.add_token(given.name, hash_token(token), given.label)
    print(token)


def _local(store: Store, given: argparse.Namespace) -> None:
    from taverna_server.data.local_users import local_user

    _check_known(store, given.name)
    if given.local_user is not None:
        local_user(given.local_user)
    store.set_local_user(given.name, given.local_user)
    print(f"runs of '{given.name}' execute as {given.local_user or 'the default user'}")


def _list(store: Store, given: argparse.Namespace) -> None:
    for user in store.list_users():
        role = "admin" if user.admin else "user"
        print(user.name, role, "disabled" if user.disabled else "enabled", sep="\t")


def _check_known(store: Store, name: str) -> None:
    if store.get_user(name) is None:
        close = difflib.get_close_matches(name, [user.name for user in store.list_users()], n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise UnknownUser(f"there is no account '{name}'{hint}")


def _read_password(given: argparse.Namespace) -> str:
    if given.password_stdin:
        return sys.stdin.read().removesuffix("\n").removesuffix("\r")
    if not sys.stdin.isatty():
        raise BadRequest("no terminal to ask for the password on: use --password-stdin")
    password = getpass.getpass(f"Password of {given.name}: ")
    if getpass.getpass("Once more: ") != password:
        raise BadRequest("the two passwords differ")
    return password

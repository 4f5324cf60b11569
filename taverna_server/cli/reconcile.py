"""``taverna-server reconcile``: makes each run what it is wanted to be.

``serve`` starts and watches one. It is a command of its own for those who serve
the application (``taverna_server.app:wsgi``) by another web server; then it also
makes the data directory and the tables, as ``serve`` does.
"""

from __future__ import annotations

import argparse

from taverna_server.cli.logs import configure_logging
from taverna_server.cli.options import Subparsers, add_options, config_of, opened_store


def add_to(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("reconcile", help="the part of serve that starts and ends runs")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process does")
    add_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    from taverna_server.manager.reconcile import reconcile_forever

    config = config_of(given)
    if given.parent is None:
        with opened_store(config):
            pass
    configure_logging(config)
    reconcile_forever(config, given.parent)
    return 0

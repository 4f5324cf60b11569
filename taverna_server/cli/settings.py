"""``taverna-server config``: every option there is, as a file to start from."""

from __future__ import annotations

import argparse

from taverna_server.cli.options import Subparsers
from taverna_server.config import documentation, sample_ini


def add_to(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("config", help="print a configuration file with every option")
    parser.add_argument("--markdown", action="store_true", help="a table for documentation instead")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    print(documentation() if given.markdown else sample_ini(), end="")
    return 0

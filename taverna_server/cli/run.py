"""``taverna-server run``: one workflow executed here, without a server."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from taverna_server.cli.options import Subparsers, add_options, config_of
from taverna_server.config import TAVERNA_OPTIONS
from taverna_server.errors import BadRequest


def add_to(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "run",
        help="execute one workflow here, without a server",
        epilog="Exit codes: 0 it completed, also with errors among its outputs; "
        "255 it could not run; 130 it was interrupted.",
    )
    parser.add_argument("workflow", metavar="WORKFLOW", type=Path, help="a t2flow document")
    add = parser.add_argument
    add("-i", "--input", metavar="PORT=VALUE", action="append", default=[], help="a text")
    add("-f", "--file", metavar="PORT=FILE", action="append", default=[],
        help="a file; a directory with files 1, 2, ... is a list")  # fmt: skip
    add("-b", "--baclava", metavar="FILE", type=Path, help="a Baclava document with all inputs")
    add("-o", "--output", metavar="DIR", type=Path,
        help="a new directory for the outputs [named for the workflow]")  # fmt: skip
    add("--bundle", metavar="FILE", type=Path,
        help="a run bundle to write: inputs, outputs, intermediate values, provenance")  # fmt: skip
    add_options(parser, TAVERNA_OPTIONS)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    from taverna_server.engines.taverna.local import LocalOrder, run_locally

    config = config_of(given)
    order = LocalOrder(
        workflow=given.workflow,
        values=dict(_pairs("--input", given.input)),
        files={port: Path(name) for port, name in _pairs("--file", given.file)},
        baclava=given.baclava,
        output=given.output,
        bundle=given.bundle,
        options={name: getattr(config, name) for name in TAVERNA_OPTIONS},
    )
    return run_locally(order)


def _pairs(option: str, items: Iterable[str]) -> Iterable[tuple[str, str]]:
    for item in items:
        port, equals, value = item.partition("=")
        if not equals or not port:
            raise BadRequest(f"{option} takes PORT=..., not '{item}'")
        yield port, value

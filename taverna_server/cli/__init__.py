"""The command ``taverna-server``: a module per subcommand.

Each has ``add_to(subparsers)``, which says its arguments and sets ``run``, the
function that gets them and returns the exit code. Modules import what is heavy
only when their command runs.

Exit codes: 0 done; 1 it could not be done, and one line on standard error says
why; 2 the command line is wrong; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from taverna_server import __version__
from taverna_server.cli import doctor, reconcile, run, serve, settings, users, workflows
from taverna_server.errors import TavernaServerError

COMMANDS = (serve, run, users, workflows, doctor, settings, reconcile)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    given = parser().parse_args(arguments)
    try:
        code: int = given.run(given)
        sys.stdout.flush()
        return code
    except TavernaServerError as error:
        print(f"taverna-server: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader has seen enough: | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """All commands and their arguments."""
    top = argparse.ArgumentParser(
        prog="taverna-server", description="A run manager that keeps Taverna workflows alive."
    )
    top.add_argument("--version", action="version", version=f"taverna-server {__version__}")
    subparsers = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_to(subparsers)
    return top

"""``taverna-server workflow``: the library of published workflows."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from taverna_server.cli.options import (
    STORE_OPTIONS,
    Subparsers,
    add_options,
    config_of,
    opened_store,
)
from taverna_server.errors import BadRequest, MalformedDocument

if TYPE_CHECKING:
    from taverna_server.model.library import Entry
    from taverna_server.store import Store


def add_to(subparsers: Subparsers) -> None:
    top = subparsers.add_parser("workflow", help="the library of workflows")
    actions = top.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="put workflow documents into the library")
    add.add_argument("files", metavar="FILE", type=Path, nargs="+")
    add_options(add, STORE_OPTIONS)
    add.set_defaults(run=_add)
    listing = actions.add_parser("list", help="list published workflows")
    add_options(listing, STORE_OPTIONS)
    listing.set_defaults(run=_list)
    diagram = actions.add_parser("diagram", help="draw a workflow document as SVG")
    diagram.add_argument(
        "file", metavar="FILE", type=Path, help="a workflow document of any format"
    )
    how = diagram.add_mutually_exclusive_group()
    how.add_argument("--all", action="store_true", help="show what is inside nested workflows")
    how.add_argument("--collapsed", action="store_true", help="show none of it")
    diagram.set_defaults(run=_diagram)


def _add(given: argparse.Namespace) -> int:
    with opened_store(config_of(given)) as store:
        for entry in add_files(store, given.files):
            _print(entry)
    return 0


def _list(given: argparse.Namespace) -> int:
    from taverna_server.model.library import MOST_PER_PAGE, EntryQuery

    with opened_store(config_of(given)) as store:
        query = EntryQuery(per_page=MOST_PER_PAGE)
        while (page := store.find_entries(None, query)).entries:
            for entry in page.entries:
                _print(entry)
            query = replace(query, page=query.page + 1)
    return 0


def _diagram(given: argparse.Namespace) -> int:
    from taverna_server.diagrams import draw, everything, graph_of_t2flow
    from taverna_server.workflow.reading import read_workflow

    with _naming(given.file):
        graph = graph_of_t2flow(read_workflow(given.file.read_bytes()))
    expanded = everything(graph) if given.all else () if given.collapsed else None
    print(draw(graph, expanded=expanded))
    return 0


def add_files(store: Store, files: Iterable[Path]) -> Iterable[Entry]:
    """Publish the workflows in these files; those before a bad one stay.

    Raises:
        BadRequest: a file cannot be read or is no workflow; its name is in the message.
    """
    from taverna_server.manager.library import add_to_house

    for path in files:
        with _naming(path):
            entry = add_to_house(store, path.read_bytes(), path.name)
        yield entry


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """What is wrong with the file is told with its name."""
    try:
        yield
    except OSError as error:
        raise BadRequest(f"cannot read {path}: {error.strerror}") from error
    except MalformedDocument as error:
        raise BadRequest(f"{path}: {error}") from error


def _print(entry: Entry) -> None:
    print(entry.number, entry.workflow_id[:12], entry.title, sep="\t")

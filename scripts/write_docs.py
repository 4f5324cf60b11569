"""Rewrite what is made from the code, parts of docs/ and the WADL; ``--check`` says what is stale.

A part stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; the words
around it are written by hand.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from taverna_server import config
from taverna_server.app import create_app
from taverna_server.rest.wadl import wadl

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
DOCS = ROOT / "docs"
WADL = ROOT / "wadl" / "taverna-server.wadl"
RUN_PATH = "/rest/runs/{id}"
PLACE = "http://localhost:8080/rest"
"""Where a server is that somebody tries out; one that serves its WADL says its own address."""
IMPLIED = {"HEAD", "OPTIONS"}
"""Methods that every resource has, so that the table need not say so."""


def options() -> str:
    """Every option with its default and its help."""
    return config.documentation()


def sample() -> str:
    """The configuration file with everything commented out."""
    return f"```ini\n{config.sample_ini()}```\n"


def resources() -> str:
    """Every resource of the REST interface with its methods."""
    methods: dict[str, set[str]] = {}
    for rule in filter(_is_listed, _application().url_map.iter_rules()):
        methods.setdefault(_path(rule), set()).update((rule.methods or set()) - IMPLIED)
    rows = [f"| `{path}` | {', '.join(sorted(names))} |" for path, names in sorted(methods.items())]
    return "\n".join(["| resource | methods |", "| --- | --- |", *rows]) + "\n"


def _application() -> Flask:
    with tempfile.TemporaryDirectory() as data:
        return create_app(config.load_config({"data": data}))


def _is_listed(rule: Rule) -> bool:
    """REANA's interface has a page of its own (docs/reana.md)."""
    return not rule.endpoint.startswith("reana")


def _path(rule: Rule) -> str:
    """``/runs/{run_id}/status``: without converters."""
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)


def coverage() -> str:
    """Every row of the protocol's quick reference, and the test that sends it over HTTP."""
    from tests.live.reference import cases  # found beside this directory

    lines = ["| resource | method | sent | answered | status | test |", "|---|---|---|---|---|---|"]
    for case in cases():
        path = case.row.path.replace("{new}", RUN_PATH).replace("{done}", RUN_PATH)
        test = f"`tests/live/test_reference.py::test_row[{case.name}]`"
        cells = (f"`{path}`", case.row.method, case.sent, case.accepted, case.row.status, test)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


PARTS = {"options": options, "sample": sample, "resources": resources, "coverage": coverage}
MARKED = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def fresh(page: str) -> str:
    """The page with its parts made anew."""
    return MARKED.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n{part[3]}", page)


def stale() -> dict[Path, str]:
    """Pages that are not what the code says now, and what they should be."""
    pages = {path: path.read_text() for path in sorted(DOCS.rglob("*.md"))}
    found = {path: fresh(page) for path, page in pages.items()}
    found[WADL] = wadl(_application(), PLACE).decode()
    return {path: page for path, page in found.items() if _old(path) != page}


def _old(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def main(arguments: list[str]) -> int:
    pages = stale()
    for path, page in pages.items():
        if "--check" in arguments:
            print(f"{path.name} is stale: make docs")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(page)
    return bool(pages) and "--check" in arguments


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

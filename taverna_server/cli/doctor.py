"""``taverna-server doctor``: what is here, what is missing, and what each absence costs."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from taverna_server.cli.options import Subparsers, add_options, config_of
from taverna_server.config import Config
from taverna_server.errors import TavernaServerError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for."""

    what: str
    found: str
    """Where, or which version; empty when it is missing."""
    cost: str
    """What does not work without it."""
    needed: bool = False
    """Without it the server does not run at all."""


def add_to(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "doctor", help="what is here, what is missing and what each absence costs"
    )
    add_options(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    findings = list(examine(config_of(given)))
    for item in findings:
        if item.found:
            print(f"ok       {item.what}: {item.found}")
        else:
            print(f"missing  {item.what}: {item.cost}")
    return 1 if any(item.needed and not item.found for item in findings) else 0


def examine(config: Config) -> Iterator[Finding]:
    """Everything worth looking for, what is needed first."""
    yield _data(config)
    yield _database(config)
    yield _engine(config)
    yield from _scripts(config)
    yield Finding(
        "bubblewrap",
        shutil.which("bwrap") or "",
        "external tools and steps see the files of this account, not only those of their run",
        needed=config.step_sandbox == "bwrap" or bool(config.step_images),
    )
    yield from _engines(config)
    yield Finding(
        "Slurm",
        shutil.which("sbatch") or "",
        "runs execute on this machine only",
    )
    for package, extra, lost in (
        ("zeep", "soap", "activities that call SOAP services fail"),
        ("python_calamine", "excel", "spreadsheets other than csv are not read"),
    ):
        here = package if importlib.util.find_spec(package) else ""
        yield Finding(package, here, f"{lost} (pip install 'taverna-server[{extra}]')")
    driver = importlib.util.find_spec("psycopg")
    yield Finding(
        "PostgreSQL driver",
        "psycopg" if driver else "",
        "the database is an SQLite file (pip install 'taverna-server[postgres]')",
        needed=config.database.startswith("postgres"),
    )


def _data(config: Config) -> Finding:
    place = next(path for path in (config.data, *config.data.parents) if path.exists())
    free = shutil.disk_usage(place).free // 2**20
    usable = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    made = "" if place == config.data else ", not made yet"
    found = f"{config.data}{made}, {free:,} MiB free" if usable else ""
    return Finding("data directory", found, f"{place} cannot be written to", needed=True)


def _database(config: Config) -> Finding:
    """Looks, and changes nothing: no tables are made."""
    from sqlalchemy.exc import DBAPIError

    from taverna_server.store import Store

    kind = config.database.partition(":")[0]
    if not config.database_url and not Path(config.database.removeprefix("sqlite:///")).exists():
        return Finding("database", f"{kind}, not made yet", "", needed=True)
    try:
        with closing(Store.open(config)) as store:
            found = f"{kind}, {store.run_count()} runs, {store.operating_count()} operating"
    except (TavernaServerError, DBAPIError) as error:
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        return Finding("database", "", reason, needed=True)
    return Finding("database", found, "", needed=True)


def _engine(config: Config) -> Finding:
    found = shutil.which(config.engine_command[0]) or ""
    return Finding("engine", found, f"no {config.engine_command[0]}: no run starts", needed=True)


def _engines(config: Config) -> Iterator[Finding]:
    """REANA's workflow types, beside serial, which needs nothing."""
    from taverna_server.engines.steps.containers import TOOLS, works
    from taverna_server.engines.steps.foreign import python_of

    for name, program, lost in (
        ("cwl", "cwltool", "CWL"),
        ("snakemake", "Snakemake", "Snakemake"),
        ("yadage", "Yadage", "Yadage"),
    ):
        python = python_of(name, config.engine_environments)
        cost = f"{lost} workflows of REANA fail ('make engines')"
        yield Finding(program, str(python.parent.parent) if python else "", cost)
    node = shutil.which("node") or shutil.which("nodejs") or ""
    yield Finding("Node.js", node, "CWL workflows with expressions in JavaScript fail")
    tools = TOOLS if config.step_containers == "auto" else (config.step_containers,)
    found = "" if config.step_containers == "none" else next(filter(works, tools), "")
    yield Finding(
        "containers",
        found,
        "steps that ask for an image use an unpacked one (step_images), or the host's programs",
        needed=config.step_containers not in ("auto", "none"),
    )


def _scripts(config: Config) -> Iterator[Finding]:
    from taverna_server.engines.taverna.activities.java import (
        LIBRARIES,
        NO_BEANSHELL,
        NO_JAVA,
        find_beanshell,
        find_jar,
        find_java,
    )

    java = find_java(config.java)
    yield Finding("Java", _version(java) if java else "", NO_JAVA)
    yield Finding("BeanShell", str(find_beanshell(config.beanshell) or ""), NO_BEANSHELL)
    for name in LIBRARIES:
        lost = "scripts that import it fail, local workers among them"
        yield Finding(f"Java library {name}", str(find_jar(name) or ""), lost)


def _version(java: Path) -> str:
    try:
        done = subprocess.run(
            [java, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    first = (done.stderr or done.stdout).strip().partition("\n")[0]
    return f"{java}, {first}" if done.returncode == 0 else ""

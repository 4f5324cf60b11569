"""Write docs/corpus.md: every published workflow, what it needs, and what it does here.

The workflows lie outside the project, in the folder that TAVERNA_CORPUS names.
Those that need nothing but this machine are executed, and what came of it is in
the table. Needs are read from the documents: the service of an activity, and in
scripts the classes that reach out of the engine.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from taverna_server.data.values import ErrorDocument, ListValue, Value, make_list
from taverna_server.engines.taverna.activities.base import RunContext
from taverna_server.engines.taverna.driver import Controls
from taverna_server.engines.taverna.execution import execute, read_workflow
from taverna_server.engines.taverna.inputs import fitted
from taverna_server.workflow.depths import output_depths
from taverna_server.workflow.model import Activity, Bean, Dataflow, Port, Workflow
from taverna_server.workflow.problems import check
from taverna_server.workflow.t2flow import read_t2flow

PAGE = Path(__file__).parents[1] / "docs" / "corpus.md"
PATIENCE = 110.0
"""Seconds until a workflow that does not end is stopped; the longest takes twelve."""

NETWORK = re.compile(r"new\s+URL\s*\(|URLConnection|openStream|Socket|javax\.mail|getContentLength")
SCREEN = re.compile(r"JOptionPane|JFrame|JDialog|JFileChooser|java\.awt\.Desktop|Desktop\.")
ADDRESS = re.compile(r"(?:https?|ftp)://[^\s\"'<>\\)}]+")
RANDOM = re.compile(r"new\s+(?:java\.util\.)?Random|Math\.random")
EVERYWHERE = {
    "awk", "cat", "cp", "cut", "echo", "grep", "head", "ls", "mv", "sed", "sh", "sort", "tail",
    "tr", "uniq", "wc",
}  # fmt: skip
"""Programs that every Unix has; a tool that calls another one may find it or not."""
SHIPPED = {"dom4j", "commons-codec", "mail", "activation"}
"""Libraries of Maven coordinates that are installed with BeanShell."""

BEGIN = """# Published workflows

Every workflow of the test corpus, file by file. Depths of lists stand after the names of ports;
outputs have the depth that follows from the links. *Offline* are those that need nothing but this
machine: they were executed to write this page, with recorded inputs where there are any, else with
the examples their authors gave, else with made-up ones. An output that is an error is one on
purpose, or because a made-up input is not what the workflow is for. What a workflow needs is read
from the document: the service of each activity, programs that not every machine has, and scripts
that reach out of the engine. Most of these services are gone; the activities that call one fail
with a sentence, and the rest of the workflow runs.

Of 28 recorded runs of such workflows the record has every answer of every service. They are
replayed by `tests/engines/taverna/test_replay.py`: services answer from the record, everything
else is done again, and what comes out is what came out of Taverna, byte for byte.

The files are not part of the project. `make docs` writes this page anew where the environment
variable `TAVERNA_CORPUS` names their folder.

"""


@dataclass(frozen=True)
class Published:
    """One file."""

    path: Path
    workflow: Workflow
    problems: tuple[str, ...]

    @property
    def name(self) -> str:
        """As people know it: the number on myExperiment, or the name of the file."""
        folder = self.path.parent.name
        return folder if folder.startswith("workflow_") else f"{folder}/{self.path.stem}"

    @property
    def needs(self) -> list[str]:
        """What it takes beside this machine."""
        return sorted(set(_needs(self.workflow)))

    @property
    def offline(self) -> bool:
        return not self.problems and not self.needs


def published(corpus: Path) -> list[Published]:
    """All files of the corpus."""
    return [_published(path) for path in sorted(corpus.rglob("*.t2flow"))]


def _published(path: Path) -> Published:
    workflow = read_t2flow(path.read_bytes())
    return Published(path, workflow, tuple(check(workflow)))


def _flows(workflow: Workflow) -> Iterator[Dataflow]:
    yield workflow.top
    yield from workflow.nested.values()


def _activities(workflow: Workflow) -> Iterator[Activity]:
    for flow in _flows(workflow):
        for processor in flow.processors:
            yield from processor.activities
            if processor.dispatch.loop:
                yield processor.dispatch.loop.condition


def _needs(workflow: Workflow) -> Iterator[str]:
    for activity in _activities(workflow):
        bean = activity.config or Bean("")
        if activity.kind in _SERVICES:
            if not bean.text_of("className").startswith("java."):  # an API consumer's
                yield _SERVICES[activity.kind](bean)
        elif activity.kind in ("beanshell", "localworker"):
            yield from _script_needs(bean)
        elif activity.kind == "externaltool":
            yield from (f"file at {_host(found)}" for found in _static_addresses(bean))
            yield from _programs(bean)
    yield from _spreadsheet_needs(workflow)


def _script_needs(bean: Bean) -> Iterator[str]:
    script = bean.text_of("script")
    if NETWORK.search(script):
        hosts = {_host(found) for found in ADDRESS.findall(script)}
        yield f"script: {', '.join(sorted(hosts)) or 'an address it is given'}"
    if SCREEN.search(script):
        yield "a screen"
    yield from (f"library {item.text}" for item in bean.all("localDependencies", "string"))
    for tag in ("artifactDependencies", "dependencies"):
        for artifact in bean.all(tag):
            names = {found.text_of("artifactId") for found in artifact.children} - {""}
            yield from (f"library {name}" for name in names - SHIPPED)


def _programs(bean: Bean) -> Iterator[str]:
    for tool in bean.all("useCaseDescription"):
        for line in tool.text_of("command").split("\n"):
            name = line.strip().partition(" ")[0]
            if name and name not in EVERYWHERE:
                yield f"program {name}"


def _static_addresses(bean: Bean) -> Iterator[str]:
    if bean.tag == "url" and bean.text:
        yield bean.text
    for child in bean.children:
        yield from _static_addresses(child)


def _spreadsheet_needs(workflow: Workflow) -> Iterator[str]:
    """Spreadsheets come from files, except where the workflow itself names an address."""
    activities = list(_activities(workflow))
    if any(activity.kind == "spreadsheetimport" for activity in activities):
        for activity in activities:
            if activity.kind == "stringconstant" and activity.config:
                for found in ADDRESS.findall(activity.config.text_of("value")):
                    yield f"file at {_host(found)}"


def _host(address: str) -> str:
    return urlsplit(address.strip()).hostname or "an address it is given"


def _text_below(bean: Bean, name: str) -> str:
    found = bean.find(name)
    return found.attributes.get("location", found.text) if found else ""


_SERVICES = {
    "apiconsumer": lambda bean: f"Java class {bean.text_of('className')}",
    "biomart": lambda bean: f"BioMart {_host(_text_below(bean, 'MartService'))}",
    "biomoby": lambda bean: "BioMoby",
    "biomobyobject": lambda bean: "BioMoby",
    "component": lambda bean: f"component registry {_host(bean.text_of('registryBase'))}",
    "interaction": lambda bean: "a person at a browser",
    "mobyparsedatatype": lambda bean: "BioMoby",
    "rest": lambda bean: f"REST {_host(bean.text_of('urlSignature'))}",
    "rshell": lambda bean: "Rserve",
    "soaplab": lambda bean: f"Soaplab {_host(bean.text_of('endpoint'))}",
    "wsdl": lambda bean: f"WSDL {_host(bean.text_of('wsdl'))}",
}


def inputs_for(found: Published, recorded: Path | None = None) -> dict[str, Value]:
    """Recorded values of a run, else the author's examples, else something of the depth."""
    return {
        port.name: _recorded(recorded, port) if recorded else _made_up(port)
        for port in found.workflow.top.inputs
    }


def _made_up(port: Port) -> Value:
    value: Value = port.annotations.example or "1"
    for _ in range(port.depth):
        value = make_list([value])
    return value


def _recorded(folder: Path, port: Port) -> Value:
    path = next(p for p in (folder / port.name, *folder.glob(f"{port.name}.*")) if p.exists())
    return load(path, port.depth)


def load(path: Path, depth: int) -> Value:
    """A recorded value: a file, or a folder of files that are counted from 0."""
    if depth == 0:
        return path.read_bytes()
    items = sorted(path.iterdir(), key=lambda item: int(item.stem))
    return make_list([load(item, depth - 1) for item in items], depth)


def recorded_runs(found: Published) -> list[Path]:
    """The folders of its recorded runs."""
    return sorted(path for path in found.path.parent.glob("run*") if path.is_dir())


def outputs_of(found: Published, inputs: Mapping[str, Value]) -> dict[str, Value] | None:
    """Execute it here; None where it had to be stopped."""
    plan = read_workflow(found.path.read_bytes())
    with tempfile.TemporaryDirectory() as name:
        wd, scratch = Path(name, "wd"), Path(name, "scratch")
        (wd / "lib").mkdir(parents=True)
        scratch.mkdir()
        controls = Controls()
        patience = threading.Timer(PATIENCE, controls.stop)
        patience.start()
        try:
            ended = execute(
                plan,
                lambda plan: fitted(plan.top, inputs),
                RunContext(wd, scratch),
                controls,
                [],
                lambda inputs, problems: None,
            )
        finally:
            stopped = not patience.is_alive()
            patience.cancel()
        return None if stopped else {port: _kept(value) for port, value in ended.outputs.items()}


def _kept(value: Value) -> Value:
    """Without files, which go with the run."""
    if isinstance(value, ListValue):
        return make_list([_kept(item) for item in value], value.depth)
    return value if isinstance(value, ErrorDocument | str | bytes) else value.path.read_bytes()


def has_errors(value: Value) -> bool:
    """Whether it is an error, or a list with one somewhere in it."""
    if isinstance(value, ListValue):
        return any(map(has_errors, value))
    return isinstance(value, ErrorDocument)


def outcome(found: Published, outputs: Mapping[str, Value] | None) -> str:
    """What came of executing it, in a few words."""
    if outputs is None:
        return f"yes; not done after {PATIENCE:.0f} s"
    if any(RANDOM.search(script) for script in _scripts(found.workflow)):
        return "yes; fails at random"
    wrong = sorted(port for port, value in outputs.items() if has_errors(value))
    return f"yes; errors in {', '.join(wrong)}" if wrong else "yes"


def _scripts(workflow: Workflow) -> Iterator[str]:
    for activity in _activities(workflow):
        if activity.config:
            yield activity.config.text_of("script")


def row(found: Published, offline: str) -> str:
    """The line of a file; ``offline`` is the outcome of executing it, or why it was not."""
    depths = output_depths(found.workflow)
    kinds = Counter(activity.kind for activity in _activities(found.workflow))
    cells = (
        found.name,
        found.workflow.produced_by.removeprefix("taverna-") or "2.0",
        _ports({port.name: str(port.depth) for port in found.workflow.top.inputs}),
        _ports({port.name: str(depths.get(port.name, "?")) for port in found.workflow.top.outputs}),
        ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())),
        offline,
        "; ".join((*found.problems, *found.needs)),
    )
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _ports(depths: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {depth}" for name, depth in depths.items())


def outcome_of(found: Published) -> str:
    """Execute it, if that can be done; the cell of the table."""
    if not found.offline:
        return "invalid" if found.problems else "no"
    recorded = next(iter(recorded_runs(found)), None)
    return outcome(found, outputs_of(found, inputs_for(found, recorded)))


def page(files: Sequence[Published], outcomes: Mapping[Path, str]) -> str:
    """The whole page; ``outcomes`` by file."""
    rows = [row(found, outcomes[found.path]) for found in files]
    offline = sum(found.offline for found in files)
    invalid = sum(bool(found.problems) for found in files)
    return (
        f"{BEGIN}{len(files)} files: {offline} execute offline, {len(files) - offline - invalid} "
        f"need a service or something else, {invalid} are invalid on purpose.\n\n"
        "| workflow | Taverna | inputs | outputs | activities | offline | problems and needs |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n" + "\n".join(rows) + "\n"
    )


def main() -> int:
    corpus = os.environ.get("TAVERNA_CORPUS")
    if not corpus:
        print("TAVERNA_CORPUS names no folder: docs/corpus.md stays as it is", file=sys.stderr)
        return 0
    files = published(Path(corpus))
    PAGE.write_text(page(files, {found.path: outcome_of(found) for found in files}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``ro-crate-metadata.json`` of a run of REANA's workflow types: a Provenance Run Crate 0.5.

A ``CreateAction`` for each job, with its command, its times and how it ended; its
result is its log. Which files a job read and wrote nobody tells us: the files of
the workspace belong to the run as a whole, those that were there before it as what
it used, those that are new or changed as what it made. So do the parameters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO
from urllib.parse import quote

from taverna_server import __version__
from taverna_server.provenance.crate import (
    ENGINE,
    NAME,
    PROFILES,
    SPECIFICATION,
    TERMS,
    WORKFLOW_CRATE,
)
from taverna_server.provenance.entities import (
    COMPLETED,
    FAILED,
    dataset,
    file,
    many,
    software,
    url,
)
from taverna_server.provenance.jsonstream import Many, write

WORKFLOW, WORKSPACE, LOGS = "reana.json", "workspace/", "jobs/"
LANGUAGES = {
    "serial": "REANA serial workflow",
    "cwl": "Common Workflow Language",
    "snakemake": "Snakemake",
    "yadage": "Yadage",
}
OWN_TERMS = {name: f"{TERMS}{name}" for name in ("ContainerImage", "containerImage")}


@dataclass(frozen=True, slots=True)
class StepJob:
    """One job, as it is told of in a crate."""

    id: str
    step: str
    command: str
    image: str
    started: str
    finished: str
    """Both ISO 8601, UTC."""
    exit_code: int | None
    log_size: int


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of the workspace, by its path in the bundle."""

    path: str
    kind: str
    size: int
    made: bool
    """By this run, or changed by it."""


@dataclass(frozen=True, slots=True)
class StepStory:
    """All that is known of a run when it has ended."""

    run_id: str
    workflow_type: str
    title: str
    document_size: int
    parameters: Mapping[str, Any]
    jobs: Sequence[StepJob]
    files: Sequence[FoundFile]
    started: str
    finished: str
    completed: bool

    @property
    def run(self) -> str:
        return f"urn:uuid:{self.run_id}"

    @property
    def steps(self) -> list[str]:
        """In the order of their first jobs."""
        return list(dict.fromkeys(job.step for job in self.jobs))

    @property
    def images(self) -> list[str]:
        return list(dict.fromkeys(job.image for job in self.jobs if job.image))


def write_step_crate(stream: TextIO, story: StepStory) -> None:
    """Entity by entity."""
    stream.write('{"@context": ')
    write(stream, [f"{SPECIFICATION}/context", OWN_TERMS])
    stream.write(', "@graph": [\n')
    for number, entity in enumerate(_entities(story)):
        stream.write(",\n" if number else "")
        write(stream, entity)
    stream.write("\n]}\n")


def _entities(story: StepStory) -> Iterator[Mapping[str, Any]]:
    yield from _root(story)
    yield from _workflow(story)
    for position, step in enumerate(story.steps):
        yield from _step(story, step, position)
    for job in story.jobs:
        yield _action(job)
        yield file(_log(job), "text/plain", job.log_size)
    for image in story.images:
        yield {
            "@id": _image(image),
            "@type": "ContainerImage",
            "name": image,
            "additionalType": {"@id": f"{TERMS}DockerImage"},
        }
    for found in story.files:
        yield file(found.path, found.kind, found.size)
    yield from _run(story)


def _root(story: StepStory) -> Iterator[Mapping[str, Any]]:
    profiles = dict(PROFILES) if story.jobs else dict(list(PROFILES.items())[:2])
    folders = [WORKSPACE, *([LOGS] if story.jobs else [])]
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Run of {story.title}",
        "description": f"What a run of {story.title} used and made, and how",
        "datePublished": story.finished,
        "license": "The licence of the workflow and of the data apply",
        "conformsTo": [{"@id": uri} for uri in (*profiles, WORKFLOW_CRATE)],
        "hasPart": [{"@id": name} for name in (WORKFLOW, *folders)],
        "mainEntity": {"@id": WORKFLOW},
        "mentions": Many({"@id": uri} for uri in (story.run, *map(_uri, story.jobs))),
    }
    for uri, title in (*profiles.items(), (WORKFLOW_CRATE, "Workflow RO-Crate")):
        version = uri.rpartition("/")[2]
        yield {"@id": uri, "@type": "CreativeWork", "name": title, "version": version}
    yield {
        "@id": NAME,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": [{"@id": SPECIFICATION}, {"@id": WORKFLOW_CRATE}],
    }
    files = Many({"@id": url(found.path)} for found in story.files)
    yield dataset(WORKSPACE, "Files of the workspace", files)
    if story.jobs:
        logs = Many({"@id": _log(job)} for job in story.jobs)
        yield dataset(LOGS, "What the jobs wrote", logs)


def _workflow(story: StepStory) -> Iterator[Mapping[str, Any]]:
    language = f"#{story.workflow_type}"
    yield {
        **file(WORKFLOW, "application/json", story.document_size),
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        "name": story.title,
        "version": "1",
        "programmingLanguage": {"@id": language},
        **many("input", ({"@id": _formal(name)} for name in story.parameters)),
        **many("step", ({"@id": _named("step", step)} for step in story.steps)),
        **many("hasPart", ({"@id": _named("tool", step)} for step in story.steps)),
    }
    yield {"@id": language, "@type": "ComputerLanguage", "name": LANGUAGES[story.workflow_type]}
    for name, value in story.parameters.items():
        text = value if isinstance(value, str) else json.dumps(value)
        yield {
            "@id": _formal(name),
            "@type": "FormalParameter",
            "name": name,
            "additionalType": "Text",
        }
        yield {
            "@id": _named("parameter", name),
            "@type": "PropertyValue",
            "name": name,
            "value": text,
            "exampleOfWork": {"@id": _formal(name)},
        }


def _step(story: StepStory, step: str, position: int) -> Iterator[Mapping[str, Any]]:
    tool = _named("tool", step)
    yield software(tool, step, "1")
    yield {
        "@id": _named("step", step),
        "@type": "HowToStep",
        "name": step,
        "position": str(position),
        "workExample": {"@id": tool},
    }
    jobs = (job for job in story.jobs if job.step == step)
    yield {
        "@id": _named("control", step),
        "@type": "ControlAction",
        "name": f"Control of {step}",
        "instrument": {"@id": _named("step", step)},
        **many("object", ({"@id": _uri(job)} for job in jobs)),
    }


def _action(job: StepJob) -> Mapping[str, Any]:
    failed = job.exit_code != 0
    return {
        "@id": _uri(job),
        "@type": "CreateAction",
        "name": f"Execution of {job.step}",
        "description": job.command,
        "instrument": {"@id": _named("tool", job.step)},
        "startTime": job.started,
        "endTime": job.finished,
        "actionStatus": FAILED if failed else COMPLETED,
        **({"error": f"exit code {job.exit_code}"} if failed else {}),
        **({"containerImage": {"@id": _image(job.image)}} if job.image else {}),
        "result": {"@id": _log(job)},
    }


def _run(story: StepStory) -> Iterator[Mapping[str, Any]]:
    used = [url(found.path) for found in story.files if not found.made]
    used += [_named("parameter", name) for name in story.parameters]
    made = [url(found.path) for found in story.files if found.made]
    times = {"startTime": story.started, "endTime": story.finished}
    yield {
        "@id": story.run,
        "@type": "CreateAction",
        "name": f"Run of {story.title}",
        "instrument": {"@id": WORKFLOW},
        **times,
        "actionStatus": COMPLETED if story.completed else FAILED,
        **many("object", ({"@id": uri} for uri in used)),
        **many("result", ({"@id": uri} for uri in made)),
    }
    if story.jobs:
        yield {
            "@id": "#organize",
            "@type": "OrganizeAction",
            "name": f"Execution by taverna-server {__version__}",
            "instrument": {"@id": ENGINE},
            **many("object", ({"@id": _named("control", step)} for step in story.steps)),
            "result": {"@id": story.run},
            **times,
        }
    yield software(ENGINE, "taverna-server", __version__)


def _uri(job: StepJob) -> str:
    return f"urn:uuid:{job.id}"


def _log(job: StepJob) -> str:
    return f"{LOGS}{job.id}.log"


def _named(kind: str, name: str) -> str:
    return f"#{kind}/{quote(name, safe='')}"


def _formal(name: str) -> str:
    return _named("input", name)


def _image(name: str) -> str:
    return _named("image", name)

"""A run made as it was requested: looked at as a whole, given its inputs, started.

Nothing is made of a request that is wrong in any way, and nothing stays of a run
whose inputs cannot be kept. Of several that are wanted together, all are made or none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from taverna_server.errors import Invalid, NotAuthenticated, NotPermitted, Unknown
from taverna_server.manager.giving import Given
from taverna_server.model.identity import User
from taverna_server.model.library import Entry
from taverna_server.model.run import TAVERNA, Run
from taverna_server.player.packs import PackRequest, give_pack, look_at_pack, start_pack
from taverna_server.player.requests import GivenInput, RunRequest, fit_inputs
from taverna_server.serving.context import config, manager

NOT_THERE = "does not exist"


@dataclass(frozen=True, slots=True)
class Ready:
    """A request that was looked at: a run can be made of it."""

    wanted: RunRequest
    parent: Run | None
    entry: Entry
    given: Mapping[str, Given]
    inherited: Collection[str]
    pack: PackRequest | None = None
    """Of a workflow of REANA what there is in the place of both."""


def create(user: User, wanted: RunRequest, *, published: bool = False) -> Run:
    """The new run, started or waiting for its turn.

    Raises:
        Invalid: what was given does not fit the workflow, by field.
        TooManyRuns, CreationOff: no runs now.
    """
    (run,) = create_all(user, [look_at(user, wanted)], published=published)
    return run


def look_at(user: User, wanted: RunRequest) -> Ready:
    """Whether a run can be made of it; nothing is made yet. Raises as ``create``."""
    parent = _parent(user, wanted)
    entry = _entry(user, wanted, parent)
    if entry.type != TAVERNA:
        return Ready(wanted, parent, entry, {}, set(), look_at_pack(wanted, entry))
    given = fit_inputs(wanted.inputs, entry.inputs)
    inherited = _inherited(user, parent) - given.keys()
    return Ready(wanted, parent, entry, _completed(entry, given, inherited), inherited)


def create_all(user: User, ready: Sequence[Ready], *, published: bool = False) -> list[Run]:
    """All of the runs, or none: none starts before each has its inputs.

    Raises:
        TooManyRuns, CreationOff: no runs now, or not so many.
    """
    made: list[Run] = []
    try:
        for it in ready:
            made.append(_made(user, it, published))
            _give(user, made[-1], it)
        for run, it in zip(made, ready, strict=True):
            _start(user, run, it)
    except BaseException:
        for run in made:
            manager().discard_run(run)
        raise
    return [manager().get_run(replace(user, key_of=run.id), run.id) for run in made]


def _made(user: User, ready: Ready, published: bool) -> Run:
    if ready.pack is not None:
        return manager().create_run_of_pack(
            user,
            ready.entry,
            ready.pack.pack,
            ready.wanted.name,
            parent=ready.parent.number if ready.parent else None,
            embedded=ready.wanted.embedded,
            published=published,
        )
    return manager().create_run_of(
        user,
        ready.entry,
        ready.wanted.name,
        parent=ready.parent,
        embedded=ready.wanted.embedded,
        published=published,
    )


def _give(user: User, run: Run, ready: Ready) -> None:
    maker = replace(user, key_of=run.id)
    if ready.pack is not None:
        give_pack(maker, run, ready.pack, ready.parent)
    else:
        manager().give_inputs(maker, run.id, ready.given)
        if ready.parent is not None:
            manager().copy_inputs(maker, ready.parent, run.id, ready.inherited)
    if ready.wanted.provenance:
        manager().set_generate_provenance(maker, run.id, True)


def _start(user: User, run: Run, ready: Ready) -> None:
    maker = replace(user, key_of=run.id)
    if ready.pack is not None:
        start_pack(maker, run, ready.pack)
    else:
        manager().start_or_queue(maker, run.id)


def _parent(user: User, wanted: RunRequest) -> Run | None:
    if wanted.parent_id is None:
        return None
    try:
        return manager().run_by_number(user, wanted.parent_id)
    except (Unknown, NotAuthenticated) as error:
        raise Invalid({"parent_id": [NOT_THERE]}) from error


def _entry(user: User, wanted: RunRequest, parent: Run | None) -> Entry:
    """Of a child that of its parent, whatever was asked for (Player dossier 1.10)."""
    if parent is not None:
        return manager().entry_of(parent)
    try:
        return manager().entry(user, wanted.workflow_id or 0)
    except (Unknown, NotAuthenticated, NotPermitted) as error:
        raise Invalid({"workflow_id": [NOT_THERE]}) from error


def _inherited(user: User, parent: Run | None) -> set[str]:
    if parent is None:
        return set()
    return {given.port for given in manager().given_inputs(user, parent.id)}


def _completed(entry: Entry, given: dict[str, Given], inherited: set[str]) -> dict[str, Given]:
    """With the example values of inputs that got none (ruling 7).

    Raises:
        Invalid: there is none, and inputs are to be complete.
    """
    missing = []
    for name, _ in entry.inputs:
        if name in given or name in inherited:
            continue
        example = entry.example(name)
        if example is None:
            missing.append(name)
        else:
            given = {**given, **fit_inputs({name: GivenInput(example)}, entry.inputs)}
    if missing and config().strict_inputs:
        texts = [f"'{name}' needs a value or a file" for name in missing]
        raise Invalid({"inputs": texts})
    return given

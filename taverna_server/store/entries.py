"""The library: entries, which refer to documents, and who may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from taverna_server.model.identity import Permission, User
from taverna_server.model.library import Entry, EntryPage, EntryQuery
from taverna_server.store.base import Part, utc_now
from taverna_server.store.rows import NewEntry
from taverna_server.store.tables import entries, entry_permissions, users, workflows

_OF_ENTRY = {item.name for item in fields(Entry)} & set(entries.c.keys())
_COLUMNS = [(entries if it.name in _OF_ENTRY else workflows).c[it.name] for it in fields(Entry)]
_FROM = entries.join(workflows, workflows.c.id == entries.c.workflow_id)
_THERE = sa.not_(entries.c.deleted)
_THIS = entries.c.number == bindparam("entry")
_OF_OWNER = sa.and_(
    _THERE,
    entries.c.owner.is_not_distinct_from(bindparam("of", type_=sa.Text)),
    entries.c.workflow_id == bindparam("workflow"),
)

_INSERT = sa.insert(entries).returning(entries.c.number)
_GET = sa.select(*_COLUMNS).select_from(_FROM).where(_THIS)
_OWN = sa.select(entries.c.number).where(_OF_OWNER).order_by(entries.c.number).limit(1)
# Two writers of the same user's library wait for each other.
_HOLD = sa.update(users).where(users.c.name == bindparam("of")).values(name=users.c.name)
_CHANGE = sa.update(entries).where(_THIS, _THERE)

_GRANTED = entry_permissions.c.entry == bindparam("of")
_TO = entry_permissions.c.user == bindparam("who")
_LEVEL = sa.select(entry_permissions.c.level).where(_GRANTED, _TO)
_LEVELS = sa.select(entry_permissions.c.user, entry_permissions.c.level).where(_GRANTED)
_CLEAR = sa.delete(entry_permissions).where(_GRANTED, _TO)
_GRANT = sa.insert(entry_permissions)


class Entries(Part):
    """Setters return False when there is no such entry."""

    def add_entry(self, new: NewEntry) -> int:
        """Its number."""
        with self._database.write() as connection:
            return _add(connection, new)

    def own_entry(self, new: NewEntry) -> int:
        """The number of the owner's own entry of the document, which is made if there is none."""
        with self._database.read() as connection:
            found = _own(connection, new)
        if found is not None:
            return found
        with self._database.write() as connection:
            connection.execute(_HOLD, {"of": new.owner})
            found = _own(connection, new)
            return _add(connection, new) if found is None else found

    def get_entry(self, number: int, *, deleted: bool = False) -> Entry | None:
        """An entry; also one that was removed, where that is asked for."""
        statement = _GET if deleted else _GET.where(_THERE)
        with self._database.read() as connection:
            row = connection.execute(statement, {"entry": number}).first()
        return None if row is None else _entry(row)

    def find_entries(self, viewer: User | None, query: EntryQuery) -> EntryPage:
        """Entries that the viewer may see; published ones, where nobody looks."""
        wanted = [_THERE, *_visible(viewer), *_asked(query)]
        order = entries.c.number.desc() if query.newest_first else entries.c.number
        listing = sa.select(*_COLUMNS).select_from(_FROM).where(*wanted).order_by(order)
        page = listing.limit(query.per_page).offset((query.page - 1) * query.per_page)
        with self._database.read() as connection:
            found = tuple(map(_entry, connection.execute(page)))
            total = connection.scalar(sa.select(sa.func.count()).where(*wanted)) or 0
        return EntryPage(found, total)

    def entry_categories(self, viewer: User | None) -> list[str]:
        """The categories of what the viewer may see, sorted."""
        wanted = [_THERE, entries.c.category.is_not(None), *_visible(viewer)]
        listing = sa.select(entries.c.category).where(*wanted).distinct()
        with self._database.read() as connection:
            return sorted(filter(None, connection.scalars(listing)))

    def entry_titles(self, numbers: Collection[int]) -> dict[int, str]:
        """Titles by number, also of entries that were removed."""
        wanted = sa.select(entries.c.number, entries.c.title).where(entries.c.number.in_(numbers))
        with self._database.read() as connection:
            return {row.number: row.title for row in connection.execute(wanted)}

    def change_entry(self, number: int, changes: Mapping[str, Any]) -> bool:
        """Give columns other values: title, author, description, category, published."""
        values = {**changes, "updated": utc_now()}
        with self._database.write() as connection:
            return connection.execute(_CHANGE.values(values), {"entry": number}).rowcount == 1

    def remove_entry(self, number: int) -> bool:
        """Out of all lists; runs go on telling of it."""
        return self.change_entry(number, {"deleted": True, "published": False})

    def entry_permission(self, number: int, user: str) -> Permission:
        """What a user was allowed by name."""
        with self._database.read() as connection:
            level = connection.scalar(_LEVEL, {"of": number, "who": user})
        return level or Permission.NONE

    def entry_permissions(self, number: int) -> dict[str, Permission]:
        """What others than the owner were allowed, sorted by user."""
        with self._database.read() as connection:
            rows = connection.execute(_LEVELS, {"of": number}).all()
        return {row.user: row.level for row in sorted(rows, key=lambda row: str(row.user))}

    def set_entry_permission(self, number: int, user: str, level: Permission) -> bool:
        """Allow a user this much and no more; NONE takes it back."""
        with self._database.write() as connection:
            held = _CHANGE.values(updated=entries.c.updated)
            if connection.execute(held, {"entry": number}).rowcount == 0:
                return False
            connection.execute(_CLEAR, {"of": number, "who": user})
            if level > Permission.NONE:
                connection.execute(_GRANT, {"entry": number, "user": user, "level": level})
            return True


def _own(connection: Connection, new: NewEntry) -> int | None:
    key = {"of": new.owner, "workflow": new.workflow_id}
    found: int | None = connection.scalar(_OWN, key)
    return found


def _add(connection: Connection, new: NewEntry) -> int:
    now = utc_now()
    values = asdict(new) | {"created": now, "updated": now, "deleted": False}
    number: int = connection.execute(_INSERT, values).scalar_one()
    return number


def _visible(viewer: User | None) -> list[sa.ColumnElement[bool]]:
    if viewer is not None and viewer.admin:
        return []
    if viewer is None or viewer.guest:
        return [entries.c.published]
    granted = sa.select(entry_permissions.c.entry).where(
        entry_permissions.c.user == viewer.name, entry_permissions.c.level >= Permission.READ
    )
    own = entries.c.owner == viewer.name
    return [sa.or_(entries.c.published, own, entries.c.number.in_(granted))]


def _asked(query: EntryQuery) -> list[sa.ColumnElement[bool]]:
    searched = (entries.c.title, entries.c.description, entries.c.author, entries.c.category)
    wanted = []
    if query.text:
        wanted.append(sa.or_(*(it.icontains(query.text, autoescape=True) for it in searched)))
    if query.owner is not None:
        wanted.append(entries.c.owner == query.owner)
    if query.category is not None:
        wanted.append(entries.c.category == query.category)
    return wanted


def _entry(row: sa.Row[Any]) -> Entry:
    values = row._asdict()
    for ports in ("inputs", "outputs"):
        values[ports] = tuple((name, depth) for name, depth in values[ports])
    return Entry(**values)

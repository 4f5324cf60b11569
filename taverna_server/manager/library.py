"""The library: entries of workflows, whose they are, and who may see and change them.

An entry belongs to who put it there, or to the house (the examples, and what the
command line adds). Everybody may view published ones, also without an account;
its owner may do everything with it, a superuser too, and others what they were
granted by name. What the caller may not view does not exist for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from taverna_server.errors import BadRequest, NotAuthenticated, NotPermitted, UnknownWorkflow
from taverna_server.manager.packs import described_pack, taverna_document, title_of, with_examples
from taverna_server.manager.permissions import Guarded
from taverna_server.model.identity import Permission, User
from taverna_server.model.library import UNTITLED, Entry, EntryPage, EntryQuery, RunsOfEntry
from taverna_server.model.run import TAVERNA
from taverna_server.store import NewEntry, NewWorkflow, Store
from taverna_server.workflow.model import Interface, Port
from taverna_server.workflow.reading import read_interface
from taverna_server.workflow.reanapack import check_complete, is_pack, read_pack

ANY_ENTRY = EntryQuery()
LONGEST_TITLE = 255


class Library(Guarded):
    """Methods that take a number raise UnknownWorkflow for one that the caller may not view."""

    def list_entries(self, caller: User | None, query: EntryQuery = ANY_ENTRY) -> EntryPage:
        """A page of the entries that the caller may view."""
        return self.store.find_entries(caller, query)

    def entry_categories(self, caller: User | None) -> list[str]:
        """The categories of the entries that the caller may view, sorted."""
        return self.store.entry_categories(caller)

    def runs_of_entries(self, caller: User, entries: Iterable[Entry]) -> dict[int, RunsOfEntry]:
        """By number: how many runs of each the caller may see, and the newest; none, no key."""
        if caller.guest:
            return {}
        return self.store.runs_of_entries(caller, [entry.number for entry in entries])

    def entry(self, caller: User | None, number: int) -> Entry:
        return self._entry_for(caller, number, Permission.READ)

    def entry_document(self, caller: User | None, number: int) -> bytes:
        """The bytes that were submitted."""
        return self.document_of(self.entry(caller, number))

    def document_of(self, entry: Entry) -> bytes:
        """The bytes of an entry that the caller has been given."""
        document = self.store.workflow_document(entry.workflow_id)
        if document is None:
            raise UnknownWorkflow(str(entry.number))
        return document

    def add_entry(
        self,
        caller: User,
        document: bytes,
        file_name: str | None = None,
        published: bool = False,
        **said: str | None,
    ) -> Entry:
        """Put a workflow into the caller's library; the title and so on come from the document.

        ``said`` (title, description, category) counts where the document says nothing.

        Raises:
            MalformedDocument: no workflow document.
        """
        about = about_document(document, caller.name)
        workflow_id = self.store.put_workflow(document, about)
        if about.title == "" and not said.get("title") and is_pack(document):
            said["title"] = title_of(read_pack(document), file_name)
        new = _new_entry(workflow_id, about, caller.name, file_name, published, said)
        return self.entry(caller, self.store.add_entry(new))

    def change_entry(self, caller: User, number: int, **changes: Any) -> Entry:
        """Change title, author, description, category or published of an entry.

        Raises:
            NotPermitted: the caller may view it, and not change it.
            BadRequest: an empty or overlong title.
        """
        needed = Permission.DESTROY if "published" in changes else Permission.UPDATE
        self._entry_for(caller, number, needed)
        if "title" in changes:
            changes["title"] = _title(changes["title"])
        if changes and not self.store.change_entry(number, changes):
            raise UnknownWorkflow(str(number))
        return self.entry(caller, number)

    def remove_entry(self, caller: User, number: int) -> None:
        """Take it out of all lists; its runs stay, and can be repeated."""
        self._entry_for(caller, number, Permission.DESTROY)
        if not self.store.remove_entry(number):
            raise UnknownWorkflow(str(number))

    def entry_permission(self, caller: User | None, entry: Entry) -> Permission:
        """What the caller may do with the entry."""
        if caller is None or caller.guest:
            return Permission.READ if entry.published else Permission.NONE
        if caller.admin or caller.name == entry.owner:
            return Permission.DESTROY
        granted = self.store.entry_permission(entry.number, caller.name)
        return max(granted, Permission.READ) if entry.published else granted

    def entry_permissions(self, caller: User, number: int) -> dict[str, Permission]:
        """What others were allowed, sorted by user; for those who may share it."""
        self._entry_for(caller, number, Permission.DESTROY)
        return self.store.entry_permissions(number)

    def share_entry(self, caller: User, number: int, user: str, level: Permission) -> None:
        """Allow a user this much and no more; NONE takes it back."""
        self._entry_for(caller, number, Permission.DESTROY)
        if not user.isalnum():
            raise BadRequest("a permission needs the name of a user")
        if not self.store.set_entry_permission(number, user, level):
            raise UnknownWorkflow(str(number))

    def _entry_for(self, caller: User | None, number: int, needed: Permission) -> Entry:
        found = self.store.get_entry(number)
        held = Permission.NONE if found is None else self.entry_permission(caller, found)
        if held >= needed and found is not None:
            return found
        if caller is None or caller.guest:  # whether there is one or not
            raise NotAuthenticated("say who you are")
        if held < Permission.READ:
            raise UnknownWorkflow("no such workflow")
        raise NotPermitted("this workflow is not yours")

    def _own_entry(self, caller: User, workflow_id: str, about: NewWorkflow) -> int:
        """Of a document that came in through an interface that knows no library."""
        return self.store.own_entry(_new_entry(workflow_id, about, caller.name))


def about_document(document: bytes, owner: str | None) -> NewWorkflow:
    """What the library keeps of a document of any kind.

    Raises:
        MalformedDocument: no workflow.
    """
    if not is_pack(document):
        return described(read_interface(document), owner)
    pack = read_pack(document)
    check_complete(pack)
    if pack.specification.type != TAVERNA:
        return described_pack(pack, owner)
    about = described(read_interface(taverna_document(pack)), owner)
    return replace(about, details=with_examples(about, pack))


def described(interface: Interface, owner: str | None) -> NewWorkflow:
    """What the library keeps of a workflow: ports and annotations."""
    said = interface.annotations
    return NewWorkflow(
        title=said.title or interface.name,
        author=said.author or None,
        description=said.description or None,
        inputs=tuple((port.name, port.depth) for port in interface.inputs),
        outputs=tuple((port.name, port.depth) for port in interface.outputs),
        details={"inputs": _said(interface.inputs), "outputs": _said(interface.outputs)},
        owner=owner,
    )


def _said(ports: Iterable[Port]) -> dict[str, Any]:
    """Descriptions and examples of the ports that have any."""
    found = {
        port.name: {
            "description": port.annotations.description,
            "example": port.annotations.example,
        }
        for port in ports
    }
    return {name: texts for name, texts in found.items() if any(texts.values())}


def add_to_house(store: Store, document: bytes, file_name: str | None = None) -> Entry:
    """Publish a workflow of the house, once: the entry, the old one where there is one.

    Raises:
        MalformedDocument: no workflow document.
    """
    about = about_document(document, None)
    workflow_id = store.put_workflow(document, about)
    number = store.own_entry(_new_entry(workflow_id, about, None, file_name, True))
    found = store.get_entry(number)
    if found is not None and not found.published:
        store.change_entry(number, {"published": True})
        found = store.get_entry(number)
    if found is None:
        raise UnknownWorkflow(workflow_id)
    return found


def _new_entry(
    workflow_id: str,
    about: NewWorkflow,
    owner: str | None,
    file_name: str | None = None,
    published: bool = False,
    said: dict[str, str | None] | None = None,
) -> NewEntry:
    given = said or {}
    return NewEntry(
        workflow_id=workflow_id,
        owner=owner,
        title=(about.title or given.get("title") or UNTITLED)[:LONGEST_TITLE],
        author=about.author,
        description=about.description or given.get("description"),
        category=about.category or given.get("category"),
        published=published,
        file_name=file_name,
    )


def _title(text: str | None) -> str:
    title = (text or "").strip()
    if not title or len(title) > LONGEST_TITLE:
        raise BadRequest(f"a title has 1 to {LONGEST_TITLE} characters")
    return title

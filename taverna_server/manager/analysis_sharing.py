"""REANA's workflows shared with others: to look at, by e-mail address (REANA dossier 9)."""

from __future__ import annotations

from taverna_server.errors import BadRequest, Conflict, UnknownUser
from taverna_server.manager.analyses import Analyses
from taverna_server.manager.sharing import Sharing
from taverna_server.model.analysis import Analysis
from taverna_server.model.identity import Permission, User


class AnalysisSharing(Analyses, Sharing):
    """The permissions of runs under another name: who is shared with may read."""

    def name_of(self, address: str) -> str:
        """The account of an e-mail address, or of that name. Raises UnknownUser."""
        user = self.store.user_of_email(address) or self.store.get_user(address)
        if user is None:
            raise UnknownUser(f"User {address[:80]} does not exist.")
        return user.name

    def address_of(self, name: str) -> str:
        """How clients call an account: by its e-mail address, where it has one."""
        user = self.store.get_user(name)
        return (user and user.email) or name

    def share_analysis(self, caller: User, found: Analysis, address: str) -> None:
        """Let somebody look at it.

        Raises:
            UnknownUser: there is nobody of this address.
            Conflict: they may already.
            BadRequest: it is the owner.
        """
        self.owned_run(caller, found.run_id)
        name = self.name_of(address)
        if name == found.owner:
            raise BadRequest("Unable to share a workflow with yourself.")
        held = self.permission_of(caller, found.run_id, name)
        if held >= Permission.READ:
            raise Conflict(f"{found.full_name} is already shared with {address}.")
        self.set_permission(caller, found.run_id, name, Permission.READ)

    def unshare_analysis(self, caller: User, found: Analysis, address: str) -> None:
        """Take it back. Raises UnknownUser, and Conflict where nothing was shared."""
        self.owned_run(caller, found.run_id)
        name = self.name_of(address)
        if self.permission_of(caller, found.run_id, name) < Permission.READ:
            raise Conflict(f"{found.full_name} is not shared with {address}.")
        self.remove_permission(caller, found.run_id, name)

    def shared_with(self, caller: User, found: Analysis) -> list[str]:
        """Addresses; for others than the owner an empty list."""
        if found.owner != caller.name or found.status == "deleted":
            return []
        return [self.address_of(it) for it in self.permissions(caller, found.run_id)]

    def sharers(self, caller: User) -> list[str]:
        """Addresses of those who share something with the caller."""
        return [self.address_of(it) for it in self.store.sharers(caller.name)]

    def shared_to(self, caller: User) -> list[str]:
        """Addresses of those with whom the caller shares something."""
        return [self.address_of(it) for it in self.store.shared_to(caller.name)]

"""Settings and figures, for administrators (protocol dossier 11)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from taverna_server.errors import BadRequest
from taverna_server.manager import settings
from taverna_server.manager.accounts import Accounts
from taverna_server.manager.counts import RequestCount
from taverna_server.manager.settings import Value
from taverna_server.model.events import Usage
from taverna_server.model.identity import User

if TYPE_CHECKING:
    from taverna_server.config import Config
    from taverna_server.store import Store

log = logging.getLogger("taverna_server.admin")

SITE = "site."
"""Begins the names of rows with what the pages say of the site."""
SITE_TEXTS = {"name": 60, "announcement": 500}
"""The name of the site, what everybody is to read; and how long they may be."""
FACTORY = "factory."
"""Begins the names of rows in which the reconciler says how it is."""
STARTUP, LAST_EXIT = "startup seconds", "last exit code"


class Administration(Accounts):
    """For administrators alone: all methods raise NotPermitted for others."""

    def __init__(self, store: Store, config: Config) -> None:
        super().__init__(store, config)
        self.requests = RequestCount(store)

    def settings(self, caller: User) -> dict[str, Value]:
        """Everything that can be set, but for lists, as it is in force."""
        self.check_admin(caller)
        return settings.values(self.store, self.config)

    def change_setting(self, caller: User, name: str, words: str) -> Value:
        """Returns what is in force then. Raises BadRequest for what it cannot be."""
        self.check_admin(caller)
        value = settings.change(self.store, self.config, name, words)
        log.info("%s sets %s to %s", caller.name, name, value)
        return value

    def permit_workflows(self, caller: User, uris: Sequence[str]) -> tuple[str, ...]:
        """Permit workflows from these addresses alone; none means all again."""
        self.check_admin(caller)
        permitted = settings.permit(self.store, uris)
        log.info("%s permits workflows from %s", caller.name, ", ".join(permitted) or "anywhere")
        return permitted

    def site(self) -> dict[str, str]:
        """What the pages say of the site, by the names in ``SITE_TEXTS``; empty where nothing."""
        given = self.store.settings(SITE)
        return {name: given.get(name, "") for name in SITE_TEXTS}

    def change_site(self, caller: User, texts: Mapping[str, str]) -> None:
        """Say something else. Raises BadRequest for what is too long or no line."""
        self.check_admin(caller)
        lines = {name: texts.get(name, "").strip() for name in SITE_TEXTS}
        for name, line in lines.items():
            if len(line) > SITE_TEXTS[name] or not line.isprintable():
                raise BadRequest(f"the {name} is one line of at most {SITE_TEXTS[name]} characters")
        for name, line in lines.items():
            self.store.set_setting(SITE + name, line)

    def figures(self, caller: User) -> dict[str, int | str]:
        """Counts, and how the part that starts runs is; empty where there is nothing to say."""
        self.check_admin(caller)
        factory = self.store.settings(FACTORY)
        return {
            "invokationCount": self.requests.total(),
            "runCount": self.store.run_count(),
            "operatingCount": self.store.operating_count(),
            "startupTime": factory.get(STARTUP, "0"),
            "lastExitCode": factory.get(LAST_EXIT, ""),
        }

    def current_runs(self, caller: User) -> list[str]:
        """The ids of everybody's runs."""
        self.check_admin(caller)
        return [run.id for run in self.store.list_runs()]

    def engine_processes(self, caller: User) -> list[str]:
        """Owner and process of each run that is at work, one after the other."""
        self.check_admin(caller)
        found: list[str] = []
        for unsettled in self.store.to_reconcile():
            if pid := (unsettled.runner_state or {}).get("pid"):
                found += [unsettled.run.owner, str(pid)]
        return found

    def usage_records(self, caller: User) -> list[Usage]:
        """Those of all runs that ended."""
        self.check_admin(caller)
        return self.store.usages()

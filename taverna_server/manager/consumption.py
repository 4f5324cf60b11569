"""How much disk and processor time accounts have used, and how much they may.

Figures come from records: the workspaces as last measured, and the usage records
of runs that ended. Nothing is measured for a request.
"""

from __future__ import annotations

from dataclasses import dataclass

from taverna_server.errors import NotPermitted
from taverna_server.manager.permissions import Guarded

WARNING, CRITICAL = 0.8, 1.0


@dataclass(frozen=True, slots=True)
class Used:
    """Of one resource: bytes, or milliseconds of processor time."""

    usage: int
    limit: int
    """0: none."""

    @property
    def is_used_up(self) -> bool:
        return 0 < self.limit <= self.usage

    @property
    def health(self) -> str:
        """``healthy``, ``warning`` or ``critical`` (REANA dossier 5.2)."""
        share = self.usage / self.limit if self.limit else 0.0
        if share >= CRITICAL:
            return "critical"
        return "warning" if share >= WARNING else "healthy"


class Consumption(Guarded):
    """Quotas are settings of the server, the same for every account."""

    def consumption(self, owner: str) -> dict[str, Used]:
        """``disk`` and ``cpu``."""
        cpu = round(self.store.cpu_used(owner) * 1000)
        return {
            "cpu": Used(cpu, self.config.reana_cpu_quota * 1000),
            "disk": Used(self.store.disk_used(owner), self.config.reana_disk_quota),
        }

    def check_quota(self, owner: str) -> None:
        """Raises NotPermitted when one is used up: nothing more starts then."""
        if not (self.config.reana_cpu_quota or self.config.reana_disk_quota):
            return
        for resource, used in self.consumption(owner).items():
            if used.is_used_up:
                raise NotPermitted(f"User quota exceeded. Please check your {resource} usage.")

"""The limits a server puts on its users."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits and defaults (protocol dossier 5.4, 5.5)."""

    run_limit: int = 100
    """Runs of all users in any state."""
    operating_limit: int = 10
    """Runs of all users that operate."""
    default_lifetime: timedelta = timedelta(minutes=1440)
    permitted_workflows: tuple[str, ...] = ()
    """URIs; empty means every workflow."""
    allow_new: bool = True
    """Whether runs may be created."""
    generate_provenance: bool = False
    """Whether new runs want provenance."""
    log_workflows: bool = False
    log_faults: bool = False
    """Log what clients are refused."""
    usage_file: str = ""
    """Name of a file, below ``usage`` in the data directory, that usage records are added to."""

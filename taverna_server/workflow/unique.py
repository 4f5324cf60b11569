"""Names that must differ from each other."""

from __future__ import annotations


class UniqueNames:
    """Hands out names, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unused(self, wanted: str) -> str:
        """The name, or the name with a number; from now on it is taken."""
        candidate, number = wanted, 2
        while candidate in self._taken:
            candidate, number = f"{wanted}_{number}", number + 1
        self._taken.add(candidate)
        return candidate

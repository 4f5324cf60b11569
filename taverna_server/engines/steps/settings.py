"""The administrator's settings on where steps run, as ``run.json`` carries them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class StepSettings:
    """``docs/configuration.md`` explains them: the options that begin with ``step_``."""

    sandbox: str = "host"
    """``host`` or ``bwrap``: for steps that run with the programs of this machine."""
    network: bool = True
    """Whether steps in a sandbox reach the network."""
    directories: tuple[Path, ...] = ()
    """Seen by steps in a sandbox, read-only, beside those of the system."""
    images: Mapping[str, Path] = field(default_factory=dict)
    """Unpacked images by name."""
    unknown_images: str = "host"
    """``host`` or ``fail``: what happens to a step whose image is not here."""
    containers: str = "auto"
    """``auto``, ``none``, ``docker``, ``podman``, ``apptainer``."""

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> StepSettings:
        """What is not in the options is as it is by default."""
        given = {
            name.removeprefix("step_"): value
            for name, value in options.items()
            if name.startswith("step_")
        }
        if "images" in given:
            given["images"] = _images(given["images"])
        if "directories" in given:
            given["directories"] = tuple(map(Path, given["directories"]))
        return cls(**given)


def _images(words: Sequence[str]) -> dict[str, Path]:
    """From ``NAME=DIRECTORY``; an image's name has no equals sign."""
    pairs = (word.partition("=") for word in words)
    return {name: Path(directory) for name, _, directory in pairs}

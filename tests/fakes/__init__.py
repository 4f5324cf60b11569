"""Engines that behave in one way each: real commands that honour the run directory contract.

``command("NeverEnds")`` is the engine command; the class of that name in
``engine.py`` says what it does. Started without site packages, each is up in
about ten milliseconds.
"""

import sys
from pathlib import Path

ENGINE = Path(__file__).with_name("engine.py")


def command(behaviour: str = "AsAsked") -> list[str]:
    return [sys.executable, "-S", "-E", str(ENGINE), behaviour]

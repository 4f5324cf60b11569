"""``make bench``: how fast, as ratios to a floor measured in the same run.

Absolute numbers depend on the machine and on what else it does; each line
therefore names its floor, the least that could be asked for (starting Python
once, a bare Flask view on the same web server, a round trip through a pipe),
and says how far from it the measured thing lies. ``--smoke`` takes tiny
numbers: it shows that the benchmarks work and nothing else.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import drawings
import firstbytes
import foreign
import growth
import hello
import iterations
import pages
import reads
import reana
from report import Scale

FULL = Scale(
    repeats=20,
    rounds=7,
    others=10_000,
    items=10_000,
    growth=(1_000, 10_000, 100_000),
    busy=10_000_000,
)
SMOKE = Scale(repeats=2, rounds=1, others=100, items=20, growth=(20, 40), busy=1_000)


def main(arguments: list[str]) -> None:
    scale = SMOKE if "--smoke" in arguments else FULL
    with tempfile.TemporaryDirectory(prefix="taverna-bench-") as scratch:
        hello.measure(scale, Path(scratch))
        foreign.measure(scale, Path(scratch))
        reana.measure(scale, Path(scratch))
        reads.measure(scale, Path(scratch))
        firstbytes.measure(scale, Path(scratch))
        drawings.measure(scale)
        pages.measure(scale, Path(scratch))
        iterations.measure(scale, Path(scratch))
        growth.measure(scale, Path(scratch))


if __name__ == "__main__":
    main(sys.argv[1:])

"""Rewrite the pages of docs/ that are made from the code; ``--check`` only says which are stale."""

from __future__ import annotations

import sys
from pathlib import Path

from taverna_server import config

DOCS = Path(__file__).parents[1] / "docs"

CONFIGURATION = """\
# Configuration

<!-- Made from taverna_server/config.py by `make docs`; edit the table there. -->

Every option can be given in three places, and the first that names it wins:

1. the command line: `--run-limit 20`
2. the environment: `TAVERNA_SERVER_RUN_LIMIT=20`
3. one INI file, named by `--config FILE`: `run_limit = 20` below `[taverna-server]`

Sizes take `K`, `M` and `G`.

{options}
## A configuration file

With every option and its default; remove the `#` where you differ.

```ini
{sample}```
"""


def configuration() -> str:
    return CONFIGURATION.format(options=config.documentation(), sample=config.sample_ini())


PAGES = {"configuration.md": configuration}


def stale() -> list[Path]:
    """The pages whose file is not what the code says now."""
    paths = [DOCS / name for name in PAGES]
    return [path for path in paths if not path.exists() or path.read_text() != PAGES[path.name]()]


def main(arguments: list[str]) -> int:
    pages = stale()
    if "--check" in arguments:
        for path in pages:
            print(f"{path.name} is stale: make docs")
        return bool(pages)
    for path in pages:
        path.write_text(PAGES[path.name]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

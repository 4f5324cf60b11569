"""Greets everybody whose name stands in a file, after a pause for each.

Part of an example of Taverna Server. Licensed under the Apache License, Version 2.0.
"""

import argparse
import time
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--names", type=Path, required=True, help="file with a name on each line")
parser.add_argument("--greetings", type=Path, required=True, help="file to write")
parser.add_argument("--pause", type=float, default=0, help="seconds before each greeting")
arguments = parser.parse_args()

arguments.greetings.parent.mkdir(parents=True, exist_ok=True)
with arguments.names.open() as names, arguments.greetings.open("w") as greetings:
    for name in names:
        time.sleep(arguments.pause)
        greetings.write(f"Hello {name.strip()}!\n")
        print(f"greeted {name.strip()}")

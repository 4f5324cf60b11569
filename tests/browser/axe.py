"""axe-core, which looks at a page in the browser and names what keeps people out.

``make axe`` gets it from npm, into the environment; without it its tests are skipped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

AXE = Path(os.environ.get("TAVERNA_AXE") or Path(sys.prefix) / "axe") / (
    "node_modules/axe-core/axe.min.js"
)
GRAVE = ("serious", "critical")


def violations(tab: Any, rules: tuple[str, ...] = ()) -> list[str]:
    """What is gravely wrong on the page, a line each; all rules, or these."""
    if not tab.evaluate("typeof axe === 'object'"):
        tab.evaluate(AXE.read_text())
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = tab.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} {' '.join(node['failureSummary'].split())[:300]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]

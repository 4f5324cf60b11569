"""Executes a CWL workflow with cwltool.

Outputs lie flat in ``outputs/`` of the workspace, as REANA puts them. Measured
on a hello world, against ``cwltool`` called by hand with 0.38 s: 0.15 s of these
are imports and 0.17 s are the CWL schemas, parsed from YAML on every start. The
schemas are read once, when the environment is made, and kept ready to load
(``schemas.py``, 2 ms); what remains, together with our own start, is less than
cwltool alone. A process kept warm between runs would save the imports, too, and
would not be a child of its run: not worth what it costs in certainty.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from taverna_server.data.rundir import RunDirectory
from taverna_server.engines.cwl.inputs import effective_inputs, main_of, processes, tool_steps
from taverna_server.engines.cwl.unpacked import document_at
from taverna_server.engines.steps import calling
from taverna_server.engines.steps.foreign import ForeignEngine
from taverna_server.engines.steps.specification import Specification
from taverna_server.engines.steps.stepping import Stepping

OUTPUTS = "outputs"


class CwlEngine(ForeignEngine):
    """REANA's type ``cwl``."""

    name = "cwl"
    program = "cwltool"
    logger = "cwltool"
    module = "taverna_server.engines.cwl.inside"

    def prepare(
        self, specification: Specification, directory: RunDirectory, stepping: Stepping
    ) -> Mapping[str, Any]:
        path = None if specification.document else specification.file(directory.wd)
        document = document_at(path, directory.wd) if path else specification.document
        found = processes(document)
        main = main_of(found)
        inputs = effective_inputs(specification, main, directory.wd)
        scratch = stepping.around.scratch
        if path is None:
            path = scratch / "workflow.json"
            path.write_text(json.dumps(document))
        (scratch / "inputs.json").write_text(json.dumps(inputs))
        for name in ("tmp", "out"):
            (scratch / name).mkdir()
        stepping.start("cwl", ((step, 1) for step in tool_steps(main, found)))
        return {
            "words": self._words(specification, directory.wd, scratch, path),
            "version": str(document.get("cwlVersion", "")),
            "caller": [sys.executable, "-I", "-S", calling.__file__],
        }

    def told(self, message: Mapping[str, Any], stepping: Stepping) -> None:
        raise ValueError(f"cwltool says nothing of its own: {message}")

    def _words(
        self, specification: Specification, workspace: Path, scratch: Path, path: Path
    ) -> list[str]:
        target = specification.option("--target") or specification.option("TARGET")
        return [
            "--no-container", "--parallel", "--relax-path-checks", "--disable-color",
            "--outdir", str(workspace / OUTPUTS),
            "--tmpdir-prefix", f"{scratch / 'tmp'}/",
            "--tmp-outdir-prefix", f"{scratch / 'out'}/",
            *(["--target", target] if target else []),
            f"{path}{'#main' if _is_packed(specification) else ''}",
            str(scratch / "inputs.json"),
        ]  # fmt: skip


def _is_packed(specification: Specification) -> bool:
    """A file with several processes says itself which is meant, by being asked for none."""
    return "$graph" in (specification.document or {})

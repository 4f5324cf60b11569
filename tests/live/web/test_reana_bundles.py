"""Run bundles of workflows that clients of REANA make, as XML clients ask for them."""

from __future__ import annotations

import io
import zipfile

import pytest
import yaml

from tests.live.player.api import Player
from tests.live.reana.commandline import engine_needed
from tests.live.server import Server
from tests.live.web.test_reana_workflows import EXAMPLES, ended

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("kind", ["serial", "cwl"])
def test_run_of_a_client_has_a_bundle_on_demand(kind: str, server: Server) -> None:
    engine_needed(kind)
    session, place = server.session("alice"), EXAMPLES / f"reana-hello-{kind}"
    said = yaml.safe_load((place / "reana.yaml").read_text())
    if kind == "cwl":  # as the client does
        said["inputs"]["parameters"] = yaml.safe_load((place / "workflow/inputs.yaml").read_text())
    made = session.post(f"{server.url}/api/workflows", json=said).json()["workflow_id"]
    there, run = f"{server.url}/api/workflows/{made}", f"{server.url}/rest/runs/{made}"
    for path in sorted(path for path in place.rglob("*") if path.is_file()):
        where = {"file_name": str(path.relative_to(place))}
        session.post(f"{there}/workspace", params=where, data=path.read_bytes()).raise_for_status()
    session.headers.update({"Content-Type": "text/plain", "Accept": "text/plain"})
    session.put(f"{run}/generate-provenance", data="true").raise_for_status()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    session.post(f"{there}/start", json={}, headers=headers).raise_for_status()
    number = max(run["id"] for run in Player(server).read("/runs"))
    assert "Run bundle with provenance" in ended(server, number)
    bundle = session.get(f"{run}/run-bundle", headers={"Accept": "*/*"})
    assert "ro-crate-metadata.json" in zipfile.ZipFile(io.BytesIO(bundle.content)).namelist()

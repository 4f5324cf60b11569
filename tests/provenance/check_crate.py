"""Opens run bundles with rocrate and checks them with roc-validator; no network.

Run by ``test_crate.py`` in an environment of its own (``make crates``), because
the tools bring thirty packages. The one document that they would fetch, the context
of RO-Crate 1.1, comes with rocrate 0.13; everything else is refused.

    python check_crate.py BUNDLE...     prints what is wrong, a line each; exit code 1 if any
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.response import addinfourl

import requests.adapters
import rocrate
from requests import PreparedRequest, Response
from rocrate.rocrate import ROCrate
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings
from urllib3 import HTTPResponse

CONTEXT_URL = "https://w3id.org/ro/crate/1.1/context"
CONTEXT = Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld"
PROFILE = "provenance-run-crate"

_OPEN = urllib.request.OpenerDirector.open


def main(bundles: list[str]) -> int:
    stay_offline()
    problems = [f"{name}: {text}" for name in bundles for text in problems_of(Path(name))]
    print("\n".join(problems))
    return 1 if problems else 0


def stay_offline() -> None:
    """Both ways in which the tools read the context lead to the file."""
    assert json.loads(CONTEXT.read_bytes())["@id"] == CONTEXT_URL
    requests.adapters.HTTPAdapter.send = _send  # type: ignore[method-assign]
    urllib.request.OpenerDirector.open = _open  # type: ignore[assignment]


def _send(self: Any, request: PreparedRequest, **_: Any) -> Response:
    known = request.url == CONTEXT_URL
    content = io.BytesIO(CONTEXT.read_bytes() if known else b"")
    answer = HTTPResponse(
        content,
        {"Content-Type": "application/ld+json"},
        200 if known else 404,
        preload_content=False,
        request_url=request.url,
    )
    response: Response = self.build_response(request, answer)
    return response


def _open(self: Any, request: Any, *arguments: Any, **options: Any) -> Any:
    url = request if isinstance(request, str) else request.full_url
    if url.startswith("file:"):
        return _OPEN(self, request, *arguments, **options)
    if url != CONTEXT_URL:
        raise OSError(f"no network for {url}")
    headers = Message()
    headers["Content-Type"] = "application/ld+json"
    return addinfourl(io.BytesIO(CONTEXT.read_bytes()), headers, url, 200)


def problems_of(bundle: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(folder)
        yield from _rocrate_problems(Path(folder))
        settings = ValidationSettings(
            rocrate_uri=folder,
            profile_identifier=PROFILE,
            requirement_severity=Severity.REQUIRED,
        )
        for issue in services.validate(settings).get_issues():
            yield f"{issue.check.identifier}: {issue.message} ({issue.violatingEntity})"


def _rocrate_problems(folder: Path) -> Iterator[str]:
    crate = ROCrate(folder)
    main_entity = crate.mainEntity
    if main_entity is None or "ComputationalWorkflow" not in main_entity.type:
        yield "no main workflow"
    if not crate.root_dataset.get("mentions"):
        yield "no action is mentioned"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

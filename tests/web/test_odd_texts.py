"""Forms with bytes that are no text: a browser sends none, but anybody else may."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from taverna_server.model.identity import User
from taverna_server.serving.context import NAME
from tests.web.conftest import Person, document, upload

FORMS = {
    "/users/edit": ("email", "full_name"),
    "/users/tokens": ("token_name",),
    "/service_credentials": ("service_credential[name]", "service_credential[uri]"),
    "/workflows": ("workflow[text]", "workflow[title]"),
    "/workflows/1/sharing": ("user",),
    "/users/sign_in": ("login", "password", "back"),
}


@pytest.mark.parametrize("path", FORMS)
def test_bytes_that_are_no_text_are_no_trouble(alice: Person, path: str) -> None:
    upload(alice)
    fields = "".join(f"&{name}=a%ED%A0%80%FF" for name in FORMS[path])
    body = f"authenticity_token={alice.token()}{fields}"
    kind = "application/x-www-form-urlencoded"
    answer = alice.client.post(path, data=body, content_type=kind, headers={"Accept": "text/html"})
    assert answer.status_code < 500


def test_typed_text_comes_back_as_far_as_it_is_one(alice: Person) -> None:
    answer = alice.client.post(
        "/users/edit",
        data=f"authenticity_token={alice.token()}&email=%FFada",
        content_type="application/x-www-form-urlencoded",
        headers={"Accept": "text/html"},
    )
    assert (answer.status_code, "\ufffdada" in answer.text) == (422, True)


def test_file_whose_name_is_no_text_is_listed_and_taken(alice: Person, app: Flask) -> None:
    manager, user = app.extensions[NAME].manager, User("alice")
    run = manager.create_run(user, document("hello_world"))
    (Path(manager.directory(run).wd) / "bad\udcff.txt").write_bytes(b"found")
    base = f"/runs/{run.number}"
    assert "bad?.txt" in alice.get(f"{base}/files").text
    assert f"{base}/file?name=bad%FF.txt" in alice.get(f"{base}/files").text
    assert "found" in alice.get(f"{base}/file?name=bad%FF.txt&show=1").text
    taken = alice.get(f"{base}/file?name=bad%FF.txt&download=1")
    assert (taken.data, "bad%FF.txt" in taken.headers["Content-Disposition"]) == (b"found", True)

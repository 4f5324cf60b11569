"""Forms with bytes that are no text: a browser sends none, but anybody else may."""

from __future__ import annotations

import pytest

from tests.web.conftest import Person, upload

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

"""Service credentials and the job queue."""

from __future__ import annotations

import pytest

from tests.web.conftest import Person

GIVEN: dict[str, object] = {
    "service_credential[name]": "Archive",
    "service_credential[description]": "Old <data>",
    "service_credential[uri]": "https://archive.example.org/",
    "service_credential[login]": "reader",
    "service_credential[password]": "open sesame",
    "service_credential[password_confirmation]": "open sesame",
}


def kept(person: Person, **more: object) -> str:
    """The path of a new one."""
    changed = {f"service_credential[{name}]": value for name, value in more.items()}
    answer = person.send("/service_credentials", GIVEN | changed)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://localhost")


def test_credential_is_kept_and_its_password_never_shown(alice: Person) -> None:
    path = kept(alice)
    page = alice.get(path).text
    assert "Service credential was successfully created." in page
    for shown in (page, alice.get("/service_credentials").text, alice.get(f"{path}/edit").text):
        assert "archive.example.org" in shown
        assert "open sesame" not in shown


def test_credential_is_changed_without_its_password(alice: Person) -> None:
    path = kept(alice)
    changes = GIVEN | {
        "_method": "put",
        "service_credential[login]": "writer",
        "service_credential[password]": "",
        "service_credential[password_confirmation]": "",
    }
    assert alice.send(path, changes).headers["Location"].endswith(path)
    page = alice.get(path).text
    assert "Service credential was successfully updated." in page
    assert "writer" in page


def test_credential_is_deleted_after_a_question(alice: Person) -> None:
    path = kept(alice)
    assert "Delete “Archive”?" in alice.get(f"{path}/delete").text
    answer = alice.send(path, {"_method": "delete"})
    assert answer.headers["Location"].endswith("/service_credentials")
    assert "Service credential was deleted." in alice.get("/service_credentials").text
    assert alice.get(path).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("uri", ""), ("login", " "), ("password", ""), ("password", "other"), ("uri", "x" * 3000)],
)
def test_refused_credential_keeps_what_was_typed(alice: Person, field: str, value: str) -> None:
    answer = alice.send("/service_credentials", GIVEN | {f"service_credential[{field}]": value})
    assert answer.status_code == 422
    assert f'id="service_credential[{field}]-problem"' in answer.text
    assert 'value="Archive"' in answer.text
    assert "open sesame" not in answer.text


def test_credentials_are_nobody_elses(alice: Person, bob: Person, root: Person) -> None:
    path = kept(alice)
    for person in (bob, root):
        assert person.get(path).status_code == 404
        assert person.send(path, {"_method": "delete"}).status_code == 404
        assert "Archive" not in person.get("/service_credentials").text


def test_administrators_keep_some_for_everybody(root: Person, alice: Person) -> None:
    path = kept(root, **{"global": "1"})
    assert "the runs of everybody" in root.get(path).text
    assert alice.get(path).status_code == 404
    refused = alice.send("/service_credentials", GIVEN | {"service_credential[global]": "1"})
    assert refused.status_code == 422


def test_credentials_need_an_account(nobody: Person) -> None:
    for path in ("/service_credentials", "/service_credentials/new", "/service_credentials/1"):
        assert nobody.get(path).status_code == 302


def test_queue_is_for_administrators(root: Person, alice: Person) -> None:
    assert "The queue is empty" in root.get("/job_queue").text
    assert alice.get("/job_queue").status_code == 403

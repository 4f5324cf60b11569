"""The pages of the library."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from lxml import html

from taverna_server.app import create_app
from taverna_server.config import Config
from tests.web.conftest import Person, document, upload


def test_uploaded_workflow_has_a_page(alice: Person) -> None:
    path = upload(alice, "nested_workflow")
    page = alice.get(path).text
    assert "Workflow was successfully uploaded." in page
    assert "<h1>Greet everybody</h1>" in page
    for words in ('data-input-name="', 'data-output-name="', "Run workflow", f"{path}/runs/new"):
        assert words in page


def test_text_may_be_pasted(alice: Person) -> None:
    answer = alice.send("/workflows", {"workflow[text]": document("hello_world").decode()})
    assert answer.status_code == 302


def test_what_was_typed_counts_more_than_the_document(alice: Person) -> None:
    path = upload(alice, **{"workflow[title]": "Mine", "workflow[category]": "Tests"})
    page = alice.get(path).text
    assert "<h1>Mine</h1>" in page
    assert "category=Tests" in page


@pytest.mark.parametrize("text", ["", "no workflow", "<a/>"])
def test_refused_upload_keeps_what_was_typed(alice: Person, text: str) -> None:
    given = {"title": "A & B", "description": "Two\nlines", "category": "C", "text": text}
    fields: dict[str, object] = {f"workflow[{name}]": words for name, words in given.items()}
    answer = alice.send("/workflows", {**fields, "workflow[published]": "1"})
    assert answer.status_code == 422
    assert 'value="A &amp; B"' in answer.text
    assert "Two\nlines</textarea>" in answer.text
    assert re.search(r'name="workflow\[published\]" value="1" checked', answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert "was not successfully uploaded" in answer.text


def test_overlong_title_is_told_at_its_field(alice: Person) -> None:
    path = upload(alice)
    fields = {"_method": "put", "workflow[title]": " ", "workflow[description]": "kept"}
    answer = alice.send(path, fields)
    assert answer.status_code == 422
    assert 'id="workflow[title]-problem"' in answer.text
    assert "kept</textarea>" in answer.text


def test_owner_changes_it(alice: Person) -> None:
    path = upload(alice)
    assert "Hello World" in alice.get(f"{path}/edit").text
    fields = {"_method": "put", "workflow[title]": "New", "workflow[category]": ""}
    assert alice.send(path, fields).status_code == 302
    page = alice.get(path).text
    assert "Workflow was successfully updated." in page
    assert "<h1>New</h1>" in page
    assert alice.client.get(path + "/edit", headers={"Accept": "text/html"}).status_code == 200


def test_public_is_changed_where_the_form_asks_for_it(alice: Person, nobody: Person) -> None:
    path = upload(alice)
    assert nobody.get(path).status_code == 302
    alice.send(path, {"_method": "put", "workflow[sharing]": "1", "workflow[published]": "1"})
    assert nobody.get(path).status_code == 200
    alice.send(path, {"_method": "put", "workflow[title]": "Still public"})
    assert nobody.get(path).status_code == 200
    alice.send(path, {"_method": "put", "workflow[sharing]": "1"})
    assert nobody.get(path, Accept="*/*").status_code == 401


def test_others_see_what_is_shared_with_them(alice: Person, bob: Person) -> None:
    path = upload(alice)
    assert bob.get(path).status_code == 404
    done = alice.send(f"{path}/sharing", {"user": "bob", "level": "read"})
    assert done.status_code == 302
    assert "Shared with bob." in alice.get(f"{path}/edit").text
    assert bob.get(path).status_code == 200
    for answer in (
        bob.get(f"{path}/edit"),
        bob.get(f"{path}/delete"),
        bob.send(path, {"_method": "put", "workflow[title]": "x"}),
        bob.send(f"{path}/delete", {}),
        bob.send(f"{path}/sharing", {"user": "eve", "level": "read"}),
    ):
        assert answer.status_code == 403
    alice.send(f"{path}/sharing", {"user": "bob", "level": "none"})
    assert bob.get(path).status_code == 404


def test_administrator_may_change_everything(alice: Person, root: Person) -> None:
    path = upload(alice)
    assert root.get(f"{path}/edit").status_code == 200
    assert root.send(path, {"_method": "put", "workflow[title]": "Tidy"}).status_code == 302
    assert root.send(f"{path}/delete", {}).status_code == 302


def test_deleting_asks_first_and_leads_to_the_list(alice: Person) -> None:
    path = upload(alice)
    assert "Delete “Hello World”?" in alice.get(f"{path}/delete").text
    answer = alice.send(path, {"_method": "delete"})
    assert answer.headers["Location"] == "http://localhost/workflows"
    assert "Workflow was deleted." in alice.get("/workflows").text
    assert alice.get(path).status_code == 404


def test_list_is_searched_by_category_and_owner(alice: Person, bob: Person) -> None:
    upload(alice, "hello_world", **{"workflow[category]": "One", "workflow[published]": "1"})
    upload(bob, "retry", **{"workflow[category]": "Two", "workflow[published]": "1"})

    def titles(query: str) -> list[str]:
        return re.findall(r'<h2><a href="[^"]*">([^<]*)</a>', alice.get(f"/workflows{query}").text)

    assert titles("") == ["Try again", "Hello World"]
    assert (
        titles("?q=HELLO") == titles("?category=One") == titles("?owner=alice") == ["Hello World"]
    )
    assert titles("?q=100%25") == titles("?page=7") == titles("?owner=eve") == []
    assert "No workflow matches" in alice.get("/workflows?q=nothing").text


def test_list_of_another_user_has_the_public_ones(alice: Person, bob: Person) -> None:
    for number in range(10):
        fields = {"workflow[title]": f"Number {number}", "workflow[published]": "1" * (number % 2)}
        upload(alice, **fields)
    page = bob.get("/workflows").text
    shown = re.findall(r">Number (\d)</a>", page)
    assert sorted(shown) == ["1", "3", "5", "7", "9"]


def test_long_list_has_pages(alice: Person) -> None:
    for number in range(25):
        upload(alice, **{"workflow[title]": f"Number {number}"})
    first = alice.get("/workflows?q=number").text
    assert "25 workflows, page 1 of 2" in first
    assert 'rel="next" href="/workflows?page=2&amp;q=number"' in first
    assert "Number 0</a>" in alice.get("/workflows?page=2&q=number").text


def test_empty_library_says_what_to_do(nobody: Person) -> None:
    assert "No workflows yet" in nobody.get("/workflows").text


def test_hostile_words_are_words(alice: Person) -> None:
    path = upload(
        alice, **{"workflow[title]": "<script>alert(1)</script>", "workflow[category]": '"><b>'}
    )
    for page in ("/workflows", path, f"{path}/edit", f"{path}/delete"):
        assert "<script>alert" not in alice.get(page).text
        assert '"><b>' not in alice.get(page).text


def test_html_to_show_a_workflow_elsewhere_is_on_its_page(alice: Person) -> None:
    """Check H1 of the Player dossier: the address arrives unescaped in the document."""
    path = upload(alice, **{"workflow[published]": "1"})
    (copied,) = html.fromstring(alice.get(path).text).xpath("//textarea[@id='frame']/text()")
    (frame,) = html.fragments_fromstring(copied)
    number = path.rpartition("/")[2]
    address = f"http://localhost/runs/new?workflow_id={number}&embedded=true"
    assert frame.get("src") == address
    assert alice.get(address.removeprefix("http://localhost")).status_code == 200


def test_too_large_a_workflow_is_told_at_its_field(config: Config) -> None:
    app = create_app(replace(config, max_document_size=1000))
    alice = Person(app.test_client(), "alice")
    alice.sign_in()
    file = (io.BytesIO(document("hello_world")), "hello.t2flow")
    answer = alice.send("/workflows", {"workflow[document]": file, "workflow[title]": "Kept"})
    assert answer.status_code == 413
    assert "A workflow has at most 1,000 bytes." in answer.text
    assert 'value="Kept"' in answer.text

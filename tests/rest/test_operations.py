"""Views say what they read and answer, and cannot say one thing and do another."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from taverna_server.errors import NotAcceptable
from taverna_server.representations.inputs import RunInput, RunInputs
from taverna_server.rest import received
from taverna_server.rest.operations import answers, chosen, offers, operation_of, reads
from taverna_server.rest.responses import document, text
from taverna_server.serving.negotiation import JSON, TEXT, XML


@reads(RunInput)
@offers(TEXT, RunInputs)
@answers(200, 202)
def view(wanted: type = RunInputs) -> Response:
    return text(chosen()) if chosen() == TEXT else document(wanted, {})


def test_declarations_add_up_in_any_order() -> None:
    operation = operation_of(view)
    assert operation is not None
    assert operation.readable == (XML, JSON)
    assert operation.offered == (TEXT, XML, JSON)
    assert operation.statuses == (200, 202)


def test_first_offer_is_what_clients_get_who_do_not_say(app: Flask) -> None:
    with app.test_request_context("/"):
        assert view().mimetype == TEXT


def test_view_does_not_act_when_the_client_refuses_all_it_offers(app: Flask) -> None:
    with (
        app.test_request_context("/", headers={"Accept": "image/png"}),
        pytest.raises(NotAcceptable, match=f"{TEXT} or {XML} or {JSON}"),
    ):
        view()


def test_document_that_was_not_declared_is_not_written(app: Flask) -> None:
    with (
        app.test_request_context("/", headers={"Accept": JSON}),
        pytest.raises(LookupError, match="RunInput is not declared"),
    ):
        view(RunInput)


def test_document_that_was_not_declared_is_not_read(app: Flask) -> None:
    @reads(RunInput)
    def reader() -> None:
        received.received(RunInputs)

    with app.test_request_context("/"), pytest.raises(LookupError, match="RunInputs"):
        reader()

"""Some hundreds of requests made up; ``make fuzz`` sends ten thousand of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.live import fuzz
from tests.live.server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("fuzz"), **fuzz.SETTINGS) as server:
        yield server


@pytest.mark.slow
def test_requests_made_of_the_description_are_answered_as_it_says(server: Server) -> None:
    assert fuzz.made_up(server, 250) >= 200
    fuzz.smoke(server)


@pytest.mark.slow
def test_changed_documents_are_refused_or_taken(server: Server) -> None:
    assert fuzz.changed_documents(server, 400, Random(2)) >= 300
    fuzz.smoke(server)

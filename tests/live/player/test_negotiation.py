"""Suffixes, Accept headers, addresses as clients write them (Player dossier 1.1, X7, X8, X13)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.player.api import Player

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
AXIOS = "application/json, text/plain, */*"
PLACES = ("/runs", "/runs/{run}", "/runs/new?workflow_id={workflow}", "/workflows",
          "/workflows/{workflow}")  # fmt: skip


@pytest.fixture
def places(finished: dict[str, Any]) -> list[str]:
    names = {"run": finished["id"], "workflow": finished["workflow_id"]}
    return [place.format_map(names) for place in PLACES]


def test_suffix_is_as_good_as_a_header(alice: Player, places: list[str]) -> None:
    """Check X7: and goes before a contrary one."""
    for place in places:
        path, mark, query = place.partition("?")
        suffixed = alice.get(f"{path}.json{mark}{query}", headers={"Accept": "text/html"})
        assert suffixed.json() == alice.read(place)
        asked = alice.get(place + ("&" if mark else "?") + "format=json", headers={"Accept": "*/*"})
        assert asked.json() == alice.read(place)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/json", "application/json"),
        (AXIOS, "application/json"),
        ("application/json;q=0.5, text/html;q=0.4", "application/json"),
        ("application/json;q=0.4, text/html", "text/html"),
        ("*/*", "text/html"),
        (BROWSER, "text/html"),
        (None, "text/html"),
        ("text/javascript", None),
        ("application/xml", None),
        ("image/png", None),
    ],
)
def test_face_is_chosen_by_what_is_accepted(
    alice: Player, places: list[str], accept: str | None, expected: str | None
) -> None:
    """Check X8: and nothing ever is a 500."""
    for place in places:
        answer = alice.get(place, headers={"Accept": accept})
        assert answer.status_code < 500
        if expected is None:
            assert answer.status_code == 406
            assert answer.json()["status"] == "406"
        elif answer.status_code == 200:
            assert answer.headers["Content-Type"].partition(";")[0] == expected


def test_refused_representation_has_no_effect(alice: Player, finished: dict[str, Any]) -> None:
    """Dossier 1.1: negotiation comes first."""
    before = alice.get("/runs?page=1").headers["X-Total-Count"]
    body = {"run": {"parent_id": finished["id"]}}
    answer = alice.post("/runs", json=body, headers={"Accept": "application/xml"})
    assert answer.status_code == 406 or answer.status_code == 405
    assert alice.get("/runs?page=1").headers["X-Total-Count"] == before


@pytest.mark.parametrize("path", ["/runs/", "//runs", "//runs//", "/runs.json", "/runs.json/"])
def test_slashes_and_suffixes_need_no_redirect(alice: Player, path: str) -> None:
    answer = alice.get(path, allow_redirects=False)
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)


def test_names_of_ports_keep_their_dots(alice: Player, finished: dict[str, Any]) -> None:
    answer = alice.get(f"/runs/{finished['id']}/output/OUT.json")
    assert answer.status_code == 404
    assert "OUT.json" in answer.json()["message"]


@pytest.mark.parametrize("path", ["/rest//runs", "/rest/runs//"])
def test_other_interfaces_keep_their_addresses(alice: Player, path: str) -> None:
    assert alice.get(path).status_code == 404


def test_below_a_deployment_path_links_have_it(alice: Player, finished: dict[str, Any]) -> None:
    """Check X13: paths in documents do not, addresses do."""
    place = "/taverna-server"
    run = alice.read(f"{place}/runs/{finished['id']}")
    assert run["log"] == f"/runs/{finished['id']}/download/log"
    [item, *_] = alice.read(f"{place}/workflows")
    assert item["url"].startswith(f"{alice.url}{place}/workflows/")
    body = {"run": {"parent_id": finished["id"]}}
    made = alice.post(f"{place}/runs", json=body)
    assert made.headers["Location"] == f"{alice.url}{place}/runs/{made.json()['id']}"


def test_ids_are_small_integers(alice: Player, finished: dict[str, Any]) -> None:
    for number in (finished["id"], finished["workflow_id"], finished["user"]["id"]):
        assert type(number) is int
        assert 0 < number < 2**31

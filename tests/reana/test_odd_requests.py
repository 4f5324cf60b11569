"""Requests that no client of REANA makes: each is told what is wrong with it."""

from __future__ import annotations

import pytest

from taverna_server.config import Config
from tests.reana.conftest import User

STEP = '{"workflow": {"type": "serial", "specification": {"steps": [{"commands": ["%s"]}]}}%s}'


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[" * 100_000,
        '{"a":' * 300 + "1" + "}" * 300,
        STEP % ("\\ud800", ""),
        STEP % ("true", ', "inputs": {"parameters": {"a": NaN}}'),
        STEP % ("true", ', "inputs": {"parameters": {"a": 1e999}}'),
        STEP % ("true", ', "inputs": {"parameters": {"a": ' + "9" * 5000 + "}}"),
    ],
)
def test_body_that_cannot_be_kept_is_refused(alice: User, body: str) -> None:
    alice.refused("POST", "/workflows", 400, data=body)
    assert alice("GET", "/workflows") == []


@pytest.mark.parametrize("search", ["%7B", "%5B" * 1500, "5", '{"name": ["\\ud800"]}'])
def test_search_that_cannot_be_is_refused(alice: User, search: str) -> None:
    alice.refused("GET", f"/workflows?type=batch&search={search}", 400)


def test_workspace_with_directories_too_deep_to_reach_is_still_managed(
    alice: User, config: Config
) -> None:
    name = alice.create()
    deep = "/".join(["d"] * 300)
    alice.refused("POST", f"/workflows/{name}/workspace?file_name={deep}", 400, data=b"x")
    (found,) = (config.data / "runs").glob("*/wd")
    (found / deep).mkdir(parents=True)
    (found / deep / "made").write_text("by a step")
    assert alice("GET", f"/workflows/{name}/workspace?page=1")["items"] == []
    alice("GET", f"/workflows/{name}/disk_usage", data='{"summarize": true}')
    assert alice("DELETE", f"/workflows/{name}/workspace/d")["deleted"] == {"d": {"size": 0}}
    assert not (found / "d").exists()


@pytest.mark.parametrize("lines", ["-1", "x", "1001", "0" * 9 + "9" * 4400])
def test_context_that_cannot_be_is_refused(alice: User, lines: str) -> None:
    name = alice.create()
    alice.refused("GET", f"/workflows/{name}/diff/{name}?context_lines={lines}", 400)

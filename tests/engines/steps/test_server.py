from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from taverna_server.engines.steps import calling
from taverna_server.engines.steps.server import StepServer
from taverna_server.engines.steps.stepping import Stepping


def broken(message: Mapping[str, Any]) -> Mapping[str, Any]:
    raise LookupError(message["step"])


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "steps"
    server = StepServer(path, cast(Stepping, None), lambda _said: None, broken, ())
    yield str(path)
    server.close(1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_caller_whose_call_breaks_does_not_wait_for_ever(address: str) -> None:
    assert calling.run({calling.VARIABLE: address, "step": "one"}, ["true"]) == calling.GONE

from importlib.metadata import distribution

import pytest

from taverna_server.engines.taverna.activities import registry
from taverna_server.engines.taverna.activities.base import ActivityFailure

from .conftest import Bind


@pytest.mark.parametrize("kind", registry.BUILT_IN)
def test_built_in_kind_is_declared_as_an_entry_point(kind: str) -> None:
    declared = distribution("taverna-server").entry_points.select(group=registry.GROUP, name=kind)
    assert [entry.load() for entry in declared] == [registry.bound_activity_class(kind)]


@pytest.mark.parametrize("kind", ["disabled", "unrecognized", "nonexecutable"])
def test_disabled_service_fails_politely(bind: Bind, kind: str) -> None:
    with pytest.raises(ActivityFailure, match=r"^The service is not executable$"):
        bind(kind).invoke({})


@pytest.mark.parametrize("kind", ["biomoby", "usecase", "somethingelse"])
def test_service_nobody_executes_says_what_is_missing(bind: Bind, kind: str) -> None:
    with pytest.raises(ActivityFailure, match=r"^The service is not executable: \w+"):
        bind(kind).invoke({})

"""Which tests go to which of several processes.

One by one, to whoever is idle, except that the tests of a module whose fixture
is expensive stay together, so that the fixture is made once. (The group marks
of pytest-xdist would say the same, but pytest 9.2 does not pass them on.)
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/benchmarks/", "tests/docs/", "tests/engines/taverna/test_remote.py")


class ModulesTogether(LoadScopeScheduling):
    """Spreads tests, or whole modules below ``TOGETHER``."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module.startswith(TOGETHER) else nodeid

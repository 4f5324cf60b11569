"""The committed schemas are those of the declarations."""

from __future__ import annotations

from pathlib import Path

import pytest

from taverna_server.representations.publish import publish, published

SCHEMAS = Path(__file__).parents[2] / "schemas"
FILES = published()


@pytest.mark.parametrize("name", FILES)
def test_committed_schema_is_current(name: str) -> None:
    """Else: python -m taverna_server.representations.publish schemas/"""
    assert (SCHEMAS / name).read_bytes() == FILES[name]


def test_no_schema_is_left_over() -> None:
    committed = {str(path.relative_to(SCHEMAS)) for path in SCHEMAS.rglob("*.*")}
    assert committed == set(FILES)


def test_publish_writes_them_all(tmp_path: Path) -> None:
    publish(tmp_path)
    assert all((tmp_path / name).read_bytes() == content for name, content in FILES.items())

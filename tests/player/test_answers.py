from __future__ import annotations

import pytest

from taverna_server.player.answers import attachment


@pytest.mark.parametrize(
    ("name", "plain", "exact"),
    [
        ("a b.txt", "a b.txt", "a%20b.txt"),
        ('say "hi"', 'say \\"hi\\"', "say%20%22hi%22"),
        ("../../etc", ".._.._etc", ".._.._etc"),
        ("a\r\nSet-Cookie: x", "a__Set-Cookie: x", "a__Set-Cookie%3A%20x"),
        ("Größe 中", "Groe", "Gr%C3%B6%C3%9Fe%20%E4%B8%AD"),
        ("中", "download", "%E4%B8%AD"),
        ("", "download", "download"),
    ],
)
def test_name_is_told_in_both_ways(name: str, plain: str, exact: str) -> None:
    """Check X11."""
    disposition = attachment(name)["Content-Disposition"]
    quoted, _, extended = disposition.partition("; filename*=UTF-8''")
    assert quoted.startswith('attachment; filename="')
    assert quoted.removeprefix('attachment; filename="').rstrip('"').startswith(plain[:4])
    assert extended == exact
    assert disposition.isascii()
    assert disposition.isprintable()

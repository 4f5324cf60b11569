"""The worked values of Player dossier 1.3, from real files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from taverna_server.data.outputs import describe_output
from taverna_server.data.portvalues import PortValue, port_value

TEXT, ERROR, EMPTY = "text/plain", "application/x-error", "application/x-empty"
PNG = b"\x89PNG\r\n\x1a\n"


def written(wd: Path, files: dict[str, bytes]) -> PortValue:
    """The port ``P`` with these files below ``out``; names that end in a slash are directories."""
    (wd / "out").mkdir()
    for name, content in files.items():
        path = wd / "out" / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return port_value(wd, describe_output(wd / "out", "P"))


@pytest.mark.parametrize(
    ("files", "depth", "types", "sizes"),
    [
        ({"P": b"Hello, World!"}, 0, TEXT, 13),
        ({"P": PNG}, 0, "image/png", 8),
        ({"P.error": b"why"}, 0, ERROR, 3),
        ({"P": b""}, 0, EMPTY, 0),
        ({}, 0, EMPTY, 0),
        ({"P.txt": b"x"}, 0, TEXT, 1),
        ({"P/1": b"a", "P/2.error": b"bb", "P/3": PNG}, 1, [TEXT, ERROR, "image/png"], [1, 2, 8]),
        ({"P/1/1": b"a", "P/1/2": b"bb", "P/2/1": b"c"}, 2, [[TEXT] * 2, [TEXT]], [[1, 2], [1]]),
        ({"P/1/": b"", "P/2/1": b"abcd"}, 2, [[], [TEXT]], [[], [4]]),
        ({"P/": b""}, 1, [], []),
        ({"P/1": b"a", "P/3": b"c"}, 1, [TEXT, EMPTY, TEXT], [1, 0, 1]),
    ],
)
def test_depth_types_and_sizes_have_one_shape(
    tmp_path: Path, files: dict[str, bytes], depth: int, types: Any, sizes: Any
) -> None:
    assert written(tmp_path, files) == PortValue(depth, types, sizes)


def test_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "P").symlink_to(tmp_path / "secret")
    assert port_value(tmp_path, describe_output(tmp_path / "out", "P")) == PortValue(0, EMPTY, 0)

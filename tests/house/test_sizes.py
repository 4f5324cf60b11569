"""Functions and files stay small: the hard limits.

``python tests/house/test_sizes.py`` prints the sizes there are.

Style: half of the functions within 8 lines, nine in ten within 30, files near
100 lines. A docstring is not counted: a contract may take the words it needs.
"""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "taverna_server"
LONGEST_FUNCTION = 60
LONGEST_FILE = 400


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length of every function and method of a file."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}", length(node)


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, without the docstring."""
    first = node.body[0]
    words = 0
    if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
        words = first.end_lineno - first.lineno + 1
    return node.end_lineno - node.lineno + 1 - words


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_no_function_is_longer_than_the_limit() -> None:
    everything = [item for path in sources() for item in functions(path)]
    assert [item for item in everything if item[1] > LONGEST_FUNCTION] == []


def test_no_file_is_longer_than_the_limit() -> None:
    sizes = {str(path.relative_to(PACKAGE)): _lines(path) for path in sources()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_nine_functions_in_ten_are_within_thirty_lines() -> None:
    lengths = [size for path in sources() for _, size in functions(path)]
    assert _tenth_largest(lengths) <= 30


def _tenth_largest(sizes: list[int]) -> float:
    return statistics.quantiles(sizes, n=10)[-1] if len(sizes) > 1 else 0


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def main() -> None:
    """Print the distribution, and the largest of each kind."""
    for title, sizes in (
        ("functions", dict(item for path in sources() for item in functions(path))),
        ("files", {str(path.relative_to(PACKAGE)): _lines(path) for path in sources()}),
    ):
        values = list(sizes.values())
        print(f"{len(values)} {title}: median {statistics.median(values):g} lines, "
              f"nine in ten within {_tenth_largest(values):g}; the largest:")  # fmt: skip
        for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:15]:
            print(f"  {size:4} {name}")


if __name__ == "__main__":
    main()

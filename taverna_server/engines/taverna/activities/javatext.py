"""Numbers as Java writes them."""

from __future__ import annotations

import math
from decimal import Decimal


def double_text(number: float) -> str:
    """``Double.toString``: ``3.0``, ``1.0E10``, ``1.0E-5``, ``NaN``, ``Infinity``."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    sign, digits, exponent = Decimal(repr(number)).as_tuple()
    if not isinstance(exponent, int) or not any(digits):
        return "-0.0" if sign else "0.0"
    figures = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + exponent
    return ("-" if sign else "") + _placed(figures, point)


def _placed(figures: str, point: int) -> str:
    """The figures with the point after so many of them, in Java's two notations."""
    if -3 < point <= 7:
        whole = figures[:point].ljust(point, "0") if point > 0 else "0"
        rest = figures[point:] if point > 0 else "0" * -point + figures
        return f"{whole}.{rest or '0'}"
    return f"{figures[0]}.{figures[1:] or '0'}E{point - 1}"

"""Numbers as the report's sentences say them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal

from sim.units import DAY, HOUR, MINUTE, SECOND, Nanos, Seconds

_LARGE = ((10**9, "bn"), (10**6, "m"), (10**3, "k"))


def amount(value: float) -> str:
    """Return a number with three digits that count: 9.83m, 584k, 12.3."""
    for size, word in _LARGE:
        if abs(value) >= size * 0.9995:
            return f"{_digits(value / size)}{word}"
    return _digits(value)


def _digits(value: float) -> str:
    if not value or not math.isfinite(value):
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value)) + 1e-9))
    text = f"{value:,.{min(decimals, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None) -> str:
    """Return a share in percent, to a tenth; 'none' of none."""
    return "none" if share is None else f"{100 * share:.1f} %"


def span(nanos: float | None) -> str:
    """Return a span of time in the unit that suits it; 'none' of none."""
    if nanos is None:
        return "none"
    seconds = nanos / SECOND
    if seconds < 1:
        return f"{1_000 * seconds:.0f} ms"
    length, unit = (seconds, "s") if seconds < 120 else (seconds / 60, "min") if seconds < 7_200 else (seconds / 3_600, "h")
    return f"{length:.1f}".removesuffix(".0") + f" {unit}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number of things: '1 block', '3,859 liquidations'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def date(epoch: Seconds, at: Nanos = 0) -> str:
    """Return an instant as a date in UTC, to the second."""
    return f"{datetime.fromtimestamp(epoch + at // SECOND, UTC):%Y-%m-%d %H:%M:%S} UTC"


def time_unit(length: Nanos) -> tuple[Nanos, str]:
    """Return the unit in which a run of a length is drawn, with its name."""
    if length <= 5 * MINUTE:
        return SECOND, "seconds"
    if length <= 4 * HOUR:
        return MINUTE, "minutes"
    return (HOUR, "hours") if length <= 6 * DAY else (DAY, "days")


def plain(word: str) -> str:
    """Return a key as words."""
    return word.replace("_", " ")


def decimal(value: float | Decimal) -> str:
    """Return a number in full: a float with four digits that count (all of them before the point), a decimal with its own."""
    if isinstance(value, float):
        if not value or not math.isfinite(value):
            return "0" if not value else str(value)
        digits = max(0, 3 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{digits}f}"
    else:
        text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text

"""A fact that a scenario never saw, beside what a run made of it: both in the fact's unit, and the difference."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

_FACT = re.compile(r"([+-]?\d[\d_,]*(?:\.\d+)?)\s*(\S*)")
_NANOS = {"ms": 10**6, "s": 10**9, "min": 60 * 10**9, "h": 3600 * 10**9}


def held_against(key: str, fact: str, reached: Any) -> str:
    """Return a figure of the summary in the unit of the fact, with its difference from it; as it is where units do not meet."""
    told = _FACT.fullmatch(fact.strip())
    mine = None if told is None else _in_unit(key, reached, told[2])
    if told is None or mine is None:
        return f"{key} = {reached}"
    theirs = Decimal(told[1].replace("_", "").replace(",", ""))
    unit, apart = (f" {told[2]}", f" {told[2]}") if told[2] else ("", "")
    if told[2] == "%":
        apart = " percentage points"
    return f"{key} = {_shown(mine)}{unit}, a difference of {_shown(mine - theirs, '+')}{apart}"


def apart(key: str, fact: str, reached: Any) -> tuple[Decimal, Decimal, str] | None:
    """Return what a run reached and the fact, both in the fact's unit, and that unit; None where they cannot be compared.

    Of a fact with words behind its value, the value counts: ``36.6 % (1,462 of 3,994)``.
    """
    told = _FACT.match(fact.strip())
    mine = None if told is None else _in_unit(key, reached, told[2])
    if told is None or mine is None:
        return None
    return mine, Decimal(told[1].replace("_", "").replace(",", "")), told[2]


def _in_unit(key: str, reached: Any, unit: str) -> Decimal | None:
    """Return a figure in a unit; None where it is not counted in anything alike."""
    if isinstance(reached, str):
        number, _, asset = reached.partition(" ")
        return _number(number) if asset == unit else None
    if isinstance(reached, bool) or not isinstance(reached, int | float):
        return None
    value = Decimal(str(reached))
    if "_ns" in key:
        return value / _NANOS[unit] if unit in _NANOS else None
    if "_bps" in key:
        return {"bps": value, "%": value / 100}.get(unit)
    return {"": value, "%": value * 100}.get(unit) if isinstance(reached, float) else value if not unit else None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None  # A word, of which no difference can be told.


def _shown(value: Decimal, sign: str = "") -> str:
    """Return a number with at most two digits after the point."""
    text = format(round(value, 2), f"{sign},f")
    return text.rstrip("0").rstrip(".") if "." in text else text

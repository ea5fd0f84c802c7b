"""Values that need to know the scenario: amounts of an asset, prices of a pair, instants of the run.

They keep exactly what the author wrote. An `Amount` becomes units of its asset once the asset's decimals are known, an `Instant`
a span since the start once the start is known; whoever asks for it earlier cannot.
"""

import re
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import attrs

from sim.scenario.quantity import SYMBOL, TIME, Mistake, plain, quoted, shown, split
from sim.units import SECOND, Nanos, Seconds, Units
from sim.world.instants import iso, parse_instant

_PAIR = re.compile(rf"({SYMBOL})/({SYMBOL})")
_DATED = re.compile(r"\d{4}-\d\d-\d\d")


@attrs.frozen
class Amount:
    """So much of an asset, exactly: ``1_500 USDC``. Never below zero."""

    number: Decimal
    asset: str

    def units(self, decimals: int) -> Units:
        """Return it in smallest units of an asset with so many decimals. Raises Mistake when it is finer than one unit."""
        return _whole(self.number, decimals, f'"{self}"', self.asset)

    def __str__(self) -> str:
        """Return it as it is written in a scenario."""
        return f"{plain(self.number)} {self.asset}"


@attrs.frozen
class Rate:
    """A price: so much of the quote asset for one whole of the base asset, ``195.20 USDC/ETH``. Never below zero."""

    number: Decimal
    quote: str
    base: str

    def units(self, decimals: int) -> Units:
        """Return quote units per whole base, for a quote asset with so many decimals. Raises Mistake when it is finer."""
        return _whole(self.number, decimals, f'"{self}"', self.quote)

    def __str__(self) -> str:
        """Return it as it is written in a scenario."""
        return f"{plain(self.number)} {self.quote}/{self.base}"


@attrs.frozen
class Instant:
    """A moment of the run: a span since its start, or a date."""

    count: Nanos
    """Nanoseconds since the run's start, or since 1970 when dated."""
    is_dated: bool = False

    def since(self, start: Seconds) -> Nanos:
        """Return the span since a run's start (Unix seconds); below zero before it."""
        return self.count - start * SECOND if self.is_dated else self.count

    def __str__(self) -> str:
        """Return it as it is written in a scenario."""
        return iso(self.count) if self.is_dated else TIME.text(self.count)


def amount(found: object) -> Amount:
    """Return the amount in ``"1_500 USDC"``."""
    number, asset = split(found, f'"{shown(found)} USDC"')
    if not re.fullmatch(SYMBOL, asset):
        raise Mistake(f'is {quoted(found)}; give an amount of one asset, such as "{number} USDC"')
    return Amount(_not_below_zero(number, found, "amount"), asset)


def rate(found: object) -> Rate:
    """Return the price in ``"195.20 USDC/ETH"``: quote per whole base."""
    number, pair = split(found, f'"{shown(found)} USDC/ETH"')
    assets = _PAIR.fullmatch(pair)
    if not assets:
        raise Mistake(f'is {quoted(found)}; give a price as quote per base, such as "{number} USDC/ETH"')
    return Rate(_not_below_zero(number, found, "price"), assets[1], assets[2])


def instant(found: object) -> Instant:
    """Return the moment in ``"10 min"`` (since the start) or ``"2020-03-12T10:38:00Z"`` (a date in UTC)."""
    if isinstance(found, datetime) or (isinstance(found, str) and _DATED.match(found)):
        return Instant(_nanoseconds(found), is_dated=True)
    return Instant(TIME.read(found))


def epoch(found: object) -> Seconds:
    """Return the Unix seconds of ``"2020-03-12T09:54:00Z"``; a date without a zone is UTC."""
    seconds, rest = divmod(_nanoseconds(found), SECOND)
    if rest:
        raise Mistake(f"is {quoted(found)}; give a date in whole seconds, for contracts count those")
    return seconds


def _whole(number: Decimal, decimals: int, shown: str, asset: str) -> Units:
    units = Fraction(number) * int(10**decimals)
    if units.denominator != 1:
        raise Mistake(f"is {shown}; {asset} has {decimals} decimals, leave out the digits beyond")
    return units.numerator


def _not_below_zero(number: Decimal, found: object, what: str) -> Decimal:
    if number < 0:
        raise Mistake(f"is {quoted(found)}; give {'an' if what[0] in 'aeiou' else 'a'} {what} that is not below zero")
    return number


def _nanoseconds(found: object) -> Nanos:
    """Return nanoseconds since 1970 of a date, written or as TOML has it."""
    text = found.isoformat() if isinstance(found, datetime) else found if isinstance(found, str) else ""
    try:
        return parse_instant(text if _DATED.match(text) else "")
    except ValueError:
        raise Mistake(f'is {quoted(found)}; give a date in UTC such as "2020-03-12T09:54:00Z"') from None

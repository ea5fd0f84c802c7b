"""Exact quantities with their units: ``"12 s"``, ``"0.5 %"``, ``"1_500 USDC"``, ``"10 M gas"``.

What this is for: a number in a scenario says what it counts, and becomes an exact integer or is refused. Nothing is rounded and
no float is involved: digits are read as ``Decimal`` and scaled as fractions. It promises that what `Kind.text` writes reads back
as the same value. Amounts, prices and instants, which need to know the scenario, are in `sim.scenario.values`.
"""

import re
from decimal import Decimal
from fractions import Fraction

import attrs

from sim.errors import ScenarioError
from sim.units import DAY, GWEI, HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND, Bps, Gas, Nanos, Ppb, WeiPerGas

NUMBER = r"[+-]?[0-9](?:_?[0-9])*(?:\.[0-9](?:_?[0-9])*)?"
SYMBOL = r"[A-Za-z][A-Za-z0-9]*"
_QUANTITY = re.compile(rf"({NUMBER})\s*(.*)")
MOST_DIGITS = 60
"""Digits a number may have, either side of the point: far above 256 bits."""


class Mistake(ScenarioError):
    """One thing wrong with a value; it says what would do. The path is put before it by whoever knows it."""


@attrs.frozen
class Kind:
    """A kind of quantity that is a whole number of some smallest step."""

    name: str
    """What it is, in words: ``time``."""
    units: dict[str, int]
    """Steps in one of each unit, the one to suggest first."""
    step: str
    """The smallest step, in words."""
    is_signed: bool = False

    def read(self, found: object) -> int:
        """Return the exact number of steps a text names. Raises Mistake with a remedy."""
        number, unit = split(found, f'"{shown(found)} {self._meant(found)}"')
        if unit not in self.units:
            raise Mistake(f'is {quoted(found)}; give a {self.name} in {_listed(self.units)}, such as "{number} {next(iter(self.units))}"')
        steps = Fraction(number) * self.units[unit]
        if steps.denominator != 1:
            raise Mistake(f"is {quoted(found)}; {self.name} counts in whole steps of {self.step}, leave out the digits beyond")
        if steps < 0 and not self.is_signed:
            raise Mistake(f"is {quoted(found)}; give a {self.name} that is not below zero")
        return steps.numerator

    def _meant(self, found: object) -> str:
        """Return the unit to suggest: the first, but of a share above a hundred, which hardly means percent, hundredths of them."""
        is_large = isinstance(found, int) and abs(found) > 100
        return "bps" if is_large and "bps" in self.units else next(iter(self.units))

    def text(self, steps: int) -> str:
        """Return steps in the unit that needs the fewest signs, of those the largest: ``13.1 s``, ``250 ms``, ``1 h``."""
        exact = [(digits, size, unit) for unit, size in self.units.items() if (digits := _decimals(steps, size))]
        digits, _, unit = min(exact, key=lambda each: (len(each[0].replace("0.", "00.")), -each[1]))
        return f"{digits} {unit if steps else next(iter(self.units))}"


def _decimals(steps: int, size: int) -> str:
    """Return steps over size in plain digits, or nothing where six decimals are not enough."""
    scaled, rest = divmod(steps * 10**6, size)
    return "" if rest else plain(Decimal(f"{scaled}e-6"))


TIME = Kind("time", {"s": SECOND, "ms": MILLISECOND, "us": MICROSECOND, "ns": 1, "min": MINUTE, "h": HOUR, "d": DAY}, "1 ns")
WHOLE_SECONDS = Kind("time", {"s": 1, "min": 60, "h": 3600, "d": 86_400}, "1 s")
SHARE = Kind("share", {"%": 100, "bps": 1}, "1 bps", is_signed=True)
FEE_SHARE = Kind("share", {"%": 10**4, "bps": 100, "ppm": 1}, "1 ppm", is_signed=True)
FINE_SHARE = Kind("share", {"%": 10**7, "bps": 10**5, "ppb": 1}, "1 ppb", is_signed=True)
RATIO = Kind("share", {"%": 10**16, "bps": 10**14, "wad": 1}, "1 wad", is_signed=True)
GAS = Kind("gas", {"gas": 1, "k gas": 10**3, "M gas": 10**6}, "1 gas")
GAS_PRICE = Kind("gas price", {"gwei": GWEI, "wei": 1}, "1 wei")

KINDS: dict[str, Kind] = {
    "Nanos": TIME,
    "Seconds": WHOLE_SECONDS,
    "Bps": SHARE,
    "Ppm": FEE_SHARE,
    "Ppb": FINE_SHARE,
    "Wad": RATIO,
    "Gas": GAS,
    "WeiPerGas": GAS_PRICE,
}
"""The kind in which each unit of `sim.units` is written; units that are not here are written as whole numbers."""


def span(text: str) -> Nanos:
    """Return the nanoseconds in ``"12 s"``."""
    return TIME.read(text)


def share(text: str) -> Bps:
    """Return the basis points in ``"0.5 %"`` or ``"50 bps"``."""
    return SHARE.read(text)


def fine_share(text: str) -> Ppb:
    """Return the billionths in ``"0.0005 %"``."""
    return FINE_SHARE.read(text)


def gas(text: str) -> Gas:
    """Return the gas in ``"10 M gas"``."""
    return GAS.read(text)


def gas_price(text: str) -> WeiPerGas:
    """Return the wei per gas in ``"200 gwei"``."""
    return GAS_PRICE.read(text)


def split(found: object, example: str) -> tuple[Decimal, str]:
    """Return number and unit of a text. Raises Mistake with the example where the unit is missing."""
    if not isinstance(found, str):
        raise Mistake(f"is {quoted(found)}; give a number with its unit, as text: {example}")
    parts = _QUANTITY.fullmatch(found.strip())
    if not parts:
        raise Mistake(f"is {quoted(found)}; give a number in plain digits with its unit, such as {_sample(example)}")
    if not parts[2]:
        raise Mistake(f"is {quoted(found)}; give a unit: {example}")
    if len(parts[1]) > MOST_DIGITS:
        raise Mistake(f"is {quoted(found)}; give at most {MOST_DIGITS} digits")
    return Decimal(parts[1]), parts[2]


def plain(number: Decimal) -> str:
    """Return a number in plain digits, without an exponent or needless zeros."""
    digits = f"{number:f}"
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) or "0"


def quoted(found: object) -> str:
    """Return a value as the author wrote it, shortened: ``"50"``, ``50``, ``true``."""
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, dict):
        return "a table"
    if isinstance(found, list | tuple):
        return "a list"
    text = str(found)
    text = text if len(text) <= 80 else text[:77] + "..."
    return f'"{text}"' if isinstance(found, str) else text


def shown(found: object) -> str:
    """Return the digits of an example made from what was found."""
    return str(found).strip() if isinstance(found, str | int | Decimal) and not isinstance(found, bool) else "1"


def _sample(example: str) -> str:
    unit = example.strip('"').rpartition(" ")[2]
    return f'"1 {unit}"'


def _listed(units: dict[str, int]) -> str:
    names = list(units)
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]

"""Figures of a study: one number out of a run's summary, by its key.

A key is dotted where tables are nested (``cascades.largest``), and goes into lists by number (``generation_ratios.0``). Tables of
counts and of keepers hold only what happened: what is missing in them is zero, as long as it could have been there (a reason that
exists, a keeper that the run has). So it is with an amount of one asset, ``bad_debt.DAI``. Any other figure that a run does not have
is None, which is no zero. Left out: what the keys mean (docs/reference/summary.md).
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from sim.errors import InputError
from sim.facts import Facts
from sim.metrics.keepers import TOLD
from sim.scenario.words import meant
from sim.vocabulary import Refusal

COUNTS = ("txs_reverted", "txs_dropped", "declined")
"""Tables of counts by reason, which leave out what never happened."""
KEEPERS = "keepers"
"""The table by keeper, by quote asset, by part, which leaves out keepers that did nothing."""


def figure_of(summary: Mapping[str, Any], key: str, keepers: Collection[str] = ()) -> float | None:
    """Return a figure of a run's summary: a number, or the number of an amount such as ``"1500.5 USDC"``.

    ``keepers`` are those that the run had. Raises InputError for what is not one number.
    """
    here: Any = summary
    steps = key.split(".")
    for step in steps:
        here = _entered(here, step)
    if here is None:
        return 0.0 if _is_zero(summary, steps, keepers) else None
    if isinstance(here, bool | int | float):
        return float(here)
    number = _number(here)
    if number is None:
        raise InputError(f"{key} is {here} in a run's summary; {_one_of(here, key)}")
    return float(number)


def known_mistake(figures: Mapping[str, Any], key: str, facts: Facts) -> str:
    """Return what is wrong with a key, going by the summary of a run that has just begun; nothing where all may be well."""
    first, *steps = key.split(".")
    if first not in figures:
        return f'is "{key}", which is no key of the summary; {meant(first, figures)}'
    if first in COUNTS:
        return _lost(key, [[reason.name.lower() for reason in Refusal]])
    symbols = [asset.symbol for asset in facts.assets]
    if first == KEEPERS:
        return _lost(key, [keepers_of(facts), symbols, TOLD], symbols)
    here, path = figures[first], first
    for step in steps:
        if _number(here) is not None and step in symbols:
            return ""  # The part of an amount in one asset.
        if isinstance(here, int | float | str):
            return f'is "{key}", and {path} is a value; leave out what follows it'
        if not isinstance(here, Mapping) or not here:
            return ""  # What is in it shows when something has happened.
        if step not in here:
            return f'is "{key}", and {path} has no {step}; {meant(step, here)}'
        here, path = here[step], f"{path}.{step}"
    return f'is "{key}", which holds several; name one of them: "{key}.KEY"' if isinstance(here, Mapping | list) else ""


def _lost(key: str, levels: Sequence[Sequence[str]], symbols: Sequence[str] = ()) -> str:
    """Return what is wrong with a key into a table of which all names are known, level by level; its values may be amounts of symbols."""
    path, *steps = key.split(".")
    for known, step in zip(levels, steps, strict=False):
        if step not in known:
            return f'is "{key}", and {path} has no {step}; {meant(step, known)}'
        path += f".{step}"
    if steps[len(levels) :] and steps[len(levels)] not in symbols:
        return f'is "{key}", and {path} is a value; leave out what follows it'
    return f'is "{key}", which holds several; name one of them: "{key}.KEY"' if len(steps) < len(levels) else ""


def keepers_of(facts: Facts) -> list[str]:
    """Return the names of a world's keepers, members of a count each by its own."""
    return [agent.name for agent in facts.agents if agent.role == "keeper"]


def _is_zero(summary: Mapping[str, Any], steps: list[str], keepers: Collection[str]) -> bool:
    """Tell whether a figure that is not there is a zero that nobody wrote down."""
    table, *rest = steps
    if table not in summary or not rest:
        return False
    return table in COUNTS or (table == KEEPERS and rest[0] in keepers)


def _entered(here: Any, step: str) -> Any:
    if isinstance(here, list):
        return here[int(step)] if step.isdecimal() and int(step) < len(here) else None
    if isinstance(here, Mapping):
        return here.get(step, f"0 {step}" if _by_asset(here) else None)
    if isinstance(here, str) and _number(here) is not None:
        return here if here.endswith(f" {step}") else f"0 {step}"
    return None


def _by_asset(here: Mapping[str, Any]) -> bool:
    """Tell an amount of several assets."""
    return bool(here) and all(isinstance(amount, str) and amount.endswith(f" {symbol}") for symbol, amount in here.items())


def _number(here: Any) -> Decimal | None:
    """Return the number of an amount; None of what is no amount."""
    try:
        return Decimal(here.partition(" ")[0]) if isinstance(here, str) else None
    except InvalidOperation:
        return None  # A word, not an amount.


def _one_of(here: Any, key: str) -> str:
    if isinstance(here, Mapping) and here:
        return f'name one of them: "{key}.{next(iter(here))}"'
    return "name a key that holds one number or one amount"

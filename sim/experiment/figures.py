"""Figures of a study: one number out of a run's summary, by its key.

A key is dotted where tables are nested (``cascades.largest``), and goes into lists by number (``generation_ratios.0``). A figure that
a run does not have is None, which is no zero. Left out: what the keys mean (docs/reference/summary.md).
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sim.errors import InputError
from sim.scenario.words import meant


def figure_of(summary: Mapping[str, Any], key: str) -> float | None:
    """Return a figure of a run's summary: a number, or the number of an amount such as ``"1500.5 USDC"``."""
    here: Any = summary
    for step in key.split("."):
        here = _entered(here, step)
    if here is None or isinstance(here, bool | int | float):
        return None if here is None else float(here)
    try:
        return float(Decimal(str(here).partition(" ")[0]))
    except InvalidOperation:
        raise InputError(f"{key} is {here} in a run's summary; name a key that holds one number or one amount") from None


def known_mistake(figures: Mapping[str, Any], key: str) -> str:
    """Return what is wrong with a key, going by the summary of a run that has just begun; nothing where all may be well."""
    first, *steps = key.split(".")
    if first not in figures:
        return f'is "{key}", which is no key of the summary; {meant(first, figures)}'
    here, path = figures[first], first
    for step in steps:
        if isinstance(here, int | float | str):
            return f'is "{key}", and {path} is a value; leave out what follows it'
        if not isinstance(here, Mapping) or not here:
            return ""  # What is in it shows when something has happened.
        if step not in here:
            return f'is "{key}", and {path} has no {step}; {meant(step, here)}'
        here, path = here[step], f"{path}.{step}"
    return f'is "{key}", which holds several; name one of them: "{key}.KEY"' if isinstance(here, Mapping | list) else ""


def _entered(here: Any, step: str) -> Any:
    if isinstance(here, list):
        return here[int(step)] if step.isdecimal() and int(step) < len(here) else None
    return here.get(step) if isinstance(here, Mapping) else None

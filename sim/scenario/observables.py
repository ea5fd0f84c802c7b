"""What a scenario may have been fitted to: every observable that ``downtick calibrate`` can measure, by its words.

*Before the news* is a twin in which the outside price stays at its first value (but for its usual noise) and nothing strikes: the
market by itself, for up to half an hour, its first minute left out. *At the start* is the same twin's first five minutes. Depth,
volume and spread are those of the first venue; debts are those of all pools, at the opening prices, those of vaults in their
money: they are added up as they are, as if all base currencies and moneys were worth the same. Gas is what blocks include without
any tx of ours, and its target is a share of what was asked for: ``"100 %"``, measured where it is farthest off.
How they are measured stands in ``sim.scenario.measure``.
"""

import re
from collections.abc import Iterator
from enum import Enum

import attrs

from sim.scenario.quantity import FINE_SHARE, NUMBER, Mistake
from sim.scenario.sense_feeds import pairs_of
from sim.scenario.spec import Calibration, Scenario
from sim.scenario.values import amount
from sim.scenario.words import meant


class Measure(Enum):
    """What an observable is counted in, and so how its target is written."""

    SHARE = "a share in % or bps"
    TRADED = "an amount of the first venue's base or quote"
    OWED = "an amount of the pools' base currency"
    NUMBER = "a number"


@attrs.frozen
class Observable:
    """One of them."""

    measure: Measure
    about: str
    """What is measured, in a sentence."""


GAS = {
    f"gas p{percent} per ten minutes": Observable(Measure.SHARE, f"The {percent}th percentile of included gas prices over what was asked.")
    for percent in (30, 60, 90)
}
DEPTH = {
    f"{side}depth within {percent} % at the start": Observable(
        Measure.TRADED, f"What rests within {percent} % of the mid (median), {whose}."
    )
    for side, whose in (("", "both sides together"), ("bid ", "bids only"))
    for percent in (1, 2, 5)
}
MARKET = {
    "one-minute volatility before the news": Observable(Measure.SHARE, "Deviation of the mid's log return over a minute."),
    "spread before the news": Observable(Measure.SHARE, "Median of best ask less best bid over the mid, second by second."),
    "venue volume per hour before the news": Observable(Measure.TRADED, "What was traded, scaled to an hour."),
}
DEBTS = {
    "opening debt": Observable(Measure.OWED, "What all accounts owe."),
    **{
        f"debt within a {percent} % fall": Observable(Measure.OWED, f"Debt liquidatable once the main collateral fell by {percent} %.")
        for percent in (5, 10, 20)
    },
    "gain at the start": Observable(Measure.NUMBER, "The gain of all pools together, before the run."),
}
OBSERVABLES: dict[str, Observable] = {**GAS, **DEPTH, **MARKET, **DEBTS}


def target_of(asked: Calibration) -> tuple[float, str]:
    """Return the number a calibration aims at and its unit: ``(4.5, "bps")``, ``(2e6, "USDC")``. Raises Mistake with a remedy."""
    measure = OBSERVABLES[asked.observable].measure
    if measure is Measure.SHARE:
        unit = "%" if asked.target.endswith("%") else "bps"
        return FINE_SHARE.read(asked.target) / FINE_SHARE.units[unit], unit
    if measure is Measure.NUMBER:
        if not re.fullmatch(NUMBER, asked.target):
            raise Mistake(f'is "{asked.target}"; give a number without a unit, such as "0.7"')
        return float(asked.target), ""
    found = amount(asked.target)
    return float(found.number), found.asset


def calibration_mistakes(scenario: Scenario) -> Iterator[str]:
    """Yield calibrations to what nobody can measure, or with a target in another unit than their observable's."""
    for index, asked in enumerate(scenario.calibration):
        path = f"calibration.{index}"
        if asked.observable not in OBSERVABLES:
            near = meant(asked.observable, OBSERVABLES)
            yield f'{path}.observable is "{asked.observable}", which is nothing that can be measured; {near}'
            continue
        try:
            number, asset = target_of(asked)
        except Mistake as mistake:
            yield f"{path}.target {mistake}"
            continue
        if not number:
            yield f'{path}.target is "{asked.target}"; the band is a share of it, give a target that is not zero'
        known = known_assets(scenario, OBSERVABLES[asked.observable].measure)
        if known and asset not in known:
            yield f'{path}.target is "{asked.target}"; give {OBSERVABLES[asked.observable].measure.value}: {" or ".join(known)}'


def known_assets(scenario: Scenario, measure: Measure) -> list[str]:
    """Return the assets in which a target may be given; none where it is no amount."""
    if measure is Measure.TRADED:
        return [scenario.venues[0].base, scenario.venues[0].quote]
    if measure is not Measure.OWED:
        return []
    quotes = {name: quote for name, (_, quote) in pairs_of(scenario).items()}
    reserves = [reserve for pool in scenario.pools for reserve in pool.reserves]
    found = [reserve.price.quote if reserve.price else quotes.get(reserve.feed or "", "") for reserve in reserves]
    found += [vaults.money for vaults in scenario.vaults]
    found += [system.money for system in scenario.liquity]
    lent = [market for pool in scenario.compound for market in pool.markets] + [each for pool in scenario.euler for each in pool.assets]
    found += [each.price.quote if each.price else quotes.get(each.feed or "", "") for each in (*lent, *scenario.comet)]
    found += [each.money_price.quote if each.money_price else quotes.get(each.money_feed or "", "") for each in scenario.llamma]
    found += [each.loan_price.quote if each.loan_price else quotes.get(each.loan_feed or "", "") for each in scenario.morpho]
    return [asset for asset in dict.fromkeys(found) if asset]

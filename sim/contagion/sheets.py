"""Lenders side by side before a shock: what each holds, what the shock makes it sell, what its sales do to prices.

The bridge from balance sheets to ``fire_sales``. A lender's *value sold per value lost* is the debt that the shock calls, times what is
sold of a unit of it, over what the shock takes off its collateral: exact for the shock that was asked for, a straight line beyond it. Its
*equity* is what its borrowers have beyond their debt, since they lose first, and its cushion.

Model choices: lenders that read an asset by different feeds are taken to see the mean of these, weighed by what they hold; what is sold
goes to all venues of the asset alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from sim.contagion.accounts import Accounts
from sim.contagion.fire_sales import Holders
from sim.contagion.markets import posted_falls, price_impacts
from sim.contagion.obligations import Shortfalls, cushion_of
from sim.errors import InputError
from sim.facts import Facts
from sim.units import AssetId

Floats = npt.NDArray[np.float64]


@attrs.frozen(eq=False)
class Sheets:
    """n lenders; assets as in ``Facts.assets``."""

    lenders: tuple[Accounts, ...]
    places: dict[AssetId, int]
    held: Floats
    """(n, k): collateral of who owes something, in money."""
    own_falls: tuple[Floats, ...]
    """Of each lender: by what share the shock lowers its price of each of its own assets."""
    first: Floats
    """(k): the shock as posted."""
    holders: Holders
    taken: Mapping[AssetId, float]

    def lost_by_failures(self) -> Floats:
        """Return (n, n) what column's collateral loses when all of row's debt is called at once, and its collateral sold for it."""
        found = np.zeros((len(self.lenders), len(self.lenders)))
        for place, each in enumerate(self.lenders):
            sold = min(float(self.held[place].sum()), each.debt * each.sold_per_debt)
            falls = np.minimum(self.holders.falls(sold * self.holders.weights[place]), 1.0)
            found[place] = self.held @ falls
        np.fill_diagonal(found, 0.0)
        return found

    def own_falls_after(self, further: Floats) -> list[Floats]:
        """Return of each lender the falls of its own assets after the shock and further falls (k)."""
        rows = [further[[self.places[asset] for asset in each.assets]] for each in self.lenders]
        return [np.minimum(own + row, 1.0) for own, row in zip(self.own_falls, rows, strict=True)]


def shocked(facts: Facts, fall: float, shock: Mapping[str, float] | None) -> Floats:
    """Return (k) a shock by symbol as shares; without one the asset that the first venue trades falls by ``fall``."""
    symbols = [each.symbol for each in facts.assets]
    if shock is None:
        bases = [facts.venues[0].base] if facts.venues else []
        return np.array([fall if each.id in bases else 0.0 for each in facts.assets])
    strange = [f"{symbol} is not in this run; its assets are {', '.join(symbols)}" for symbol in shock if symbol not in symbols]
    strange += [f"{symbol} falls by {share}; give a share from 0 to 1" for symbol, share in shock.items() if not 0 <= share <= 1]
    if strange:
        raise InputError("\n".join(strange))
    return np.array([float(shock.get(symbol, 0.0)) for symbol in symbols])


def sheets_before(facts: Facts, lenders: tuple[Accounts, ...], shock: Floats, taken: Mapping[AssetId, float]) -> Sheets:
    """Return lenders side by side. ``taken``: what markets take while a price falls by 1 %, in money by asset."""
    places = {each.id: place for place, each in enumerate(facts.assets)}
    posted = [posted_falls(facts, each.sheet.place, each.assets, True) for each in lenders]
    by_sales = [posted_falls(facts, each.sheet.place, each.assets, False) for each in lenders]
    held = _held(lenders, places)
    own_falls = tuple(each @ shock for each in posted)
    worth = held.sum(axis=1)
    lost = np.array([float(each.collateral @ fall) for each, fall in zip(lenders, own_falls, strict=True)])
    sold = np.array([each.called(fall) * each.sold_per_debt for each, fall in zip(lenders, own_falls, strict=True)])
    holders = Holders(
        assets=worth,
        weights=np.divide(held, worth[:, None], out=np.zeros_like(held), where=worth[:, None] > 0),
        leverage=np.divide(sold, lost, out=np.zeros_like(sold), where=lost > 0),
        equity=np.array([each.equity + cushion_of(facts, each) for each in lenders]),
        impact=_mean(lenders, places, by_sales) * price_impacts(facts, taken)[None, :],
    )
    return Sheets(lenders, places, held, own_falls, _mean(lenders, places, posted) @ shock, holders, taken)


def remarks(facts: Facts, sheets: Sheets, claims: Floats, exposures: Floats, missing: Shortfalls) -> Iterator[str]:
    """Yield what the models cannot say here, and why."""
    symbols = [each.symbol for each in facts.assets]
    if len(sheets.lenders) < 2:
        yield f"{len(sheets.lenders) or 'no'} lender: there is nobody to pass anything on to, and no order of failure"
    elif not claims.any():
        yield (
            "no lender holds a coin that another one issues: there are no claims between lenders, so DebtRank goes by shared "
            "collateral alone, and the network of obligations is a tree"
        )
    if sheets.lenders and not (sheets.held @ sheets.first).any():
        yield "the shock takes nothing off what is pledged: name an asset that is"
    silent = [
        symbol
        for symbol, held, asset in zip(symbols, sheets.held.sum(axis=0), sheets.places, strict=True)
        if held and not sheets.taken.get(asset)
    ]
    if silent:
        yield f"{', '.join(silent)}: nobody says what the market takes while the price falls, so forced sales of it move no price here"
    if len(sheets.lenders) > 1 and not exposures.any():
        yield "no lender would lose by the failure of another: DebtRank has nothing to pass on"
    if not missing.missing.any():
        yield "after this shock every lender can pay: clearing tells nobody apart"
    takes_in = [each.sheet.name for each in sheets.lenders if each.debt and not each.sold_per_debt]
    if takes_in:
        yield f"{', '.join(takes_in)}: what is liquidated goes to depositors and other borrowers, and counts as not sold"
    soft = [each.sheet.name for each in sheets.lenders if each.sheet.family == "llamma"]
    if soft:
        yield f"{', '.join(soft)}: sells in bands long before an account is called; that is not in these figures"
    if missing.clearings.remark:
        yield missing.clearings.remark


def _held(lenders: Sequence[Accounts], places: Mapping[AssetId, int]) -> Floats:
    found = np.zeros((len(lenders), len(places)))
    for row, each in enumerate(lenders):
        found[row, [places[asset] for asset in each.assets]] = each.collateral
    return found


def _mean(lenders: Sequence[Accounts], places: Mapping[AssetId, int], posted: Sequence[Floats]) -> Floats:
    """Return (k, k) by how much of the fall of column's market the price of row falls: the mean over lenders by what they hold of row."""
    found, worth = np.zeros((len(places), len(places))), np.zeros(len(places))
    for each, shares in zip(lenders, posted, strict=True):
        for row, asset in enumerate(each.assets):
            found[places[asset]] += float(each.collateral[row]) * shares[row]
            worth[places[asset]] += float(each.collateral[row])
    return np.divide(found, worth[:, None], out=np.zeros_like(found), where=worth[:, None] > 0)

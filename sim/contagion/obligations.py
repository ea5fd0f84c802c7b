"""Who owes whom among lenders: the network that a clearing vector is asked of, after a fall.

Nodes are each lender, its borrowers, and one for everybody outside. Borrowers owe the lender their debt, and pay what each account's
collateral brings, the bonus taken off, up to its own debt. A lender owes its suppliers, or the holders of the coin that it
issues, what it lent and what it keeps, less its cushion. Where another lender's coin is pledged or lies in a lender, that is a claim
on the lender that issued it. Those are all the obligations there are: lenders do not lend to one another otherwise, and without such a
coin the network is a tree, with one vector that clears.

Model choice: a lender's borrowers who pledge another lender's coin are one node, as if they stood in for one another. Left out: who issues
coins without lending.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from sim.contagion.accounts import Accounts
from sim.contagion.clearing import Clearings, Obligations, clearings
from sim.facts import Facts
from sim.units import AssetId

Floats = npt.NDArray[np.float64]
ISSUERS = ("vaults", "liquity", "llamma")
"""Families whose debt is a coin that they issue."""


@attrs.frozen(eq=False)
class Shortfalls:
    """What a clearing vector says of lenders."""

    owed: Floats
    """(n): to suppliers or holders, in money after the fall."""
    missing: Floats
    """(n): of it, what is not paid."""
    borrowers_missing: Floats
    """(n): what its borrowers do not pay."""
    clearings: Clearings

    @property
    def shares(self) -> Floats:
        """(n): what is missing over what is owed."""
        return np.divide(self.missing, self.owed, out=np.zeros_like(self.missing), where=self.owed > 0)


def issued(facts: Facts, lenders: Sequence[Accounts]) -> dict[AssetId, list[int]]:
    """Return, by coin, the places among the lenders of those that issue it."""
    vaults = {each.place: each.money for each in facts.vaults}
    found: dict[AssetId, list[int]] = {}
    for place, each in enumerate(lenders):
        if each.sheet.family in ISSUERS:
            owed = each.owed.sum(axis=0)
            coins = (
                [vaults[each.sheet.place]] if each.sheet.place in vaults else [a for a, sum in zip(each.assets, owed, strict=True) if sum]
            )
            for coin in coins:
                found.setdefault(coin, []).append(place)
    return found


def claims_of(facts: Facts, lenders: Sequence[Accounts]) -> Floats:
    """Return (n, n) what column holds of the coin that row issues, pledged or lying in it, in money; several issuers share it by debt."""
    found = np.zeros((len(lenders), len(lenders)))
    coins = issued(facts, lenders)
    parts = claimed_parts(facts, lenders, coins)
    for coin, issuers in coins.items():
        for holder, each in enumerate(lenders):
            if coin in each.assets and holder not in issuers:
                _claim(found, lenders, issuers, holder, parts[coin] * _holds(facts, each, coin))
    return found


def claimed_parts(facts: Facts, lenders: Sequence[Accounts], coins: Mapping[AssetId, list[int]]) -> dict[AssetId, float]:
    """Return which part of each coin in other lenders is a claim on these issuers: they owe no more than they issued.

    What there is beyond that came from somebody who is not among the lenders, and counts as good.
    """
    found: dict[AssetId, float] = {}
    for coin, issuers in coins.items():
        held = sum(_holds(facts, each, coin) for place, each in enumerate(lenders) if coin in each.assets and place not in issuers)
        whole = sum(lenders[place].debt for place in issuers)
        found[coin] = min(1.0, whole / held) if held else 0.0
    return found


def cash_of(facts: Facts, lender: Accounts) -> dict[AssetId, float]:
    """Return what lies in a lender and is not lent, in money by asset: nothing where it issues what it lends."""
    if lender.sheet.family in ISSUERS:
        return {}
    return {terms.asset: _money(facts, terms.asset, terms.liquidity, terms.price) for terms in lender.sheet.terms}


def cushion_of(facts: Facts, lender: Accounts) -> float:
    """Return what pays before suppliers do, in money. Deposits of a stability pool are holders' own, and none."""
    if lender.sheet.family == "liquity":
        return 0.0
    return sum(_money(facts, terms.asset, terms.cushion, terms.price) for terms in lender.sheet.terms)


def network_after(facts: Facts, lenders: Sequence[Accounts], falls: Sequence[Floats], alpha: float = 1.0, beta: float = 1.0) -> Obligations:
    """Return the network after falls (of each lender's own assets, as it posts them). Of n lenders, i is node i.

    Node n + i is its borrowers who pledge no coin of another lender, 2 n + i those who do. ``alpha`` and ``beta`` are what a lender that
    fails still passes on; what failing costs borrowers is the bonus.
    """
    size, coins = len(lenders), issued(facts, lenders)
    parts = claimed_parts(facts, lenders, coins)
    owed, outside = np.zeros((3 * size + 1, 3 * size + 1)), np.zeros(3 * size + 1)
    for place, each in enumerate(lenders):
        left = dict(zip(each.assets, 1 - falls[place], strict=True))
        foreign = [coin for coin, issuers in coins.items() if coin in each.assets and place not in issuers]
        paying = each.paying(falls[place], foreign)
        owed[size + place, place], outside[size + place] = paying.owed, paying.paid
        owed[2 * size + place, place], outside[2 * size + place] = paying.owed_by_pledgers, paying.others_of_pledgers
        outside[2 * size + place] += sum((1 - parts[coin]) * paying.pledged[coin] for coin in foreign)
        cash = {asset: amount * left[asset] for asset, amount in cash_of(facts, each).items()}
        outside[place] = sum(amount * (1 - parts[asset] if asset in foreign else 1.0) for asset, amount in cash.items())
        lent = paying.owed + paying.owed_by_pledgers
        owed[place, -1] = max(0.0, lent + sum(cash.values()) - cushion_of(facts, each))
        for coin in foreign:
            _claim(owed, lenders, coins[coin], 2 * size + place, parts[coin] * paying.pledged[coin])
            _claim(owed, lenders, coins[coin], place, parts[coin] * cash.get(coin, 0.0))
    for place in range(size):  # What of a lender's paper is claimed by name is not owed to the rest.
        owed[place, -1] = max(0.0, owed[place, -1] - owed[place, :-1].sum())
    costs = (np.array([kept] * size + [1.0] * (2 * size + 1)) for kept in (alpha, beta))
    return Obligations(owed, outside, *costs)


def shortfalls(network: Obligations) -> Shortfalls:
    """Return what lenders cannot pay, in the greatest vector that clears. What is missing by rounding is not missing."""
    found = clearings(network)
    size = len(network.outside) // 3
    missing = np.where(found.greatest.failed, network.total - found.greatest.payments, 0.0)
    return Shortfalls(network.total[:size], missing[:size], missing[size : 2 * size] + missing[2 * size : 3 * size], found)


def _claim(owed: Floats, lenders: Sequence[Accounts], issuers: list[int], holder: int, amount: float) -> None:
    whole = sum(lenders[place].debt for place in issuers)
    for place in issuers if whole else ():
        owed[place, holder] += amount * lenders[place].debt / whole


def _holds(facts: Facts, lender: Accounts, coin: AssetId) -> float:
    """Return what is pledged of a coin in a lender, and lies in it."""
    return float(lender.collateral[lender.assets.index(coin)]) + cash_of(facts, lender).get(coin, 0.0)


def _money(facts: Facts, asset: AssetId, units: int, price: int) -> float:
    decimals = next(each.decimals for each in facts.assets if each.id == asset)
    return float(units) * float(price) / 10.0 ** (8 + decimals)

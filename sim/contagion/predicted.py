"""``predicted(facts, lists, shock)``: what four models on paper say of a shock, from balance sheets before it.

Each looks at something else, and none at the run. *Forced sales*: losses by the shock, and by what it makes all lenders sell. *DebtRank*:
distress along what lenders would lose by one another's sales and unpaid coins. *Clearing*: who can pay suppliers and holders what is owed.
*Overlap*: who holds the same in thin markets. Beside them the position ladder: at which multiple of the shock the first account is called.
Each gives an order of failure. Where a model has nothing to say of a scenario, ``remarks`` says so and its order is empty.

Promised: after a shock of 5 % to a pool's main collateral ``Holders.gain`` is the gain that ``Facts.gain`` tells. Left out: time, keepers'
purses, blocks, makers who leave; that is what the run is for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from sim.contagion.accounts import Accounts, Lists, accounts_of
from sim.contagion.clearing import Obligations
from sim.contagion.debt_rank import Distress, debt_rank, debt_ranks, impacts
from sim.contagion.fire_sales import Holders, Round, Vulnerability, rounds, vulnerability
from sim.contagion.markets import absorbed
from sim.contagion.obligations import Shortfalls, claims_of, network_after, shortfalls
from sim.contagion.order import by_score, rounded
from sim.contagion.overlap import cosine, liquidity_weighted, shared_value
from sim.contagion.sheets import Sheets, remarks, sheets_before, shocked
from sim.facts import Facts
from sim.units import AssetId

Floats = npt.NDArray[np.float64]
Order = dict[str, float]
FALL = 0.1
"""The shock, unless another is given: of the asset that the first venue trades."""
ROUNDS = 100
"""Rounds of forced sales until they are taken to be over."""


@attrs.frozen(eq=False)
class Predicted:
    """What the models say. Arrays are by lender as in ``names``, and by asset as in ``Facts.assets``; money in the base currency."""

    names: tuple[str, ...]
    symbols: tuple[str, ...]
    shock: Floats
    """By asset: the share by which market and outside price fall."""
    lenders: tuple[Accounts, ...]
    holders: Holders
    sales: Vulnerability
    """One round of forced sales."""
    rounds: tuple[Round, ...]
    """All of them; nobody sells more than its collateral."""
    exposures: Floats
    """(n, n): what column loses when row fails: its collateral sold at once, its coin worth nothing."""
    claims: Floats
    """(n, n): of that, row's coin."""
    distress: Distress
    ranks: Floats
    """(n): DebtRank of each lender's failure alone."""
    network: Obligations
    shortfalls: Shortfalls
    """At prices after the shock and all rounds of forced sales."""
    overlap: Floats
    """(n, n): liquidity-weighted, in money."""
    likeness: Floats
    """(n, n): cosine."""
    shared: Floats
    """(n, n): value of the same assets, in money."""
    orders: dict[str, Order]
    """By model: by lender, the smaller the earlier, infinity for not at all."""
    remarks: tuple[str, ...]

    def figures(self) -> dict[str, Any]:
        """Return it ready for JSON; ``docs/background/contagion.md`` tells every key."""
        return {
            "shock": _by(self.symbols, self.shock),
            "gain": _number(self.holders.gain()),
            "aggregate_vulnerability": _number(self.sales.aggregate),
            "falls_by_forced_sales": {
                "one_round": _by(self.symbols, self.sales.falls),
                "all_rounds": _by(self.symbols, sum_of(self.rounds)),
            },
            "lenders": {name: self._lender(place) for place, name in enumerate(self.names)},
            "edges": self.edges(),
            "clearing_is_unique": self.shortfalls.clearings.is_unique,
            "orders": {model: {name: _number(place) for name, place in order.items()} for model, order in self.orders.items()},
            "remarks": list(self.remarks),
        }

    def edges(self) -> list[dict[str, Any]]:
        """Return what each lender would lose by another's failure, the largest first: in money, and of that by coins alone."""
        found = [
            {"start": self.names[i], "end": self.names[j], "exposure": _number(self.exposures[i, j]), "claim": _number(self.claims[i, j])}
            for i, j in zip(*np.nonzero(self.exposures), strict=True)
        ]
        return sorted(found, key=lambda edge: (-edge["exposure"], edge["start"], edge["end"]))

    def _lender(self, place: int) -> dict[str, Any]:
        each = self.lenders[place]
        return {
            "collateral": _number(float(each.collateral.sum())),
            "debt": _number(each.debt),
            "equity": _number(each.equity),
            "value_sold_per_value_lost": _number(self.holders.leverage[place]),
            "direct_vulnerability": _number(self.sales.direct[place]),
            "indirect_vulnerability": _number(self.sales.indirect[place]),
            "systemicness": _number(self.sales.systemicness[place]),
            "distress": _number(self.distress.distress[place]),
            "debt_rank": _number(self.ranks[place]),
            "missing_of_suppliers": _number(self.shortfalls.missing[place]),
            "missing_of_borrowers": _number(self.shortfalls.borrowers_missing[place]),
        }


def predicted(
    facts: Facts,
    lists: Lists,
    shock: Mapping[str, float] | None = None,
    taken: Mapping[AssetId, float] | None = None,
    alpha: float = 1.0,
    beta: float = 1.0,
) -> Predicted:
    """Return what the models say of a shock: shares by symbol. InputError for symbols that are not there and for shares outside 0 to 1.

    ``lists`` is ``Run.population``. Without a shock the asset that the first venue trades falls by 10 %, with all that a feed prices after
    it. ``taken``: what the markets of an asset take while its price falls by 1 %, in money; ``markets.taken_before`` finds it in a run,
    and without it what agents say of themselves counts. ``alpha`` and ``beta``: what a lender that fails still passes on of its own and of
    what it is paid. Cost: all accounts once, n^3 for n lenders.
    """
    lenders = tuple(accounts_of(facts, sheet, lists) for sheet in facts.sheets)
    falls = shocked(facts, FALL, shock)
    sheets = sheets_before(facts, lenders, falls, absorbed(facts) if taken is None else taken)
    told = tuple(rounds(sheets.holders, sheets.first, ROUNDS, most_sold=sheets.held.sum(axis=1)))
    claims = claims_of(facts, lenders)
    exposures = sheets.lost_by_failures() + claims
    sales = vulnerability(sheets.holders, sheets.first)
    impact, worth = impacts(exposures, sheets.holders.equity), sheets.held.sum(axis=1)
    distress = debt_rank(impact, np.minimum(sales.direct, 1.0), worth)
    network = network_after(facts, lenders, sheets.own_falls_after(sum_of(told)), alpha, beta)
    missing = shortfalls(network)
    found = Predicted(
        names=tuple(each.sheet.name for each in lenders),
        symbols=tuple(each.symbol for each in facts.assets),
        shock=falls,
        lenders=lenders,
        holders=sheets.holders,
        sales=sales,
        rounds=told,
        exposures=exposures,
        claims=claims,
        distress=distress,
        ranks=debt_ranks(impact, worth),
        network=network,
        shortfalls=missing,
        overlap=liquidity_weighted(sheets.held, np.diag(sheets.holders.impact)),
        likeness=cosine(sheets.held),
        shared=shared_value(sheets.held),
        orders={},
        remarks=tuple(remarks(facts, sheets, claims, exposures, missing)),
    )
    return attrs.evolve(found, orders=_orders(found, sheets))


def sum_of(told: Sequence[Round]) -> Floats:
    """Return (k) the falls of all rounds of forced sales together, the shock left out."""
    found: Floats = np.sum([each.falls for each in told[1:]], axis=0)
    return found


def _orders(found: Predicted, sheets: Sheets) -> dict[str, Order]:
    """Return each model's order of failure; an empty one where it has nothing to tell lenders apart by."""
    triggers = {
        name: rounded(each.first_called(fall)) for name, each, fall in zip(found.names, sheets.lenders, sheets.own_falls, strict=True)
    }
    near = found.overlap.sum(axis=1) - found.overlap.diagonal()
    scores = {
        "forced_sales": found.sales.direct + found.sales.indirect,
        "debt_rank": found.distress.distress if found.exposures.any() else np.zeros(len(near)),
        "clearing": found.shortfalls.shares,
        "overlap": np.divide(near, found.holders.equity, out=np.zeros_like(near), where=found.holders.equity > 0),
    }
    orders = {model: by_score(dict(zip(found.names, values.tolist(), strict=True))) for model, values in scores.items()}
    return {"first_called": triggers} | {model: order if scores[model].any() else {} for model, order in orders.items()}


def _by(names: Sequence[str], values: Floats) -> dict[str, float | None]:
    """Return what is not zero, by name."""
    return {name: _number(value) for name, value in zip(names, values, strict=True) if value}


def _number(value: float) -> float | None:
    """Return a number for JSON, nine digits of it; None of what is not finite."""
    return float(f"{value:.9g}") if np.isfinite(value) else None

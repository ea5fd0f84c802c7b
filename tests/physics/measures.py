"""What the comparisons look at beside the table: read off the finished tape of a run.

Floats throughout: nothing here leads to a command. Prices are the mid of the scenario's first venue; the first pool's first reserve is
the collateral. Left out: several venues, several collaterals.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.cascade import cascade
from sim.records import HealthFell, HealthRecovered, Liquidated, PriceObserved
from sim.scenario.run import Result
from sim.units import BPS_ONE, SECOND, Nanos

WAD = 10**18
OPENING: Nanos = 10 * SECOND
"""Before anything happens."""


def figures_of(result: Result) -> dict[str, Any]:
    """Return a run's table with what the comparisons need beside it."""
    healths = list(market_healths(result))
    threshold = result.scenario.pools[0].reserves[0].threshold / BPS_ONE
    return {
        **result.summary,
        "digest": result.digest,
        "wait_s": mean_wait_s(result),
        "market_health": float(np.mean([health for health, _ in healths])) if healths else None,
        "underwater_debt": sum(repaid for health, repaid in healths if health < threshold),
        "descending": sum(each.descends for each in cascade(result.tape, result.facts).liquidations.values()),
        "bid_depth_left": bid_depth_left(result),
        "answers_differ": share_of_rounds_that_differ(result),
        "wins": races_won(result),
    }


def mean_wait_s(result: Result) -> float | None:
    """Return the mean seconds from a margin call to its liquidation; what ends otherwise counts until it recovered or the run ended."""
    since: dict[int, Nanos] = {}
    waits: list[Nanos] = []
    for entry in result.tape.entries(records=(HealthFell, HealthRecovered, Liquidated)):
        if isinstance(entry.record, HealthFell):
            since[entry.party] = entry.at
            continue
        account = entry.record.account if isinstance(entry.record, Liquidated) else entry.party
        if account in since:
            waits.append(entry.at - since.pop(account))
    waits += [result.scenario.run.duration - begun for begun in since.values()]
    return float(np.mean(waits)) / SECOND if waits else None


def market_healths(result: Result) -> Iterator[tuple[float, float]]:
    """Yield for each liquidation the account's health at the market's mid just before, and the whole quote units repaid."""
    quotes, liquidated = result.records("QuoteChanged"), result.records("Liquidated")
    venue = result.facts.venues[0]
    both = (quotes["place"] == venue.place) & (quotes["bid"] > 0) & (quotes["ask"] > 0)
    seqs, half_ticks = quotes["seq"][both], (quotes["bid"] + quotes["ask"])[both]
    quote_unit = 10 ** next(asset.decimals for asset in result.facts.assets if asset.id == venue.quote)
    for row in range(len(liquidated["seq"])):
        last = int(np.searchsorted(seqs, liquidated["seq"][row])) - 1
        mid = int(half_ticks[last]) * venue.tick / 2 / quote_unit
        posted = int(liquidated["collateral_price"][row]) / 10**8
        yield int(liquidated["health"][row]) / WAD * mid / posted, int(liquidated["repaid"][row]) / quote_unit


def bid_depth_left(result: Result) -> float | None:
    """Return the least depth bid within 1 % over the fall of the mid, as a share of the opening's."""
    depth = result.records("DepthSampled")
    opening = depth["bid_1"][depth["at_ns"] <= OPENING]
    quotes = result.records("QuoteChanged")
    bottom = quotes["at_ns"][quotes["bid"] > 0][np.argmin(quotes["bid"][quotes["bid"] > 0])]
    crash = depth["bid_1"][(depth["at_ns"] > OPENING) & (depth["at_ns"] <= bottom)]
    return float(crash.min() / opening.max()) if len(crash) and len(opening) else None


def share_of_rounds_that_differ(result: Result) -> float | None:
    """Return the share of posts, from the second on, whose reporters did not all look at the same entry."""
    seen: dict[int, set[int]] = {}
    for entry in result.tape.entries(records=(PriceObserved,)):
        seen.setdefault(entry.record.round, set()).add(entry.record.seen)
    return sum(len(entries) > 1 for entries in seen.values()) / len(seen) if seen else None


def races_won(result: Result) -> dict[str, int]:
    """Return how many margin calls each keeper was the first to liquidate."""
    names = {agent.party: agent.name for agent in result.facts.agents}
    won = {agent.name: 0 for agent in result.facts.agents if agent.role == "keeper"}
    first: dict[int, str] = {}
    for entry in result.tape.entries(records=(Liquidated,)):
        first.setdefault(entry.record.fell, names[entry.party])
    for name in first.values():
        won[name] += 1
    return won

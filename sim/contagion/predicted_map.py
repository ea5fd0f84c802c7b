"""The map before the shock: who is exposed to what, layer by layer, in the shape of the realised map.

Layers (the ``channel`` of an edge): ``exposure`` from an asset to the lenders that hold it, ``market`` from a venue to the asset it trades,
``oracle`` along feeds to the lenders that read them, ``keepers`` from a keeper to the lenders whose debt its purse could repay, ``claim``
from an issuer to who holds its coin, ``sales`` from a lender to who would lose by the sale of its collateral.

Promised: no edge of nothing. Left out: block space and makers, of which balance sheets say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.contagion.accounts import Accounts
from sim.contagion.markets import feeds_of, opening_prices
from sim.contagion.predicted import Predicted
from sim.facts import Facts
from sim.units import BPS_ONE, AssetId, Place

Edge = dict[str, Any]
MONEY, PER_PERCENT, SHARE = "money", "money_per_percent", "share"
"""Units of flows: the base currency; the same while a price falls by 1 %; a part of one."""


def predicted_map(facts: Facts, found: Predicted) -> dict[str, list[dict[str, Any]]]:
    """Return ``nodes`` (kind and name) and ``edges`` (from, to, channel, flow and its unit). ``graph.graph`` makes a graph of it."""
    edges = [
        *_exposures(facts, found),
        *_markets(facts),
        *_oracles(facts, found),
        *_keepers(facts, found),
        *_between(found),
    ]
    ends = [(edge[f"{end}_kind"], edge[end]) for edge in edges for end in ("from", "to")]
    ends += [("protocol", name) for name in found.names]
    return {"nodes": [{"kind": kind, "name": name} for kind, name in dict.fromkeys(ends)], "edges": edges}


def _exposures(facts: Facts, found: Predicted) -> Iterator[Edge]:
    symbols = _symbols(facts)
    for lender in found.lenders:
        for asset, held in zip(lender.assets, lender.collateral, strict=True):
            if held:
                yield _edge("asset", symbols[asset], "protocol", lender.sheet.name, "exposure", float(held), MONEY)


def _markets(facts: Facts) -> Iterator[Edge]:
    symbols, prices = _symbols(facts), opening_prices(facts)
    for venue in facts.venues:
        if venue.absorbs_per_percent:
            taken = venue.absorbs_per_percent * prices.get(venue.quote, 1.0)
            yield _edge("venue", venue.name, "asset", symbols[venue.base], "market", taken, PER_PERCENT)


def _oracles(facts: Facts, found: Predicted) -> Iterator[Edge]:
    """Yield what each feed reads, as a share of its sources, and what each lender has priced by it."""
    nodes: dict[Place, tuple[str, str]] = {each.place: ("venue", each.name) for each in facts.venues}
    nodes |= {each.place: ("feed", each.name) for each in facts.feeds}
    for feed in facts.feeds:
        whole = sum(feed.sources.values())
        for source, weight in feed.sources.items():
            if source in nodes:
                share = weight / (BPS_ONE if feed.kind == "product" else whole)
                yield _edge(*nodes[source], "feed", feed.name, "oracle", share, SHARE)
    for lender in found.lenders:
        read: dict[Place, float] = {}
        feeds = feeds_of(facts, lender.sheet.place)
        for asset, held in zip(lender.assets, lender.collateral, strict=True):
            if held and feeds.get(asset) in nodes:
                read[feeds[asset]] = read.get(feeds[asset], 0.0) + float(held)
        for feed_place, held in read.items():
            yield _edge(*nodes[feed_place], "protocol", lender.sheet.name, "oracle", held, MONEY)


def _keepers(facts: Facts, found: Predicted) -> Iterator[Edge]:
    """Yield what each keeper (all its accounts) has of what is owed to a lender, wherever it has it; one purse counts for every lender."""
    prices, units = opening_prices(facts), {each.id: 10.0**each.decimals for each in facts.assets}
    for agent in facts.agents:
        mine = [each for each in facts.purses if agent.party <= each.party < agent.party + max(1, agent.accounts)]
        for lender in found.lenders if agent.role == "keeper" else ():
            owed = _owed(lender)
            purse = sum(float(each.units) / units[each.asset] * prices.get(each.asset, 0.0) for each in mine if each.asset in owed)
            if purse:
                yield _edge("keeper", agent.name, "protocol", lender.sheet.name, "keepers", purse, MONEY)


def _between(found: Predicted) -> Iterator[Edge]:
    for row, start in enumerate(found.names):
        for column, end in enumerate(found.names):
            claim = float(found.claims[row, column])
            sales = float(found.exposures[row, column]) - claim
            if claim:
                yield _edge("protocol", start, "protocol", end, "claim", claim, MONEY)
            if sales:
                yield _edge("protocol", start, "protocol", end, "sales", sales, MONEY)


def _owed(lender: Accounts) -> set[AssetId]:
    """Return the assets in which something is owed; asked, never walked through."""
    return {asset for asset, owed in zip(lender.assets, lender.owed.sum(axis=0), strict=True) if owed}


def _symbols(facts: Facts) -> dict[AssetId, str]:
    return {each.id: each.symbol for each in facts.assets}


def _edge(start_kind: str, start: str, end_kind: str, end: str, channel: str, flow: float, unit: str) -> Edge:
    ends = {"from_kind": start_kind, "from": start, "to_kind": end_kind, "to": end}
    return {**ends, "channel": channel, "unit": unit, "flow": float(f"{flow:.9g}")}

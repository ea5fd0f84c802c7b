"""The analysis ``keepers``: shares and concentration, idle capital, what was declined, and how every bonus was spent."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import attrs

from sim.cascade import Stretch
from sim.facts import Facts
from sim.metrics.analysis import Names, Table
from sim.metrics.fold import Figures, asset_of
from sim.metrics.keeping.idle import Capital, openings
from sim.metrics.keeping.shares import Shares, concentration, top_share
from sim.metrics.keeping.spending import KINDS, ItemisedProfit, SpendingBooks
from sim.metrics.profit import PARTS, RECEIVERS
from sim.records.agents import Declined
from sim.units import RAD, AssetId, Nanos, Units
from sim.vocabulary import Refusal

SHARES = ("keeper", "wins", "debt", "share_by_count", "share_by_debt")
CAPITAL = ("keeper", "asset", "at_ns", "idle", "in_collateral", "in_bids")
BONUSES = ("seq", "at_ns", "place", "keeper", "kind", "asset", *PARTS, "kept")
SPENDING = ("keeper", "asset", *PARTS, "kept")
_BASE = 10**8


@attrs.define
class KeepingMetric:
    """Keepers: shares and concentration, idle capital, opportunities declined, and how every bonus was spent."""

    facts: Facts
    _books: SpendingBooks = attrs.field(init=False)
    _shares: Shares = attrs.field(init=False)
    _openings: dict[tuple[str, AssetId], Units] = attrs.field(init=False)
    _capital: dict[tuple[str, AssetId], Capital] = attrs.field(factory=dict, init=False)
    _declined: dict[str, int] = attrs.field(factory=dict, init=False)
    _at: Nanos = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with what keepers have."""
        self._books, self._shares, self._openings = SpendingBooks(self.facts, after=self._booked), Shares(self.facts), openings(self.facts)

    def take(self, stretch: Stretch) -> None:
        """Read the next entries."""
        self._books.take(stretch)
        self._shares.take(stretch)
        for reason in stretch.columns(Declined)["reason"].tolist():
            word = Refusal(reason).name.lower()
            self._declined[word] = self._declined.get(word, 0) + 1
        for record in stretch.part.types():
            instants = stretch.columns(record)["at_ns"]
            self._at = max(self._at, int(instants[-1])) if len(instants) else self._at

    def figures(self) -> Figures:
        """Return shares, idle money, declined opportunities and what became of bonuses."""
        wins, debt = list(self._shares.wins.values()), list(self._shares.debt.values())
        left, short = sum(self._declined.values()), self._declined.get("no_funds", 0)
        chances = left + sum(wins)
        return {
            "wins": sum(wins),
            "winners": len(wins),
            "hhi_by_count": concentration(wins),
            "hhi_by_debt": concentration(debt),
            "top_share_by_count": top_share(wins),
            "top_share_by_debt": top_share(debt),
            "idle": [self._idle(key) for key in self._openings if key in self._quotes()],
            "declined": dict(sorted(self._declined.items())),
            "declined_for_funds_share": round(short / chances, 6) if chances else None,
            "bonus": [self._spent(quote) for quote in self._booked_in()],
            "received": [self._received(quote) for quote in self._booked_in()],
        }

    def tables(self, name: Names) -> dict[str, Table]:
        """Return winners, idle money in time, every keeper's whole, and every bonus."""
        wins, debt = self._shares.wins, self._shares.debt
        shares = [
            (each, wins[each], debt[each] / _BASE, wins[each] / sum(wins.values()), debt[each] / (sum(debt.values()) or 1)) for each in wins
        ]
        capital = [
            (keeper, asset_of(self.facts, quote).symbol, at, *(units / asset_of(self.facts, quote).unit for units in told))
            for (keeper, quote), one in self._capital.items()
            for at, *told in one.series
        ]
        return {
            "shares": _table(SHARES, shares),
            "capital": _table(CAPITAL, capital),
            "spending": _table(SPENDING, [self._whole(account) for account in self._books.accounts()]),
            "bonuses": _table(BONUSES, [row for account in self._books.accounts() for row in self._bonuses(account, name)]),
        }

    def _booked(self, account: ItemisedProfit, at: Nanos) -> None:
        """Take how a keeper's money stands after an entry of its own."""
        key = (account.keeper, account.quote)
        if key in self._openings:
            dealings = self._books.auctions.dealings.get(account.keeper)
            locked = dealings.locked * asset_of(self.facts, account.quote).unit // RAD if dealings else 0
            self._capital.setdefault(key, Capital(self._openings[key])).now(at, account, locked)

    def _quotes(self) -> list[tuple[str, AssetId]]:
        quotes = dict.fromkeys(venue.quote for venue in self.facts.venues)
        return [key for key in self._openings if key[1] in quotes]

    def _idle(self, key: tuple[str, AssetId]) -> Figures:
        capital = copy.copy(self._capital.get(key, Capital(self._openings[key])))
        capital.until(self._at)
        time, asset = capital.idle_time + capital.tied_time, asset_of(self.facts, key[1])
        return {
            "keeper": key[0],
            "opening": asset.amount(capital.opening),
            "tied_up_max": asset.amount(capital.most_tied),
            "idle_share": round(capital.idle_time / time, 6) if time else None,
        }

    def _spent(self, quote: AssetId) -> Figures:
        """Return what became of all bonuses in a quote asset: parts that sum to what was kept, and as shares of the bonus."""
        asset, whole = asset_of(self.facts, quote), self._in_units(quote)
        gross, whole["kept"] = whole["bonus"], sum(whole.values())
        told: Figures = {part: asset.amount(units) for part, units in whole.items()}
        told["of_bonus"] = {part: round(units / gross, 6) if gross > 0 else None for part, units in whole.items() if part != "bonus"}
        return {"asset": asset.symbol, **told}

    def _received(self, quote: AssetId) -> Figures:
        """Return who ended up with all bonuses in a quote asset, to the unit, and as shares of the bonus."""
        asset, parts, exact = asset_of(self.facts, quote), self._in_units(quote), dict.fromkeys(RECEIVERS, Fraction(0))
        for account in self._accounts_in(quote):
            for receiver, value in account.receivers(self._books.marks).items():
                exact[receiver] += value
        gross, whole = parts["bonus"], {receiver: math.floor(value) for receiver, value in exact.items()}
        whole["keepers"] = sum(parts.values())
        whole["others"] += gross - sum(whole.values())
        told: Figures = {receiver: asset.amount(units) for receiver, units in whole.items()}
        told["of_bonus"] = {receiver: round(units / gross, 6) if gross > 0 else None for receiver, units in whole.items()}
        return {"asset": asset.symbol, **told}

    def _in_units(self, quote: AssetId) -> dict[str, Units]:
        """Return the parts of all keepers' profits in a quote asset."""
        whole = dict.fromkeys(PARTS, 0)
        for account in self._accounts_in(quote):
            for part, units in account.in_units(self._books.marks).items():
                whole[part] += units
        return whole

    def _accounts_in(self, quote: AssetId) -> list[ItemisedProfit]:
        return [account for account in self._books.accounts() if account.quote == quote]

    def _booked_in(self) -> list[AssetId]:
        """Return the quote assets in which keepers are booked."""
        return list(dict.fromkeys(account.quote for account in self._books.accounts()))

    def _whole(self, account: ItemisedProfit) -> tuple[Any, ...]:
        parts = account.parts(self._books.marks)
        return (account.keeper, *self._told(account.quote, parts))

    def _bonuses(self, account: ItemisedProfit, name: Names) -> list[tuple[Any, ...]]:
        return [
            (item.seq, item.at, name(item.place), item.keeper, KINDS[item.kind], *self._told(item.quote, parts))
            for item, parts in account.told(self._books.marks)
        ]

    def _told(self, quote: AssetId, parts: dict[str, Fraction]) -> tuple[Any, ...]:
        asset = asset_of(self.facts, quote)
        values = [*(parts[part] for part in PARTS), sum(parts.values(), Fraction(0))]
        return (asset.symbol, *(float(value / asset.unit) for value in values))


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    return {column: [row[place] for row in rows] for place, column in enumerate(columns)}

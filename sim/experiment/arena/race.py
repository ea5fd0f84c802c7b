"""One race: a seated scenario run to its end, and what each entry made of it.

Figures are of the run's own accounts (`sim.metrics.keepers`), in the quote asset of the first venue. Two are looked at while it runs, at
each two-hundredth of its duration: the deepest fall of an entry's profit from where it stood highest, and the most quote money it had
out. Left out: which races are run (`plan`), and what many of them show (`standings`).
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from sim.experiment.arena.prizes import winners
from sim.experiment.plan import _finite
from sim.metrics import LiveSummary
from sim.metrics.causes import CascadeMetric
from sim.metrics.keepers import KeepersMetric
from sim.records import StrategyFailed, TxDropped, TxIncluded, TxReverted
from sim.scenario.load import scenario_of
from sim.scenario.run import Result, run
from sim.scenario.world import World
from sim.vocabulary import Refusal

ONE_RACE = f"{__name__}:one_race"
WORLD = ("drawdown_bps", "bad_debt", "liquidations", "generations", "unhealthy_at_end")
"""Figures of the world that are kept of each race."""


def one_race(text: str, seed: int, names: Sequence[str]) -> dict[str, Any]:
    """Return what came of a race, by entry and of the world: the job that the runner makes."""
    looker = Looker(names)
    scenario = scenario_of(json.loads(text, parse_float=Decimal))
    result = run(scenario, seed, on_world=looker.take, on_progress=looker.look)
    quote, won = looker.quote, winners(result.records, result.facts)
    return {
        "digest": result.digest,
        "entries": result.entries,
        "quote": quote,
        "world": _finite({key: result.summary.get(key) for key in WORLD}),
        "prizes": len(won),
        "keepers": {name: _figures(name, result, looker, won) for name in names},
    }


@attrs.define(repr=False)
class Looker:
    """Looks at the accounts of a world now and then."""

    names: Sequence[str]
    world: World | None = None
    high: dict[str, Fraction] = attrs.field(factory=dict)
    """The most that an entry's profit has been."""
    fall: dict[str, Fraction] = attrs.field(factory=dict)
    """The most it has been below that."""
    out: dict[str, Fraction] = attrs.field(factory=dict)
    """The most quote units that were out."""

    def take(self, world: World) -> None:
        """Take the world before it runs."""
        self.world = world

    @property
    def summary(self) -> LiveSummary:
        """What measures the world."""
        assert self.world is not None and isinstance(self.world.tape.sink, LiveSummary)
        return self.world.tape.sink

    @property
    def quote(self) -> str:
        """The asset that figures are in."""
        assert self.world is not None
        facts = self.world.facts
        wanted = facts.venues[0].quote if facts.venues else 0
        return next((asset.symbol for asset in facts.assets if asset.id == wanted), "")

    def look(self, *_: object) -> None:
        """Look at every entry's account."""
        assert self.world is not None
        self.world.tape.flush()
        metric = next(each for each in self.summary.metrics if isinstance(each, KeepersMetric))
        for (name, _asset), profit in metric.profits.items():
            if name in self.names:
                stands = sum(profit.parts(metric.marks).values(), Fraction(0))
                self.high[name] = max(self.high.get(name, Fraction(0)), stands)
                self.fall[name] = max(self.fall.get(name, Fraction(0)), self.high[name] - stands)
                self.out[name] = max(self.out.get(name, Fraction(0)), -profit.cash)

    def amount(self, units: Fraction) -> float:
        """Return quote units as a number of the asset."""
        assert self.world is not None
        decimals = next((asset.decimals for asset in self.world.facts.assets if asset.symbol == self.quote), 0)
        return float(units / 10**decimals)


def _figures(name: str, result: Result, looker: Looker, winners: Sequence[int]) -> dict[str, Any]:
    """Return the figures of one entry."""
    agent = next(each for each in result.facts.agents if each.name == name)
    parties = range(agent.party, agent.party + max(1, agent.accounts))
    book = result.summary["keepers"].get(name, {}).get(looker.quote, {})
    failures = _own(result, StrategyFailed.__name__, parties, "at_ns")
    return {
        "profit": _number(book.get("profit")),
        **{part: _number(book.get(part)) for part in ("bonus", "oracle_gap", "slippage", "inventory_drift", "gas", "tips", "reverted_gas")},
        "won": sum(party in parties for party in winners),
        "included": len(_own(result, TxIncluded.__name__, parties)),
        "reverted": len(_own(result, TxReverted.__name__, parties)),
        "reverted_for": _reasons(result, parties),
        "dropped": len(_own(result, TxDropped.__name__, parties)),
        "capital": looker.amount(looker.out.get(name, Fraction(0))),
        "drawdown": looker.amount(looker.fall.get(name, Fraction(0))),
        "push_bps": _push(parties, looker),
        "failed_at_ns": int(failures[0]) if failures else None,
    }


def _own(result: Result, record: str, parties: range, column: str = "seq") -> list[Any]:
    columns = result.records(record)
    found: list[Any] = columns[column][np.isin(columns["party"], parties)].tolist()
    return found


def _reasons(result: Result, parties: range) -> dict[str, int]:
    found: dict[str, int] = {}
    for reason in _own(result, TxReverted.__name__, parties, "reason"):
        word = Refusal(reason).name.lower()
        found[word] = found.get(word, 0) + 1
    return dict(sorted(found.items()))


def _push(parties: range, looker: Looker) -> float:
    """Return what an entry's forced sales did to the first venue's mid, each from just before to just after, in bps of the opening."""
    metric = next(each for each in looker.summary.metrics if isinstance(each, CascadeMetric))
    found, _ = metric.fold.results()
    venues = looker.summary.facts.venues
    if not venues or not found.books[venues[0].place].opening:
        return 0.0
    moved = sum(sale.after - sale.before for sale in found.sales.values() if sale.party in parties and sale.venue == venues[0].place)
    return round(moved * 10_000 / found.books[venues[0].place].opening, 4)


def _number(amount: Any) -> float:
    return float(Decimal(str(amount).partition(" ")[0])) if amount else 0.0


def profits_of(row: Mapping[str, Any]) -> dict[str, float]:
    """Return the profit of each entry of a race."""
    return {name: float(figures["profit"]) for name, figures in row["keepers"].items()}

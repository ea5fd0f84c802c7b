"""Downtick: a discrete-event simulator of liquidation cascades on one clock, in exact integers.

    from sim import load, run

    result = run(load("first_cascade"), seed=7, set={"agents.maker.count": 1})
    result.digest, result.summary["liquidations"], result.records("Traded")["price"]

What is used most can be had from here by name; a name is fetched when it is first asked for, so ``import sim`` costs nothing.
Everything else has one home, and is imported from there (``sim.records``, ``sim.commands``, ``sim.scenario.spec``...).

Running: ``load`` a scenario by name or path, ``changed`` with keys set, ``run`` it to a ``Result``; ``build`` its ``World`` and
``play`` that where a run is to be forked or looked into; ``Run`` opens a run folder, with its tape and its ``metrics``.
Machines, each usable alone (docs/guides/use-one-machine.md): ``Book``; ``FirstPrice`` and ``Eip1559``; ``Mempool`` with ``Tx``;
``PushFeed`` with ``FeedTerms``; ``Pool`` with ``PoolTerms``, ``ReserveTerms`` and ``VERSIONS``; ``Ledger`` of ``Asset``; ``Kernel``.
"""

from importlib import import_module

# Type checkers take this to be true. To import it from typing would take ten milliseconds, most of what this import costs.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from sim.assets import Asset, Instrument
    from sim.chain.fee_market import Eip1559, FirstPrice
    from sim.chain.mempool import Mempool, Tx
    from sim.errors import DowntickError, InputError, ScenarioError, StrategyError
    from sim.kernel import Kernel
    from sim.ledger import Ledger
    from sim.lending.aave.pool import Pool
    from sim.lending.aave.terms import PoolTerms, ReserveTerms
    from sim.lending.aave.versions import VERSIONS
    from sim.market.book import Book
    from sim.metrics.run import Run
    from sim.oracle.push_feed import FeedTerms, PushFeed
    from sim.scenario.build import build
    from sim.scenario.load import changed, load, shipped, text_of
    from sim.scenario.run import Result, play, run
    from sim.scenario.spec import Scenario
    from sim.scenario.world import World

_HOMES = {
    "sim.assets": ("Asset", "Instrument"),
    "sim.chain.fee_market": ("Eip1559", "FirstPrice"),
    "sim.chain.mempool": ("Mempool", "Tx"),
    "sim.errors": ("DowntickError", "InputError", "ScenarioError", "StrategyError"),
    "sim.kernel": ("Kernel",),
    "sim.ledger": ("Ledger",),
    "sim.lending.aave.pool": ("Pool",),
    "sim.lending.aave.terms": ("PoolTerms", "ReserveTerms"),
    "sim.lending.aave.versions": ("VERSIONS",),
    "sim.market.book": ("Book",),
    "sim.metrics.run": ("Run",),
    "sim.oracle.push_feed": ("FeedTerms", "PushFeed"),
    "sim.scenario.build": ("build",),
    "sim.scenario.load": ("changed", "load", "shipped", "text_of"),
    "sim.scenario.run": ("Result", "play", "run"),
    "sim.scenario.spec": ("Scenario",),
    "sim.scenario.world": ("World",),
}
"""Where each name lives; a test holds this equal to the imports above."""

__all__ = [
    "VERSIONS",
    "Asset",
    "Book",
    "DowntickError",
    "Eip1559",
    "FeedTerms",
    "FirstPrice",
    "InputError",
    "Instrument",
    "Kernel",
    "Ledger",
    "Mempool",
    "Pool",
    "PoolTerms",
    "PushFeed",
    "ReserveTerms",
    "Result",
    "Run",
    "Scenario",
    "ScenarioError",
    "StrategyError",
    "Tx",
    "World",
    "build",
    "changed",
    "load",
    "play",
    "run",
    "shipped",
    "text_of",
]


def __getattr__(name: str) -> object:
    """Fetch a name from its home when it is first asked for (PEP 562)."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the names that can be had from here."""
    return sorted(__all__)

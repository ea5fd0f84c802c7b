"""A small world that stands six minutes before the hour: a median, a delayed feed on it, a pool of vaults that reads it, and pokers.

As ``tests.worlds.pocket_chain``: blocks every 12 seconds, prices in hundredths of DAI a tick. The median follows its three reporters.
"""

from typing import Any

import attrs

from sim.records import RECORDS
from sim.scenario.build import build
from sim.scenario.convert import structure
from sim.scenario.spec import Scenario
from sim.units import SECOND, Nanos
from tests.worlds.pocket_chain import Levels, PocketChain, wall

HOUR_AT: Nanos = 360 * SECOND
"""The full hour, in the run's time."""
POOL, FEED, SOURCE = "eth_a", "eth_dai_delayed", "eth_dai"


def book(later: str = "0 s", to: float = 150) -> dict[str, Any]:
    """Return an agent that holds a book around 200, and from an instant on around another price."""
    moved: dict[str, Levels] = {"later_bids": [(to - 1, 100)], "later_asks": [(to + 1, 100)]} if later != "0 s" else {}
    return {**wall(later=later, **moved), "venue_funds": ["100_000_000 DAI", "100_000 ETH"]}


def keeper(strategy: str, name: str = "", ether: str = "5", dai: int = 1, latency: str = "50 ms", **parameters: Any) -> dict[str, Any]:
    """Return a keeper of the system with funds on the chain."""
    return {
        "name": name or strategy,
        "strategy": strategy,
        "pools": [POOL],
        "chain_funds": [f"{dai} DAI", f"{ether} ETH"],
        "latency": {"kind": "constant", "latency": latency},
        "parameters": parameters,
    }


def poker(name: str = "poker", **parameters: Any) -> dict[str, Any]:
    return keeper("poker", name, **parameters)


def scenario(agents: list[dict[str, Any]], **keys: Any) -> Scenario:
    """Return the scenario. Keys: gas (points), vaults, feed (which the pool reads), terms (of the pool), system."""
    era = {"era": "ethereum-2020-03", "block_clock": "slots", "block_interval": "12 s"}
    path = {"base": "ETH", "quote": "DAI", "role": "driver", "until": "3 h", "bridge_volatility": "0 %"}
    steps = {"tick": "0.01 DAI/ETH", "lot": "0.001 ETH", "maker_fee": "0 %", "taker_fee": "0.1 %"}
    told = {"posting": "median", "sources": [{"venue": "main"}], "reporters": [{"count": 3}], "gas_funds": "10 ETH"}
    vaults = keys.pop("vaults", [{"name": "anna", "collateral": "10 ETH", "debt": "1_000 DAI"}])
    terms = {
        "collateral": "ETH",
        "feed": keys.pop("feed", FEED),
        "ratio": "150 %",
        "penalty": "13 %",
        "lot": "50 ETH",
        **keys.pop("terms", {}),
    }
    system = {"money": "DAI", "governance": "MKR", "liquidations": "cat_1_0", **keys.pop("system", {})}
    tree = {
        "name": "pocket_delays",
        "run": {"title": "A pocket world", "start": "2020-03-12T09:54:00Z", "duration": "3 h"},
        "assets": {"ETH": {"decimals": 18}, "DAI": {"decimals": 18}, "MKR": {"decimals": 18}},
        "world": {"price": {**path, "waypoints": [{"at": "0 s", "price": "200 DAI/ETH"}]}},
        "chain": {**era, "gas": {"points": keys.pop("gas", [])}},
        "venues": [{"name": "main", "base": "ETH", "quote": "DAI", **steps, "custody": {"confirmations": 2, "delay": "30 s"}}],
        "feeds": [{"name": SOURCE, "base": "ETH", "quote": "DAI", **told}],
        "delayed_feeds": [{"name": FEED, "source": SOURCE}],
        "vaults": [{"name": "maker", **system, "pools": [{"name": POOL, **terms, "accounts": vaults}]}],
        "agents": agents,
    }
    assert not keys, keys
    return structure(Scenario, tree)


@attrs.define(eq=False, repr=False)
class PocketDelays(PocketChain):
    """A built world, and what tests ask of it."""

    @classmethod
    def of(cls, agents: list[dict[str, Any]], seed: int = 1, **keys: Any) -> "PocketDelays":  # type: ignore[override] # Told in other words.
        """Return a world at instant zero."""
        made = cls(build(scenario(agents, **keys), seed))
        for kind in RECORDS:
            made.world.tape.listen(kind, made.heard.hear)
        return made

    def until(self, at: Nanos) -> "PocketDelays":
        """Go on until an instant."""
        self.world.kernel.run_until(at)
        self.world.check()
        return self

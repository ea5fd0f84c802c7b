"""A small world with one vault system that auctions the English way (or the Dutch), one venue of ETH against its money, and keepers.

As ``tests.worlds.pocket_chain``: blocks every 12 seconds, prices in hundredths of DAI a tick, sizes in thousandths of an ETH. The feed
stands at 200 until a test posts another price, which the pool then reads in the same block. Bids live for two minutes.
"""

from typing import Any

import attrs

from sim.commands import PostPriceCall, RefreshPriceCall, SendTx
from sim.records import RECORDS
from sim.scenario.build import build
from sim.scenario.convert import structure
from sim.scenario.spec import Scenario
from sim.units import GWEI, RAD, Party, Price, Rad, Units
from tests.worlds.pocket_chain import ETHER, Levels, PocketChain, wall

DAI = 10**18
POOL, HOUSE, ENGINE = "eth_a", "eth_a/auctions", "maker"


def vault(name: str, ether: float | str, dai: float) -> dict[str, Any]:
    """Return a vault: ether locked, money owed."""
    return {"name": name, "collateral": f"{ether} ETH", "debt": f"{dai} DAI"}


def book(bids: Levels | None = None, asks: Levels | None = None, **more: Any) -> dict[str, Any]:
    """Return an agent that holds a book; by default 1,000 ETH a side a DAI from 200."""
    return {**wall(bids, asks, **more), "venue_funds": ["100_000_000 DAI", "100_000 ETH"]}


def keeper(strategy: str, name: str = "", dai: int = 50_000, ether: float = 5, accounts: int = 1, **parameters: Any) -> dict[str, Any]:
    """Return a keeper with funds on the chain, for each of its accounts."""
    return {
        "name": name or strategy,
        "strategy": strategy,
        "venues": parameters.pop("venues", ["main"]),
        "pools": [POOL],
        "accounts": accounts,
        "chain_funds": [f"{dai} DAI", f"{ether} ETH"],
        "latency": {"kind": "constant", "latency": parameters.pop("latency", "50 ms")},
        "parameters": parameters,
    }


def biter(**parameters: Any) -> dict[str, Any]:
    """Return somebody who bites for a wage."""
    return keeper("barker", parameters.pop("name", "biter"), **{"motive": "duty", "venues": [], **parameters})


def scenario(agents: list[dict[str, Any]], vaults: list[dict[str, Any]], **keys: Any) -> Scenario:
    """Return the pocket scenario. Keys: gas (gwei at p60, or points), liquidations, lot, shocks, chain, custody, pool, system, switches."""
    gas = keys.pop("gas", 0)
    points = gas if isinstance(gas, list) else [{"at": "0 s", "p60": f"{gas} gwei"}] if gas else []
    era = {"era": "ethereum-2020-03", "block_clock": "slots", "block_interval": "12 s", "oracle_posting": "one"}
    path = {"base": "ETH", "quote": "DAI", "role": "driver", "until": "1 h", "bridge_volatility": "0 %"}
    steps = {"tick": "0.01 DAI/ETH", "lot": "0.001 ETH", "maker_fee": "0 %", "taker_fee": "0.1 %"}
    sources = {"sources": [{"venue": "main"}], "pass_through": "100 %", "reporters": [{"count": 1}], "gas_funds": "1 ETH"}
    liquidations = keys.pop("liquidations", "cat_1_0")
    terms = {"lot": keys.pop("lot", "50 ETH"), "english": {"bid_lifetime": "2 min"}} if liquidations != "dog" else {}
    pool = {"name": POOL, "collateral": "ETH", "feed": "eth_dai", "ratio": "150 %", "penalty": "13 %", "accounts": vaults, **terms}
    tree = {
        "name": "pocket_vaults",
        "run": {"title": "A pocket world", "start": "2020-03-12T09:54:00Z", "duration": "1 h"},
        "assets": {"ETH": {"decimals": 18}, "DAI": {"decimals": 18}, "MKR": {"decimals": 18}},
        "world": {"price": {**path, "waypoints": [{"at": "0 s", "price": "200 DAI/ETH"}]}, "shocks": keys.pop("shocks", [])},
        "chain": {**era, "gas": {"points": points}, **keys.pop("chain", {})},
        "venues": [
            {"name": "main", "base": "ETH", "quote": "DAI", **steps, "custody": keys.pop("custody", {"confirmations": 2, "delay": "30 s"})}
        ],
        "feeds": [{"name": "eth_dai", "base": "ETH", "quote": "DAI", **sources}],
        "vaults": [
            {
                "name": ENGINE,
                "money": "DAI",
                "governance": "MKR",
                "liquidations": liquidations,
                "pools": [{**pool, **keys.pop("pool", {})}],
                **keys.pop("system", {}),
            }
        ],
        "agents": agents,
        "switches": {"frozen_price_offset": "0 %", **keys.pop("switches", {})},
    }
    assert not keys, keys
    return structure(Scenario, tree)


@attrs.define(eq=False, repr=False)
class PocketVaults(PocketChain):
    """A built world, and what tests ask of it."""

    @classmethod
    def of(cls, agents: list[dict[str, Any]], accounts: list[dict[str, Any]], seed: int = 1, **keys: Any) -> "PocketVaults":
        """Return a world at instant zero."""
        gas = keys.get("gas", 0)
        made = cls(build(scenario(agents, accounts, **keys), seed), gas if isinstance(gas, int) else 1_000)
        for kind in RECORDS:
            made.world.tape.listen(kind, made.heard.hear)
        for party in (made.party("eth_dai/reporter/0"), made.party(f"{POOL}/refresher")):
            made.world.ledger.mint(made.world.assets["ETH"], made.world.ledger.open(party, made.world.chain.place), 1_000 * ETHER)
        return made

    def party(self, name: str) -> Party:
        return self.world.names.intern(name)

    place = party

    def post(self, dollars: float) -> "PocketVaults":
        """Have the reporter send a price, and the pool read it behind that, in the next block."""
        price: Price = round(dollars * 10**8)
        reporter, bid = self.party("eth_dai/reporter/0"), max(1, 100 * self.gas) * GWEI
        post = PostPriceCall(((reporter, price, ()),))
        refresher, less = self.party(f"{POOL}/refresher"), bid // 2
        self.world.chain.arrive((reporter, 0, SendTx(self.place("eth_dai"), post, bid, bid, 200_000)))
        self.world.chain.arrive((refresher, 0, SendTx(self.place(POOL), RefreshPriceCall(), less, less, 200_000)))
        return self

    # What the asserts ask.

    def within(self, name: str, asset: str = "DAI/internal", account: int = 0) -> Units:
        """Return what a party has within the engine now."""
        ledger = self.world.ledger
        return ledger.balance(self.world.assets[asset], ledger.open(self.me(name) + account, self.place(ENGINE)))

    def me(self, name: str) -> Party:
        """Return the party of an agent's first account."""
        return next(agent.desk.me for agent in self.world.runner.agents if agent.desk.name == name)

    def name(self, party: Party) -> str:
        return self.world.names.name(party)


def dai(rad: Rad) -> float:
    """Return internal money in whole DAI, for a reader's eyes."""
    return round(rad / RAD, 4)

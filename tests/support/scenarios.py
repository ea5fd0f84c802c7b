"""A pocket scenario as text, small enough to read and with something in every section; tests change it by replacing lines."""

from pathlib import Path
from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command
from sim.scenario.load import load
from sim.scenario.spec import Scenario
from sim.units import SECOND, Bps, Nanos, Units

POCKET = """
[run]
title = "A pocket cascade"
summary = "One venue, one feed, one pool, two keepers."
seed = 7
start = 2020-03-12T09:54:00Z
duration = "10 min"
anachronism = "Aave v3.7 on the chain of March 2020, to keep one rule book."

[assets.ETH]
decimals = 18
[assets.USDC]
decimals = 6

[world.price]
base = "ETH"
quote = "USDC"
role = "driver"
until = "2020-03-12T10:00:00Z"
waypoints = [
  {at = "0 s", price = "195.20 USDC/ETH"},
  {at = "5 min", price = "161.88 USDC/ETH"},
]

[[world.shocks]]
kind = "jump"
at = "2 min"
size = "-10 %"

[chain]
era = "ethereum-2020-03"
gas.points = [{at = "0 s", p30 = "5 gwei", p60 = "10 gwei", p90 = "30 gwei"}]

[[venues]]
name = "main"
base = "ETH"
quote = "USDC"
tick = "0.01 USDC/ETH"
lot = "0.001 ETH"
maker_fee = "0.02 %"
taker_fee = "7.5 bps"
self_trade = "cancel_newest"
latency = {kind = "lognormal", median = "2 ms", sigma = 0.5, most = "1 s"}

[[feeds]]
name = "eth_usdc"
base = "ETH"
quote = "USDC"
sources = [{venue = "main", weight = 1}]
pass_through = "40 %"
gas_funds = "10 ETH"
reporters = [{count = 4, offset = "2 bps", spread = "4 bps", latency = {kind = "constant", latency = "250 ms"}}]

[[pools]]
name = "lender"
version = "v3_7"
reserves = [
  {asset = "ETH", feed = "eth_usdc", ltv = "80 %", threshold = "82.5 %", bonus = "5 %", protocol_fee = "10 %"},
  {asset = "USDC", price = "1 USDC/USDC", liquidity = "10_000_000 USDC"},
]
accounts = [{name = "first", collateral = ["10 ETH"], debt = ["1_500 USDC"]}]

[pools.population]
accounts = 100
size = {kind = "pareto", least = "1_000 USDC", most = "1_000_000 USDC", alpha = 1.2}
health = {kind = "uniform", low = 1.05, high = 2}
mixes = [{collateral = {ETH = "100 %"}, debt = {USDC = "100 %"}}]

[[agents]]
name = "keeper"
count = 2
strategy = "tests.support.scenarios:Idle"
venues = ["main"]
pools = ["lender"]
feeds = ["eth_usdc"]
venue_funds = ["50_000 USDC"]
chain_funds = ["50_000 USDC", "5 ETH"]
compute_delay = "3 ms"
latency_to = {chain = {kind = "uniform", low = "20 ms", high = "80 ms"}}
parameters = {haircut = "1 %"}

[[calibration]]
observable = "depth within 1 % at the start"
source = "typed for the test"
target = "2_000_000 USDC"
band = "20 %"
key = "pools.lender.population.accounts"

[[held_out]]
fact = "the low of the minute"
source = "typed for the test"
value = "122.73 USDC/ETH"
"""


@attrs.define
class Idle:
    """A mind with parameters of several units, that never does anything."""

    haircut: Bps = attrs.field(default=100, validator=attrs.validators.ge(0))
    poll: Nanos = SECOND
    clip: Units = attrs.field(default=0, metadata={"asset": "quote"})
    eagerness: float = 0.5
    wakes_on: ClassVar[tuple[On, ...]] = ()
    _seen: int = 0

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Return nothing."""
        return []


def pocket(tmp_path: Path, replaced: dict[str, str] | None = None) -> Scenario:
    """Return the pocket scenario, with texts replaced; each must be there."""
    return load(written(tmp_path, replaced))


def written(tmp_path: Path, replaced: dict[str, str] | None = None) -> Path:
    """Return a file with the pocket scenario, with texts replaced; each must be there."""
    text = POCKET
    for old, new in (replaced or {}).items():
        assert old in text, f"{old!r} is not in the pocket scenario"
        text = text.replace(old, new, 1)
    path = tmp_path / "pocket.toml"
    path.write_text(text, encoding="utf-8")
    return path

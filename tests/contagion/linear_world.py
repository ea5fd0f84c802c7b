"""The engine where it is a straight line: a book that takes so much a step, many small positions, one post, one round.

Two pools, each with a position at every ten cents below 100 USDC an ETH; somebody sells until the mid has fallen by whole percents. Debt
is chosen so that every number comes out whole: a position is liquidated by half, and 1.20 ETH of it in one pool, 1.15 in the other are
sold. A step of the ladder takes 2.35 ETH and lowers the mid by four cents. The feed posts falls of 2 % and more, so it posts once.
"""

from pathlib import Path

import attrs
import numpy as np

from sim.contagion.fire_sales import Holders
from sim.records import Liquidated, PricePosted, QuoteChanged
from sim.scenario.load import load
from sim.scenario.run import Result, run

POSITIONS = 45
"""In each pool; enough for a fall of 4.5 %."""
LEVEL = 2.35
"""ETH that a step takes."""
STEP = 0.04
"""USDC by which a step lowers the mid."""
BONUSES = (0.20, 0.15)
CLOSE_FACTOR = 0.5
GAP = 0.1
"""USDC between two positions' triggers."""

_WORLD = """
[run]
title = "A straight line"
summary = "Linear book, many small positions, one post."
start = "2025-06-01T00:00:00Z"
duration = "5 min"
seed = 1
[assets.ETH]
decimals = 18
[assets.USDC]
decimals = 6
[world.price]
base = "ETH"
quote = "USDC"
role = "driver"
until = "0 s"
waypoints = [{{ at = "0 s", price = "100 USDC/ETH" }}]
[[world.shocks]]
kind = "metaorder"
at = "30 s"
duration = "1 s"
venue = "venue"
side = "sell"
amount = "{sold:.2f} ETH"
every = "1 s"
[chain]
era = "ethereum-2025-10"
missed = "0 %"
gas.points = [{{ at = "0 s", p60 = "1 gwei" }}]
[[venues]]
name = "venue"
base = "ETH"
quote = "USDC"
tick = "0.01 USDC/ETH"
lot = "0.01 ETH"
custody = {{ confirmations = 1, delay = "1 s" }}
[[feeds]]
name = "ETH-USDC"
base = "ETH"
quote = "USDC"
sources = [{{ venue = "venue" }}]
reporters = [{{ count = 1, latency = {{ kind = "constant", latency = "100 ms" }} }}]
deviation = "2 %"
heartbeat = "1 h"
poll_interval = "1 s"
gas_funds = "10 ETH"
{pools}
[[agents]]
name = "ladder"
strategy = "still_ladder"
venues = ["venue"]
venue_funds = ["1_000_000 USDC", "10_000 ETH"]
parameters = {{ best_bid = 9999, best_ask = 10001, step = 8, lots = 235, levels = 160 }}
[[agents]]
name = "keeper"
strategy = "liquidator"
venues = ["venue"]
pools = ["first", "second"]
feeds = ["ETH-USDC"]
chain_funds = ["100_000 USDC", "100 ETH"]
latency = {{ kind = "constant", latency = "100 ms" }}
parameters = {{ worst_bps = "0 %" }}
"""
_POOL = """
[[pools]]
name = "{name}"
version = "v3_0"
accounts = [{accounts}]
[[pools.reserves]]
asset = "ETH"
feed = "ETH-USDC"
ltv = "50 %"
threshold = "60 %"
bonus = "{bonus:.0%}"
[[pools.reserves]]
asset = "USDC"
price = "1 USDC/USDC"
liquidity = "1_000_000 USDC"
rate = {{ base = "0 %", slope = "0 %", steep_slope = "0 %" }}
"""


@attrs.frozen
class Outcome:
    """What the engine made of it, at the end of the one round. The opening price is a post too."""

    liquidations: int
    posts: int
    posted: float
    """USDC per ETH, of the one post."""
    mid: float


def outcome(fall_percent: int, folder: Path) -> Outcome:
    """Run the world with a first fall of so many percent; return how the round ended."""
    ended = told(fall_percent, folder)
    quotes, posts = ended.tape.records(QuoteChanged), ended.tape.records(PricePosted)
    mid = (int(quotes["bid"][-1]) + int(quotes["ask"][-1])) / 200
    return Outcome(len(ended.tape.records(Liquidated)["seq"]), len(posts["seq"]), float(posts["price"][-1]) / 10**8, mid)


def told(fall_percent: int, folder: Path) -> Result:
    """Run the world with a first fall of so many percent."""
    file = folder / "linear.toml"
    file.write_text(_text(fall_percent), encoding="utf-8")
    return run(load(file))


def holders(fall_percent: int) -> Holders:
    """Return the same two pools as balance sheets before the fall, and the ladder as a price impact at the price after it."""
    after = 100.0 - fall_percent
    debt = 2 * after
    units = sum(debt / (0.6 * trigger) for trigger in _triggers())
    assets = np.array([units * 100, units * 100])
    called_per_fall = debt / GAP * 100  # A share of the price of one is 100 USDC.
    leverage = np.array([called_per_fall * CLOSE_FACTOR * (1 + bonus) for bonus in BONUSES]) / assets
    impact = STEP / LEVEL / after / after
    return Holders(assets, np.ones((2, 1)), leverage, assets - POSITIONS * debt, np.array([impact]))


def _text(fall_percent: int) -> str:
    debt = 2 * (100 - fall_percent)
    accounts = ", ".join(
        f'{{ name = "p{place}", collateral = ["{debt / (0.6 * trigger):.12f} ETH"], debt = ["{debt} USDC"] }}'
        for place, trigger in enumerate(_triggers())
    )
    pools = "".join(
        _POOL.format(name=name, accounts=accounts, bonus=bonus) for name, bonus in zip(("first", "second"), BONUSES, strict=True)
    )
    return _WORLD.format(sold=fall_percent / STEP * LEVEL, pools=pools)


def _triggers() -> list[float]:
    return [100 - (place + 0.5) * GAP for place in range(POSITIONS)]

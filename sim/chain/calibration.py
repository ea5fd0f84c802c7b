"""Does background demand reproduce the prices it was calibrated to? Blocks without any of our txs, measured bin by bin.

Uses the machines of the simulation itself (demand, builder, block clock) and no kernel. Cost: about 0.2 ms a block.
"""

import attrs

from sim.chain.block_clock import BlockClock
from sim.chain.builder import ByTip, Filling, gas_quantile
from sim.chain.candidates import Candidates
from sim.chain.demand import Demand, DemandPoint
from sim.chain.mempool import Mempool
from sim.fixed import bps_change
from sim.streams import Stream
from sim.units import Bps, Gas, Nanos, Party, WeiPerGas


@attrs.frozen
class BinReached:
    """One bin of a calibration: what was asked for, what came."""

    target: DemandPoint
    p30: WeiPerGas
    p60: WeiPerGas
    p90: WeiPerGas
    blocks: int

    @property
    def misses(self) -> tuple[Bps, Bps, Bps]:
        """Reached over target less one, for the 30th, 60th and 90th percentile."""
        target = self.target
        return bps_change(target.p30, self.p30), bps_change(target.p60, self.p60), bps_change(target.p90, self.p90)


def measure(demand: Demand, clock: BlockClock, blocks: Stream, gas_limit: Gas, until: Nanos) -> list[BinReached]:
    """Run the chain on background demand alone and return what was included from each of its points to the next.

    The last point's bin ends at ``until``. A bin in which no block fell is left out.
    """
    mempool = Mempool(demand.market, gas_limit)
    now, base_fee = demand.points[0].at, demand.settled_base_fee(demand.points[0].at)
    paid: dict[Nanos, list[tuple[WeiPerGas, Gas]]] = {}
    counts: dict[Nanos, int] = {}
    while (when := clock.next_block(now, blocks)) < until:
        demand.step(when, when - now, clock.mean_interval, gas_limit)
        block = Filling(gas_limit, base_fee)
        ByTip().fill(block, Candidates(mempool, base_fee, _no_ticket), demand, _no_tx)
        base_fee = demand.market.next_base_fee(base_fee, gas_limit, block.gas_used)
        start = demand.point(when).at
        paid.setdefault(start, []).extend(block.background)
        counts[start] = counts.get(start, 0) + 1
        now = when
    return [_reached(point, paid[point.at], counts[point.at]) for point in demand.points if point.at in paid]


def worst(reached: list[BinReached]) -> tuple[Bps, Bps, Bps]:
    """Return the largest miss, either way, of each of the three percentiles."""
    misses = [bin.misses for bin in reached]
    p30, p60, p90 = (max(abs(miss[place]) for miss in misses) for place in range(3))
    return p30, p60, p90


def _reached(point: DemandPoint, paid: list[tuple[WeiPerGas, Gas]], blocks: int) -> BinReached:
    return BinReached(point, gas_quantile(paid, 30), gas_quantile(paid, 60), gas_quantile(paid, 90), blocks)


def _no_ticket(party: Party) -> int:
    return 0


def _no_tx(tx: object, price: WeiPerGas, position: int) -> Gas | None:
    return None

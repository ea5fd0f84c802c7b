"""Whoever an amm pays the protocol's part of its fees to, collecting it: when it is worth so many times the gas.

Its name must be that of the amm's ``protocol``: the contracts pay nobody else. It weighs what there is to collect at every block its
node shows, by its first venue's late mid; what no venue of its own prices counts as nothing, and without a venue it collects as soon as
there is anything. Constant products are left alone: they pay in shares of themselves, whenever liquidity moves.
"""

from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News
from sim.amm.calls import CollectProtocolFeesCall
from sim.commands import Command
from sim.fixed import mul_div_down
from sim.units import BPS_ONE, GWEI, SECOND, AssetId, Bps, Gas, Nanos, Units, WeiPerGas
from strategies.keepers.bank import Bank
from strategies.keepers.errands import WAKES_ON, Errands
from strategies.keepers.estimate import Estimate
from strategies.keepers.profit import Stall

COLLECT_GAS: Gas = 120_000
"""What a collection takes."""
GAS_LIMIT: Gas = 200_000


def _errands_of(keeper: "FeeCollector") -> Errands:
    estimate = Estimate(0, keeper.multiple_bps, keeper.max_gas_price)
    bank = Bank(estimate, replaces=True, patience_blocks=keeper.patience_blocks, most_pending=16, gas_reserve=0)
    return Errands(bank, keeper.wait)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class FeeCollector:
    """Collects what amms owe their protocol."""

    gain_bps: Bps = attrs.field(default=20_000, validator=attrs.validators.ge(0))
    """Least that is collected, as a multiple of the gas it takes."""
    wait: Nanos = attrs.field(default=60 * SECOND, validator=attrs.validators.ge(1))
    """Least time between two collections of an amm."""
    multiple_bps: Bps = 12_000
    """What it bids for gas, as a multiple of the going price; what is stuck it raises."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    patience_blocks: int = attrs.field(default=5, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it is raised."""

    wakes_on: ClassVar = WAKES_ON
    needs: ClassVar[tuple[str, ...]] = ("amms",)
    _errands: Errands = attrs.field(default=attrs.Factory(_errands_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Look at every amm at every block; book everything else."""
        if not news.is_a(WAKES_ON[0].record):
            self._errands.hear(news, desk)
            return []
        if not desk.block().number:
            return []
        self._errands.look(desk)
        commands = self._errands.keep_moving(desk, lambda sent, bid: True)
        for amm in desk.connections.amms:
            view: Any = desk.amm(amm)
            if self._is_worth_it(getattr(view, "protocol_fees", ()), view, desk):
                commands += self._errands.run(desk, amm, CollectProtocolFeesCall(), GAS_LIMIT, amm, is_paced=True)
        return commands

    def _is_worth_it(self, fees: tuple[Units, ...], view: Any, desk: Desk) -> bool:
        """Say whether fees are worth their gas; without a venue, whether there are any."""
        if not any(fees) or not desk.connections.venues:
            return any(fees)
        stall = Stall.seen(desk, desk.connections.venues[0], 0, 0)
        worth = sum(_worth(asset.id, units, stall) for asset, units in zip(view.assets, fees, strict=True))
        cost = stall.gas_worth(COLLECT_GAS * self._errands.bank.estimate.bid().price(desk.block()))
        return worth > 0 and worth >= mul_div_down(cost, self.gain_bps, BPS_ONE)


def _worth(asset: AssetId, units: Units, stall: Stall) -> Units:
    if asset == stall.instrument.base.id:
        return stall.worth(units)
    return units if asset == stall.instrument.quote.id else 0

"""Brings signed prices to pull feeds: when the feed has gone far from what is signed, or its price has grown old.

Anybody may do so, and who liquidates brings the price that makes it possible. ``lag`` is the choice that comes with it: a price
signed so long ago, if it is still newer than the feed's. Source: the scheduler of pyth-network/pyth-crosschain (price_pusher). Left
out: the update fee.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command
from sim.fixed import bps_change
from sim.oracle.pull_feed import UpdatePriceCall
from sim.records import BlockSealed
from sim.units import GWEI, MINUTE, SECOND, Bps, Gas, Nanos, Place, WeiPerGas
from sim.views import SignedPrice
from strategies.keepers.bank import Bank
from strategies.keepers.errands import WAKES_ON, Errands, unix_now
from strategies.keepers.estimate import Estimate

UPDATE_GAS: Gas = 195_000
"""Gas limit: half as much again as the call takes."""
RETRY_INTERVAL: Nanos = 12 * SECOND
PATIENCE_BLOCKS = 3
MOST_PENDING = 4


def _errands_of(mind: "Puller") -> Errands:
    return Errands(Bank(Estimate(0, mind.multiple_bps, mind.max_gas_price), True, PATIENCE_BLOCKS, MOST_PENDING, 0), RETRY_INTERVAL)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Puller:
    """Keeps pull feeds near what is signed for them."""

    deviation_bps: Bps = attrs.field(default=50, validator=attrs.validators.ge(1))
    """How far the feed may be from what is signed."""
    longest: Nanos = attrs.field(default=10 * MINUTE, validator=attrs.validators.ge(1))
    """How old its price may grow."""
    lag: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How old a price it brings; 0: the newest."""
    multiple_bps: Bps = 12_000
    """What it bids for gas, as a multiple of the last block's price."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    _errands: Errands = attrs.field(default=attrs.Factory(_errands_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Bring what is wanted at every block; book everything else as it is heard."""
        if not news.is_a(BlockSealed):
            self._errands.hear(news, desk)
            return []
        if not desk.block().number:
            return []
        self._errands.look(desk)
        commands = self._errands.keep_moving(desk, _always)
        for feed in desk.connections.pulled:
            commands += self._bring(feed, desk)
        return commands

    def _bring(self, feed: Place, desk: Desk) -> list[Command]:
        posted, chosen = desk.posted(feed), self._chosen(feed, desk)
        if chosen is None or chosen.published_at <= posted.updated_at or self._errands.is_running(feed, UpdatePriceCall):
            return []
        is_far = abs(bps_change(posted.price, chosen.price)) >= self.deviation_bps
        is_old = unix_now(desk.block(), desk.now) - posted.updated_at >= self.longest // SECOND
        if not is_far and not is_old:
            return []
        return self._errands.run(desk, feed, UpdatePriceCall(chosen.number), UPDATE_GAS, chosen.number)

    def _chosen(self, feed: Place, desk: Desk) -> SignedPrice | None:
        """Return the newest signed price that is as old as it likes them; None while there is none."""
        latest = unix_now(desk.block(), desk.now) - self.lag // SECOND
        return next((each for each in reversed(desk.signed(feed)) if each.published_at <= latest), None)


def _always(*_: object) -> bool:
    return True

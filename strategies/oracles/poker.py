"""Pokes delayed feeds when their hour has come, and has pools of vaults read the new price and charge their fee.

Nothing in a vault system happens by itself: the price that liquidates stays what it was until somebody pays gas for a poke and a refresh,
and the fee for an accrual, in this sequence and out of one nonce line. Several pokers race; who comes second has its poke reverted and pays
for it. Source: the OSM's and Spotter's public calls [makerdao/osm e36c874, makerdao/dss fa4f663] and the bots that send them for
nothing but somebody's interest in a working system. Left out: who pays its gas.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import AccrueCall, Command, PokeCall, RefreshPriceCall
from sim.lending.vault.views import VaultPoolView
from sim.records import BlockSealed
from sim.units import GWEI, MINUTE, SECOND, Bps, Gas, Nanos, Place, Seconds, WeiPerGas
from strategies.keepers.bank import Bank
from strategies.keepers.errands import WAKES_ON, Errands, unix_now
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Sent

POKE_GAS: Gas = 120_000
REFRESH_GAS: Gas = 100_000
ACCRUE_GAS: Gas = 130_000
"""Gas limits: half as much again as the calls take."""
RETRY_INTERVAL: Nanos = 2 * MINUTE
"""Before it pokes again a feed whose source had no price."""


def _errands_of(poker: "Poker") -> Errands:
    estimate = Estimate(poker.estimate_age, poker.multiple_bps, poker.max_gas_price)
    return Errands(Bank(estimate, poker.replaces, poker.patience_blocks, poker.most_pending, 0), RETRY_INTERVAL)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Poker:
    """Keeps the prices of its feeds and of its pools of vaults moving."""

    wait: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How long after its time it lets others poke, or refresh, before it does; a reserve waits."""
    accrues: bool = True
    """It has the pools charge their fee whenever they read a price."""
    replaces: bool = True
    """It raises what is stuck; if not, everything behind that nonce waits."""
    patience_blocks: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it counts as stuck."""
    estimate_age: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How old the gas price is that its node tells it; 0: that of the last block it saw."""
    multiple_bps: Bps = 12_000
    """What it bids for gas, as a multiple of that price."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    most_pending: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """Txs it lets wait at once."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    _errands: Errands = attrs.field(default=attrs.Factory(_errands_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Poke, refresh and accrue what is due at every block; book everything else as it is heard."""
        if not news.is_a(BlockSealed):
            self._errands.hear(news, desk)
            return []
        if not desk.block().number:
            return []
        self._errands.look(desk)
        commands = self._errands.keep_moving(desk, lambda sent, _: self._is_wanted(sent, desk))
        for feed in desk.connections.delays:
            commands += self._poke(feed, desk)
        for pool in desk.connections.premises:
            commands += self._catch_up(pool, desk)
        return commands

    def _poke(self, feed: Place, desk: Desk) -> list[Command]:
        """Return a poke that is due, with what must follow it in every pool that reads the feed."""
        due = due_of(feed, desk)
        if unix_now(desk.block(), desk.now) < due + self.wait // SECOND:
            return []
        commands = self._errands.run(desk, feed, PokeCall(), POKE_GAS, due, is_paced=True)
        if not commands:
            return []
        for pool, premises in desk.connections.premises.items():
            commands += self._refresh(pool, due, desk) if premises.feed == feed else []
        return commands

    def _catch_up(self, pool: Place, desk: Desk) -> list[Command]:
        """Return a refresh of a pool that judges its vaults by another price than its feed shows, as somebody else's poke may leave it."""
        posted = desk.posted(desk.connections.premises[pool].feed)
        view: VaultPoolView | None = desk.pool(pool)
        is_behind = view is not None and posted.price != view.price and desk.now - posted.at >= self.wait
        return self._refresh(pool, posted.seq, desk) if is_behind and not self._errands.is_running(pool, RefreshPriceCall) else []

    def _refresh(self, pool: Place, subject: int, desk: Desk) -> list[Command]:
        commands = self._errands.run(desk, pool, RefreshPriceCall(), REFRESH_GAS, subject, is_paced=True)
        if self.accrues and commands:
            commands += self._errands.run(desk, pool, AccrueCall(), ACCRUE_GAS, subject, is_paced=True)
        return commands

    def _is_wanted(self, sent: Sent, desk: Desk) -> bool:
        """A poke that is stuck is still due; refreshes and accruals always do something."""
        return not isinstance(sent.call, PokeCall) or due_of(sent.contract, desk) == sent.target


def due_of(feed: Place, desk: Desk) -> Seconds:
    """Return from when a delayed feed may be poked, by the last poke in view: a delay after the instant of the grid it counted for."""
    taken, delay = desk.pending(feed).updated_at, desk.connections.delays[feed]
    return taken - taken % delay + delay

"""Looks after the vow: lets debt out of its queue, cancels it with the vow's money, starts auctions of governance units for the rest.

Nobody is paid for any of these calls; whoever holds governance units, or has the system at heart, sends them. In their sequence: debt
that has waited long enough is released; what the vow has is healed, at once when only that keeps an auction from being started, which
then is sent right behind; one that ended without a bid is rearmed, with more on offer. Money that comes in between makes the start
revert. Left out: auctions of surplus, which the vow does not hold.
"""

from typing import ClassVar

import attrs

from sim.agents.connections import Premises
from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.auction.debt_views import DebtAuctionsView, VowView
from sim.commands import Command, HealCall, RearmCall, ReleaseDebtCall, StartDebtAuctionCall
from sim.records import BlockSealed
from sim.units import GWEI, MINUTE, RAY, WAD, Bps, Gas, Nanos, Units, WeiPerGas
from strategies.keepers.bank import Bank
from strategies.keepers.errands import WAKES_ON, Errands, unix_now
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Sent

RELEASE_GAS: Gas = 80_000
HEAL_GAS: Gas = 110_000
START_GAS: Gas = 300_000
REARM_GAS: Gas = 80_000
"""Gas limits: half as much again as the calls take."""


def _errands_of(steward: "DebtSteward") -> Errands:
    estimate = Estimate(steward.estimate_age, steward.multiple_bps, steward.max_gas_price)
    bank = Bank(estimate, steward.replaces, steward.patience_blocks, steward.most_pending, 0)
    return Errands(bank, steward.retry_interval)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class DebtSteward:
    """Sends the vow's upkeep for the systems whose pools it is connected to."""

    heal_least: Units = attrs.field(default=10_000 * WAD, validator=attrs.validators.ge(1))
    """Debt, in money, that is worth a heal by itself."""
    attention: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """Entries of the queue that it releases at one block, the oldest first."""
    starts: bool = True
    """It starts auctions of governance units, and rearms them."""
    replaces: bool = True
    """It raises what is stuck; if not, everything behind that nonce waits."""
    patience_blocks: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it counts as stuck."""
    estimate_age: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How old the gas price is that its node tells it; 0: that of the last block it saw."""
    multiple_bps: Bps = attrs.field(default=12_000, validator=attrs.validators.ge(1))
    """What it bids for gas, as a multiple of that price."""
    max_gas_price: WeiPerGas = 500 * GWEI
    """Never bids more: nothing of this is urgent."""
    most_pending: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """Txs it lets wait at once."""
    retry_interval: Nanos = attrs.field(default=5 * MINUTE, validator=attrs.validators.ge(0))
    """Before it sends the same call again that failed."""

    wakes_on: ClassVar[tuple[On, ...]] = WAKES_ON
    needs: ClassVar[tuple[str, ...]] = ("vaults",)
    _errands: Errands = attrs.field(default=attrs.Factory(_errands_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Send what is due at every block; book everything else as it is heard."""
        if not news.is_a(BlockSealed):
            self._errands.hear(news, desk)
            return []
        if not desk.block().number:
            return []
        self._errands.look(desk)
        commands = self._errands.keep_moving(desk, lambda sent, _: self._is_wanted(sent, desk))
        for premises in systems_of(desk):
            view: VowView | None = desk.auctions(premises.vow)
            if view is not None:
                commands += self._tend(view, premises, desk)
        return commands

    def _tend(self, view: VowView, premises: Premises, desk: Desk) -> list[Command]:
        """Return what one vow and its house need."""
        now, vow = unix_now(desk.block(), desk.now), premises.vow
        commands: list[Command] = []
        for since in view.releasable(now)[: self.attention]:
            commands += self._errands.run(desk, vow, ReleaseDebtCall(since), RELEASE_GAS, since)
        heal = self._errands.run(desk, vow, HealCall(view.can_heal), HEAL_GAS) if self._heals(view) else []
        commands += heal
        if self.starts and (view.can_start_auction or (heal and self._leaves_debt_enough(view))):
            commands += self._errands.run(desk, vow, StartDebtAuctionCall(), START_GAS)
        house: DebtAuctionsView | None = desk.auctions(premises.debt_house)
        if house is not None and self.starts:
            for sale in (each for each in house.sales if house.can_rearm(each, now)):
                commands += self._errands.run(desk, premises.debt_house, RearmCall(sale.sale), REARM_GAS, sale.sale)
        return commands

    def _heals(self, view: VowView) -> bool:
        """There is enough to heal, or little that keeps an auction from being started."""
        is_in_the_way = view.can_heal > 0 and self._leaves_debt_enough(view)
        return view.can_heal >= self.heal_least * RAY or (self.starts and is_in_the_way)

    def _leaves_debt_enough(self, view: VowView) -> bool:
        """Once its money is gone, there is debt enough for an auction; unless more money comes in first."""
        return view.bad_debt - view.surplus >= view.lot

    def _is_wanted(self, sent: Sent, desk: Desk) -> bool:
        """What is stuck has still something to do."""
        for premises in systems_of(desk):
            view: VowView | None = desk.auctions(premises.vow)
            if sent.contract == premises.vow and isinstance(sent.call, ReleaseDebtCall) and view is not None:
                return sent.call.queued_at in dict(view.queue)
        return True


def systems_of(desk: Desk) -> tuple[Premises, ...]:
    """Return the premises of each vault system once, however many of its pools an agent is connected to."""
    found: dict[int, Premises] = {}
    for premises in desk.connections.premises.values():
        found.setdefault(premises.engine, premises)
    return tuple(found.values())

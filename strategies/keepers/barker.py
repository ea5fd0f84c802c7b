"""Who starts auctions of unhealthy vaults: bites in English systems, barks in Dutch ones, the largest debts first.

Somebody must, and whoever does pays gas for it: a bite is rewarded by nobody, a bark by the system. So a barker has a motive. Several
race for the same vaults; who comes late reverts and pays for that too. Before a bark it asks the house's late view what the dog would
take, and sends none that would be refused. Left out: how much room is left for bites, which views of English houses do not show: it
learns of that by reverting, and lets the pool be for a while.
"""

from heapq import nsmallest
from typing import ClassVar, Literal, TypeAlias

import attrs

from sim.agents.connections import Premises
from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.auction.dutch_views import DutchView
from sim.auction.gas import BARK, BITE, REFUSED_BARK, REFUSED_BITE
from sim.commands import BarkCall, BiteCall, Command, Note
from sim.errors import Revert
from sim.fixed import mul_div_down, mul_div_up
from sim.lending.vault.views import VaultPoolView, VaultView
from sim.records import BlockSealed, TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import BPS_ONE, GWEI, RAD, WAD, Bps, Gas, Nanos, Party, Place, Rad, Units, WeiPerGas
from sim.vocabulary import Motive, Refusal
from strategies.keepers.bank import Account, Bank
from strategies.keepers.estimate import Estimate
from strategies.keepers.nonces import Outcome, Sent
from strategies.keepers.profit import MILLION, Experience, Stall
from strategies.keepers.tips import Bid

Reason: TypeAlias = Literal["reward", "own_bids", "duty"]
"""Why it starts auctions: for what the system pays; to bid in them itself; because somebody pays it a wage."""
REASONS = ("reward", "own_bids", "duty")
BITE_GAS: Gas = BITE * 4 // 3
BARK_GAS: Gas = BARK * 4 // 3
"""Gas limits: a third more than calls take."""
_OF_THE_SYSTEM = (Refusal.LIMIT_HIT, Refusal.STOPPED, Refusal.PAUSED)
"""Refusals that say nothing of the vault: the next one would be refused as well."""
MOST_KEPT = 4_096
"""Vaults of which it remembers what it said."""
Vault: TypeAlias = tuple[Place, Party]
"""Pool and owner."""


def _bank_of(keeper: "Barker") -> Bank:
    estimate = Estimate(keeper.estimate_age, keeper.multiple_bps, keeper.max_gas_price)
    return Bank(estimate, keeper.replaces, keeper.patience_blocks, keeper.most_pending, gas_reserve=0)


def _experience_of(keeper: "Barker") -> Experience:
    return Experience(keeper.loss_prior_bps, keeper.loss_prior_weight)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Barker:
    """Starts auctions of its pools' unhealthy vaults."""

    motive: Reason = attrs.field(default="reward", validator=attrs.validators.in_(REASONS))
    """``reward``: if what the system pays is more than gas; ``own_bids``: if what a bidder gains is; ``duty``: whatever it costs."""
    gain_bps: Bps = attrs.field(default=500, validator=attrs.validators.ge(0))
    """What ``own_bids`` expects to gain by bidding, as a part of the vault's debt."""
    min_profit: Units = attrs.field(default=0, metadata={"asset": "quote"})
    """Least expected profit for which ``reward`` and ``own_bids`` act."""
    attention: int = attrs.field(default=24, validator=attrs.validators.ge(1))
    """Vaults it weighs at one block, the largest debts first."""
    retry_blocks: int = attrs.field(default=4, validator=attrs.validators.ge(1))
    """Blocks before it weighs a vault again that it has left, or a pool whose system had no room."""
    replaces: bool = True
    """It raises what is stuck; if not, everything behind that nonce waits."""
    patience_blocks: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it counts as stuck."""
    estimate_age: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How old the gas price is that its node tells it; 0: that of the last block it saw."""
    multiple_bps: Bps = attrs.field(default=12_000, validator=attrs.validators.ge(1))
    """What it bids for gas, as a multiple of that price."""
    max_gas_price: WeiPerGas = 2_000 * GWEI
    """Never bids more."""
    most_pending: int = attrs.field(default=16, validator=attrs.validators.ge(1))
    """Txs that each account lets wait at once."""
    loss_prior_bps: Bps = 2_000
    """The chance of losing a race that it reckons with before its own record says more."""
    loss_prior_weight: int = attrs.field(default=10, validator=attrs.validators.ge(0))
    """How many races that belief is worth."""

    needs: ClassVar[tuple[str, ...]] = ("vaults",)
    wakes_on: ClassVar[tuple[On, ...]] = (
        On(BlockSealed),
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
    )
    _bank: Bank = attrs.field(default=attrs.Factory(_bank_of, takes_self=True), init=False)
    _races: Experience = attrs.field(default=attrs.Factory(_experience_of, takes_self=True), init=False)
    _said: dict[Vault, Refusal] = attrs.field(factory=dict, init=False)
    """The last reason noted for a vault."""
    _again: dict[Vault, int] = attrs.field(factory=dict, init=False)
    """The block from which a vault it has left is weighed again; of a whole pool under party 0."""
    _block_seen: int = attrs.field(default=0, init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Start auctions at every block; book everything else as it is heard."""
        if news.is_a(BlockSealed):
            return self._block(desk) if desk.block().number else []
        commands, outcome = self._bank.hear(news, desk)
        if outcome is not None:
            self._learn(outcome)
        return commands

    def _learn(self, outcome: Outcome) -> None:
        """Learn from a race; let a vault be for a while that was refused, and a whole pool whose system has no room."""
        call = outcome.sent.call
        if not isinstance(call, BiteCall | BarkCall):
            return
        if outcome.is_included or outcome.reason == Refusal.HEALTHY:
            self._races.note(not outcome.is_included)
        elif outcome.is_spent:
            rests = 0 if outcome.reason in _OF_THE_SYSTEM else call.account
            self._again[call.pool, rests] = self._block_seen + self.retry_blocks

    def _block(self, desk: Desk) -> list[Command]:
        bank = self._bank
        bank.look(desk)
        self._block_seen = desk.block().number
        self._again = {vault: number for vault, number in self._again.items() if number > self._block_seen}
        pools = desk.connections.premises
        seen = {pool: view for pool in pools if (view := desk.pool(pool)) is not None}
        commands: list[Command] = [*bank.unstick(desk, lambda sent, bid: self._is_good(sent, bid, desk, seen))]
        for pool, view in seen.items():
            if (pool, 0) not in self._again and not self._is_stopped(pool, desk):
                commands += self._hunt(pool, pools[pool], view, desk)
        return commands + bank.fill_gaps(desk)

    def _is_stopped(self, pool: Place, desk: Desk) -> bool:
        """Nobody can start an auction there, which everybody can see."""
        house = _dutch(desk.connections.premises[pool], desk)
        return pool in desk.connections.paused or (house is not None and house.stopped > 0)

    def _hunt(self, pool: Place, premises: Premises, view: VaultPoolView, desk: Desk) -> list[Command]:
        """Return the start of an auction for each vault that is worth it, and notes of why not."""
        commands: list[Command] = []
        busy, again = self._under_way(), self._again
        for vault in view.unhealthy if busy else ():
            if (pool, vault.account) in busy:
                commands += self._note((pool, vault.account), Refusal.ALREADY_PENDING)
        due = [each for each in view.unhealthy if (pool, each.account) not in again and (pool, each.account) not in busy]
        stall = Stall.seen(desk, desk.connections.venues[0], 0, 0) if due and desk.connections.venues else None
        for vault in nsmallest(self.attention, due, key=_largest_first):
            key = (pool, vault.account)
            found, gain = self._judge(pool, premises, view, vault, stall, desk)
            if isinstance(found, Refusal):
                self._again[key] = self._block_seen + self.retry_blocks
                commands += self._note(key, found, gain)
            else:
                commands += found
                self._said.pop(key, None)
        return commands

    def _under_way(self) -> dict[Vault, None]:
        calls = [sent.call for account in self._bank.accounts for sent in account.under_way()]
        return dict.fromkeys((call.pool, call.account) for call in calls if isinstance(call, BiteCall | BarkCall))

    def _judge(
        self, pool: Place, premises: Premises, view: VaultPoolView, vault: VaultView, stall: Stall | None, desk: Desk
    ) -> tuple[list[Command] | Refusal, int]:
        """Return the tx that starts an auction, or why there is none; and the profit expected, as internal money."""
        bank, bid = self._bank, self._bank.estimate.bid()
        usable = bank.usable(self._block_seen)
        if not usable:
            return Refusal.STUCK_NONCE, 0
        reward = self._reward(premises, view, vault, desk)
        if isinstance(reward, Refusal):
            return reward, 0
        gain = self._gain(premises, vault, reward, bid, view, stall, desk)
        if self.motive != "duty" and gain < self._least(stall):
            return Refusal.NO_PROFIT, gain
        gas = BARK_GAS if premises.is_dutch else BITE_GAS
        able = [each for each in usable if each.can_pay(desk, gas, bid)]
        if not able:
            return Refusal.NO_FUNDS, gain
        call = BarkCall(pool, vault.account) if premises.is_dutch else BiteCall(pool, vault.account)
        sender = min(able, key=_line_length)
        tied = {"target": vault.account, "private": desk.connections.private_door}
        return [*bank.send(sender, premises.liquidator, call, gas, Motive.LIQUIDATION, desk, **tied)], gain

    def _gain(
        self, premises: Premises, vault: VaultView, reward: Rad, bid: Bid, view: VaultPoolView, stall: Stall | None, desk: Desk
    ) -> int:
        """Return what starting an auction is expected to gain, gas and the chance of a lost race paid, as internal money."""
        spent, lost = (BARK, REFUSED_BARK) if premises.is_dutch else (BITE, REFUSED_BITE)
        price = bid.price(self._bank.estimate.block)
        gas = spent * price + mul_div_up(lost * price, self._races.chance_bps, BPS_ONE)
        gain = mul_div_down(vault.debt, self.gain_bps, BPS_ONE) if self.motive == "own_bids" else reward
        return gain - _worth(gas, view, stall, desk)

    def _reward(self, premises: Premises, view: VaultPoolView, vault: VaultView, desk: Desk) -> Rad | Refusal:
        """Return what the system pays for starting a vault's auction, or why it would start none; a bite is paid nothing."""
        house = _dutch(premises, desk)
        if house is None:
            return 0
        try:
            return house.bark_reward(house.quote_bark(vault.collateral, vault.shares, view.index, view.min_debt).owed)
        except Revert as refused:
            return refused.reason

    def _is_good(self, sent: Sent, bid: Bid, desk: Desk, seen: dict[Place, VaultPoolView]) -> bool:
        """The vault of a stuck tx is still unhealthy, would still be taken and is still worth a better gas price."""
        call, pools = sent.call, desk.connections.premises
        if not isinstance(call, BiteCall | BarkCall) or call.pool not in seen or self._is_stopped(call.pool, desk):
            return False
        view = seen[call.pool]
        vault = next((each for each in view.unhealthy if each.account == call.account), None)
        reward = self._reward(pools[call.pool], view, vault, desk) if vault is not None else Refusal.HEALTHY
        if vault is None or isinstance(reward, Refusal) or self.motive == "duty":
            return not isinstance(reward, Refusal)
        stall = Stall.seen(desk, desk.connections.venues[0], 0, 0) if desk.connections.venues else None
        return self._gain(pools[call.pool], vault, reward, bid, view, stall, desk) >= self._least(stall)

    def _least(self, stall: Stall | None) -> Rad:
        """Return the least profit as internal money; without a venue it counts in money."""
        return mul_div_up(self.min_profit, RAD, stall.instrument.quote.unit if stall else WAD)

    def _note(self, key: Vault, reason: Refusal, gain: int = 0) -> list[Command]:
        if self._said.get(key) == reason:
            return []
        if len(self._said) >= MOST_KEPT:
            self._said.pop(next(iter(self._said)))
        self._said[key] = reason
        pool, account = key
        return [Note(account, pool, reason, mul_div_down(gain, MILLION, RAD))]


def _dutch(premises: Premises, desk: Desk) -> DutchView | None:
    """Return the late view of a pool's house of Dutch auctions; None for an English one."""
    house: DutchView | None = desk.auctions(premises.house) if premises.is_dutch else None
    return house


def _worth(gas: Units, view: VaultPoolView, stall: Stall | None, desk: Desk) -> Rad:
    """Return gas money as internal money: at its first venue's late mid, at the pool's price without a venue; rounded up."""
    if stall is not None and stall.mid:
        return mul_div_up(stall.gas_worth(gas), RAD, stall.instrument.quote.unit)
    if desk.connections.gas_asset != view.collateral:
        return 0
    return mul_div_up(gas * view.price, RAD, 10**8 * desk.connections.assets[view.collateral].unit)


def _largest_first(vault: VaultView) -> tuple[Rad, Party]:
    return -vault.debt, vault.account


def _line_length(account: Account) -> int:
    return len(account.line.waiting)

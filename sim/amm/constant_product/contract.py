"""Constant product: a pair of reserves whose product, fees taken off, no call may shrink; whoever provides them holds shares.

The pair's own doors work on what it was sent before (``PairSwapCall``, ``SyncCall``, ``SkimCall``, and ``mint`` and ``burn`` within);
the other calls do what a user's router does in one tx: fetch, then go through the same doors. So units somebody merely sent to the
pair belong to whoever comes next.

Promised (``_check``): reserves are covered by the purse; shares are the ledger's; the product of reserves per share never falls; the
cumulative prices move once a block, by the reserves that it began with; a reverted call leaves no trace. In the middle of a flash
swap every call is refused with REENTERED, as by the pair's lock, while reserves still read as they were before it.
Sources: UniswapV2Pair.sol [Uniswap/v2-core ee547b1], UniswapV2Router02.sol [Uniswap/v2-periphery]. Left out: paths over several
pairs, deadlines, permits.
"""

from typing import Any, ClassVar

import attrs

from sim.amm import gas
from sim.amm.amm import four, guard_amounts, guard_least, pair_of, receiver_of
from sim.amm.calls import (
    AddLiquidityCall,
    PairSwapCall,
    RemoveLiquidityCall,
    SkimCall,
    SwapCall,
    SwapForCall,
    SyncCall,
)
from sim.amm.constant_product import rules
from sim.amm.constant_product.rules import Pair
from sim.amm.constant_product.views import ConstantProductView, swapped
from sim.assets import Asset
from sim.chain.contract import CallContext
from sim.chain.till import Till
from sim.composites import Step
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.records.amm import (
    LiquidityAdded,
    LiquidityRemoved,
    PairSwapped,
    ProtocolFeeTaken,
    ReservesSkimmed,
    ReservesSynced,
    Swapped,
)
from sim.records.atomic import FlashLoaned
from sim.units import NOBODY, AssetId, Gas, Party, Place, Seconds, Units
from sim.vocabulary import Refusal


@attrs.define(eq=False, repr=False)
class ConstantProductAmm:
    """One pair."""

    calls: ClassVar[tuple[type[Any], ...]] = (
        SwapCall,
        SwapForCall,
        AddLiquidityCall,
        RemoveLiquidityCall,
        PairSwapCall,
        SyncCall,
        SkimCall,
    )

    till: Till
    assets: tuple[Asset, Asset]
    share: AssetId
    fee_to: Party = NOBODY
    """Who gets a sixth of the fees, as shares; nobody unless named."""
    reserves: Pair = (0, 0)
    cumulative: Pair = (0, 0)
    """Prices times seconds up to ``updated_at``."""
    updated_at: Seconds = 0
    product_then: int = 0
    """Of the reserves when liquidity last changed, while there is a protocol fee; else 0."""
    is_locked: bool = False
    """A flash swap is under way."""

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.till.place

    @property
    def balances(self) -> Pair:
        """What its purse holds."""
        first, second = self.assets
        return self.till.held(first.id), self.till.held(second.id)

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED)
        if self.is_locked:
            raise Revert(Refusal.REENTERED)
        if isinstance(call, SwapCall):
            return self._swap(call, context)
        if isinstance(call, SwapForCall):
            return self._swap_for(call, context)
        if isinstance(call, AddLiquidityCall):
            return self._add(call, context)
        if isinstance(call, RemoveLiquidityCall):
            return self._remove(call, context)
        if isinstance(call, PairSwapCall):
            return self._swap_sent(call, context)
        if isinstance(call, SkimCall):
            return self._skim(call, context)
        return self._sync(context)

    def view(self, timestamp: Seconds) -> ConstantProductView:
        """Return what desks see at a block."""
        return ConstantProductView(
            place=self.place,
            timestamp=timestamp,
            assets=self.assets,
            reserves=self.reserves,
            share=self.share,
            shares=self.till.issued(self.share),
            cumulative=self.cumulative_at(timestamp),
        )

    def cumulative_at(self, timestamp: Seconds) -> Pair:
        """Return the cumulative prices (UQ112.112 times seconds, modulo 2^256) as a call in a block of this instant would find them."""
        return rules.cumulative_after(self.cumulative, self.reserves, (timestamp - self.updated_at) % 2**32)

    @property
    def is_reconciled(self) -> bool:
        """Its purse covers its reserves."""
        return all(balance >= reserve for balance, reserve in zip(self.balances, self.reserves, strict=True))

    # What a router does.

    def _swap(self, call: SwapCall, context: CallContext) -> Gas:
        """Reverts: ZERO_AMOUNT, INSUFFICIENT_LIQUIDITY, SLIPPAGE, INSUFFICIENT_BALANCE, UNKNOWN_ASSET, PRICE_LIMIT."""
        came, went = self._sides(call.asset_in, call.asset_out, call.price_limit)
        out = rules.amount_out(call.amount_in, self.reserves[came], self.reserves[went])
        if out < call.least_out:
            raise Revert(Refusal.SLIPPAGE)
        self._trade(came, call.amount_in, out, receiver_of(call.receiver, context.sender), context)
        return gas.SWAP

    def _swap_for(self, call: SwapForCall, context: CallContext) -> Gas:
        """Reverts as ``_swap``."""
        went, came = self._sides(call.asset_out, call.asset_in, call.price_limit)
        paid = rules.amount_in(call.amount_out, self.reserves[came], self.reserves[went])
        if paid > call.most_in:
            raise Revert(Refusal.SLIPPAGE)
        self._trade(came, paid, call.amount_out, receiver_of(call.receiver, context.sender), context)
        return gas.SWAP

    def _sides(self, named: AssetId, other: AssetId, price_limit: int) -> tuple[int, int]:
        if price_limit:
            raise Revert(Refusal.PRICE_LIMIT)
        return pair_of(self.assets, named, other)

    def _trade(self, came: int, paid: Units, out: Units, receiver: Party, context: CallContext) -> None:
        self.till.take(self.assets[came].id, context.sender, paid)
        self.exchange((0, out) if came == 0 else (out, 0), receiver, context)

    def _add(self, call: AddLiquidityCall, context: CallContext) -> Gas:
        """Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_LIQUIDITY, SLIPPAGE, INSUFFICIENT_BALANCE, TOO_LITTLE_LIQUIDITY, ARITHMETIC."""
        guard_amounts(self.assets, call.amounts)
        amounts = rules.matching((call.amounts[0], call.amounts[1]), self.reserves)
        guard_least(amounts, call.least_amounts)
        for asset, amount in zip(self.assets, amounts, strict=True):
            self.till.take(asset.id, context.sender, amount)
        owner = receiver_of(call.receiver, context.sender)
        taken, shares = self.mint(owner, context.timestamp, context)
        if shares < call.least_shares:
            raise Revert(Refusal.SLIPPAGE)
        context.say(self.place, context.sender, (LiquidityAdded.kind, owner, 0, 0, shares, *four(taken)))
        return gas.ADD

    def _remove(self, call: RemoveLiquidityCall, context: CallContext) -> Gas:
        """Reverts: ZERO_AMOUNT, INSUFFICIENT_BALANCE, TOO_LITTLE_LIQUIDITY, SLIPPAGE, UNKNOWN_ASSET."""
        if call.shares < 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        self.till.take(self.share, context.sender, call.shares)
        receiver = receiver_of(call.receiver, context.sender)
        shares, paid = self.burn(receiver, context)
        guard_least(paid, call.least_amounts)
        context.say(self.place, context.sender, (LiquidityRemoved.kind, receiver, 0, 0, shares, *four(paid)))
        return gas.REMOVE

    # The pair's own doors.

    def _swap_sent(self, call: PairSwapCall, context: CallContext) -> Gas:
        """Reverts: ZERO_AMOUNT, UNKNOWN_ASSET, INSUFFICIENT_LIQUIDITY, UNPAID, INVARIANT_SHRANK, ARITHMETIC."""
        guard_amounts(self.assets, call.amounts_out)
        used = self.exchange(call.amounts_out, receiver_of(call.receiver, context.sender), context, call.calls)
        return gas.PAIR_SWAP + used

    def exchange(self, outs: Pair, receiver: Party, context: CallContext, calls: tuple[Step, ...] = ()) -> Gas:
        """Pay out, let the sender's calls go on, then see whether what has come in pays for it. Return the gas of the calls."""
        reserves = self.reserves
        if min(outs) < 0 or not any(outs):
            raise Revert(Refusal.ZERO_AMOUNT)
        if any(out >= reserve for out, reserve in zip(outs, reserves, strict=True)):
            raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
        for asset, out in zip(self.assets, outs, strict=True):
            self.till.pay(asset.id, receiver, out)
        used = self._call_back(outs, context, calls) if calls else 0
        balances = self.balances
        paid = max(0, balances[0] - reserves[0] + outs[0]), max(0, balances[1] - reserves[1] + outs[1])
        if not any(paid):
            raise Revert(Refusal.UNPAID)
        if not rules.keeps_product(reserves, balances, paid):
            raise Revert(Refusal.INVARIANT_SHRANK)
        self._note(balances, context.timestamp)
        self._say_swapped(reserves, paid, outs, receiver, context)
        for asset, out, came in zip(self.assets, outs, paid, strict=True) if calls else ():
            if out:
                context.say(self.place, context.sender, (FlashLoaned.kind, asset.id, out, max(0, came - out)))
        return used

    def _call_back(self, outs: Pair, context: CallContext, calls: tuple[Step, ...]) -> Gas:
        """Let the sender's own code go on with what it was sent; return the gas of that."""
        sent = tuple((asset.id, out) for asset, out in zip(self.assets, outs, strict=True) if out)
        owed = tuple((asset, rules.same_asset_back(out)) for asset, out in sent)
        if len(sent) == 1:
            went = 0 if outs[0] else 1
            owed += ((self.assets[1 - went].id, rules.amount_in(outs[went], self.reserves[1 - went], self.reserves[went])),)
        self.till.journal.put(self, "is_locked", True)
        used = context.lend(sent, owed, calls)
        self.till.journal.put(self, "is_locked", False)
        return used

    def mint(self, owner: Party, timestamp: Seconds, context: CallContext | None = None) -> tuple[Pair, Units]:
        """Issue shares for what has come in since the reserves were noted; return both. Reverts: TOO_LITTLE_LIQUIDITY, ARITHMETIC."""
        balances, reserves = self.balances, self.reserves
        paid = balances[0] - reserves[0], balances[1] - reserves[1]
        self._issue_protocol_shares(context)
        issued = self.till.issued(self.share)
        shares = rules.shares_for(paid, reserves, issued)
        if shares <= 0:
            raise Revert(Refusal.TOO_LITTLE_LIQUIDITY)
        if not issued:
            self.till.issue(self.share, NOBODY, rules.LOCKED_SHARES)
        self.till.issue(self.share, owner, shares)
        self._note(balances, timestamp)
        self._note_product()
        return paid, shares

    def burn(self, receiver: Party, context: CallContext) -> tuple[Units, Pair]:
        """Take back the shares that the pair was sent; return them and what was paid. Reverts with TOO_LITTLE_LIQUIDITY."""
        balances, shares = self.balances, self.till.held(self.share)
        self._issue_protocol_shares(context)
        issued = self.till.issued(self.share)
        if not issued:
            raise Revert(Refusal.ARITHMETIC)
        paid = mul_div_down(shares, balances[0], issued), mul_div_down(shares, balances[1], issued)
        if not all(paid):
            raise Revert(Refusal.TOO_LITTLE_LIQUIDITY)
        self.till.retire(self.share, self.place, shares)
        for asset, amount in zip(self.assets, paid, strict=True):
            self.till.pay(asset.id, receiver, amount)
        self._note(self.balances, context.timestamp)
        self._note_product()
        return shares, paid

    def _sync(self, context: CallContext) -> Gas:
        self._note(self.balances, context.timestamp)
        context.say(self.place, context.sender, (ReservesSynced.kind, *self.reserves))
        return gas.SYNC

    def _skim(self, call: SkimCall, context: CallContext) -> Gas:
        receiver, balances, reserves = receiver_of(call.receiver, context.sender), self.balances, self.reserves
        beyond = balances[0] - reserves[0], balances[1] - reserves[1]
        for asset, amount in zip(self.assets, beyond, strict=True):
            self.till.pay(asset.id, receiver, amount)
        context.say(self.place, context.sender, (ReservesSkimmed.kind, receiver, *beyond))
        return gas.SYNC

    def _note(self, balances: Pair, timestamp: Seconds) -> None:
        """Take balances over as reserves; the prices of the old ones count up to now. Reverts with ARITHMETIC above 112 bits."""
        if max(balances) > rules.MOST_RESERVE:
            raise Revert(Refusal.ARITHMETIC)
        journal = self.till.journal
        journal.put(self, "cumulative", self.cumulative_at(timestamp))
        journal.put(self, "updated_at", timestamp)
        journal.put(self, "reserves", balances)

    def _issue_protocol_shares(self, context: CallContext | None) -> None:
        """Give the protocol its part of what fees have added since liquidity last changed."""
        if not self.fee_to:
            self.till.journal.put(self, "product_then", 0)
            return
        if not self.product_then:
            return
        shares = rules.protocol_shares(self.product_then, self.reserves, self.till.issued(self.share))
        self.till.issue(self.share, self.fee_to, shares)
        if shares and context is not None:
            context.say(self.place, context.sender, (ProtocolFeeTaken.kind, self.fee_to, self.share, shares))

    def _note_product(self) -> None:
        if self.fee_to:
            self.till.journal.put(self, "product_then", self.reserves[0] * self.reserves[1])

    def _say_swapped(self, before: Pair, paid: Pair, outs: Pair, receiver: Party, context: CallContext) -> None:
        came = 0 if paid[0] else 1
        went = 1 - came
        if paid[went] or outs[came]:
            context.say(self.place, context.sender, (PairSwapped.kind, receiver, *paid, *outs))
            return
        done = swapped(self.assets, before, came, paid[came], outs[went])
        ends = self.assets[came].id, self.assets[went].id
        context.say(self.place, context.sender, (Swapped.kind, receiver, *ends, *done))

    def _check(self) -> None:
        """Assert every invariant. Cost: its assets, and the purses of its shares."""
        assert self.is_reconciled and not self.is_locked
        assert all(0 <= reserve <= rules.MOST_RESERVE for reserve in self.reserves)
        issued = self.till.issued(self.share)
        assert issued == sum(self.till.ledger.balances[self.share])
        assert self.till.locked(self.share) >= (rules.LOCKED_SHARES if issued else 0)
        assert not issued or all(self.reserves)
        assert issued**2 <= self.reserves[0] * self.reserves[1]

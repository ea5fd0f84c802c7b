"""Concentrated liquidity: every provider chooses a range of log ticks; the price moves through the liquidity of the ranges it is in.

Swaps, ranges put in and taken out, fees per unit of liquidity, observations of the log tick. The calls do what a user's router or
position manager does in one tx: ``AddLiquidityCall`` finds the liquidity that amounts pay for, ``RemoveLiquidityCall`` and
``CollectFeesCall`` pay out all that the range is owed; ``AddRangeCall`` is the contract's own door.

Promised (``_check``): the purse covers what every range can take out and what is owed; liquidity in range, ticks and words are those
of the positions; the price lies at its tick; a reverted call leaves no trace.
Sources: UniswapV3Pool.sol [Uniswap/v3-core d8b1c63]; SwapRouter.sol, NonfungiblePositionManager.sol [Uniswap/v3-periphery]. Model
choices: positions belong to their owner, not to a token that could be sold; the protocol's part of the fee is set for good. In the
middle of a flash loan every call is refused with REENTERED, as by the contract's lock. Left out: callbacks in the middle of swaps and
mints, flash loans of both assets at once (the lock keeps one from being made within another), paths, deadlines, sums that a range's
own oracle would need.
"""

from typing import Any, ClassVar

import attrs

from sim.amm import gas
from sim.amm.amm import four, guard_amounts, guard_least, index_of, pair_of, receiver_of
from sim.amm.calls import (
    AddLiquidityCall,
    AddRangeCall,
    CollectFeesCall,
    CollectProtocolFeesCall,
    RemoveLiquidityCall,
    SwapCall,
    SwapForCall,
    WidenObservationsCall,
)
from sim.amm.concentrated.book import RangeBook
from sim.amm.concentrated.log_ticks import sqrt_price_at
from sim.amm.concentrated.observations import mean_tick
from sim.amm.concentrated.ranges import amounts_of, liquidity_of
from sim.amm.concentrated.views import ConcentratedView, swapped
from sim.amm.concentrated.walk import Scene, Walk, limit_of, walk
from sim.assets import Asset
from sim.chain.contract import CallContext
from sim.chain.till import Till
from sim.composites import FlashLoanCall
from sim.errors import Revert
from sim.fixed import mul_div_up
from sim.records.amm import FeesCollected, LiquidityAdded, LiquidityRemoved, ObservationsWidened, ProtocolFeeTaken, Swapped
from sim.records.atomic import FlashLoaned
from sim.units import NOBODY, Gas, Party, Place, Ppm, Seconds, Units
from sim.vocabulary import Refusal

Pair = tuple[Units, Units]
FEE_ONE: Ppm = 10**6
"""The whole of which a fee is a part."""


@attrs.define(eq=False, repr=False)
class ConcentratedAmm:
    """One pair of assets at one fee."""

    calls: ClassVar[tuple[type[Any], ...]] = (
        SwapCall,
        SwapForCall,
        AddLiquidityCall,
        RemoveLiquidityCall,
        AddRangeCall,
        CollectFeesCall,
        CollectProtocolFeesCall,
        WidenObservationsCall,
        FlashLoanCall,
    )

    till: Till
    assets: tuple[Asset, Asset]
    fee: Ppm
    book: RangeBook
    fee_to: Party = NOBODY
    protocol_parts: tuple[int, int] = (0, 0)
    """Of the fee in either asset one part in so many is the protocol's; 0 for none."""
    protocol_fees: Pair = (0, 0)
    """What the protocol is owed."""
    is_locked: bool = False
    """A flash loan is under way."""

    @classmethod
    def opened(cls, till: Till, assets: tuple[Asset, Asset], fee: Ppm, spacing: int, sqrt_price: int, at: Seconds) -> "ConcentratedAmm":
        """Return an amm without liquidity at a price. Reverts with PRICE_LIMIT where there is no such price."""
        return cls(till, assets, fee, RangeBook.opened(till.journal, spacing, sqrt_price, at))

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.till.place

    @property
    def scene(self) -> Scene:
        """What a swap starts from."""
        book = self.book
        return Scene(book.sqrt_price, book.tick, book.liquidity, self.fee, book.spacing, book.words, book.ticks)

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED)
        if self.is_locked:
            raise Revert(Refusal.REENTERED)
        if isinstance(call, FlashLoanCall):
            return self._flash(call, context)
        if isinstance(call, SwapCall):
            return self._swap(call, context)
        if isinstance(call, SwapForCall):
            return self._swap_for(call, context)
        if isinstance(call, AddLiquidityCall):
            return self._add(call, context)
        if isinstance(call, RemoveLiquidityCall):
            return self._remove(call, context)
        if isinstance(call, AddRangeCall):
            return self._add_range(call, context)
        if isinstance(call, CollectFeesCall):
            return self._collect(call, context)
        if isinstance(call, CollectProtocolFeesCall):
            return self._collect_protocol_fees(call, context)
        return self._widen(call, context)

    def view(self, timestamp: Seconds) -> ConcentratedView:
        """Return what desks see at a block. Cost: its initialised ticks."""
        book = self.book
        return ConcentratedView(
            place=self.place,
            timestamp=timestamp,
            assets=self.assets,
            reserves=self.reserves,
            sqrt_price=book.sqrt_price,
            tick=book.tick,
            liquidity=book.liquidity,
            fee=self.fee,
            spacing=book.spacing,
            words=dict(book.words),
            ticks=dict(book.ticks),
            protocol_fees=(max(0, self.protocol_fees[0] - 1), max(0, self.protocol_fees[1] - 1)),
        )

    @property
    def reserves(self) -> Pair:
        """What its purse holds, the protocol's fees taken off."""
        first, second = (self.till.held(asset.id) for asset in self.assets)
        return first - self.protocol_fees[0], second - self.protocol_fees[1]

    def observe(self, timestamp: Seconds, ago: Seconds) -> tuple[int, int]:
        """Return the tick times seconds, and seconds per liquidity (Q128), summed up to so many seconds before a block.

        Reverts with OBSERVATION_TOO_OLD.
        """
        return self.book.observations.observe(timestamp, ago, self.book.tick, self.book.liquidity)

    def mean_tick(self, timestamp: Seconds, seconds: Seconds) -> int:
        """Return the mean log tick of the last so many (above 0) seconds, towards minus infinity. Reverts with OBSERVATION_TOO_OLD."""
        return mean_tick(self.observe(timestamp, seconds)[0], self.observe(timestamp, 0)[0], seconds)

    @property
    def is_reconciled(self) -> bool:
        """Its purse covers every range, rounded as it would be paid, and all that is owed. Cost: the positions."""
        owed = self.book.owed_to_all()
        return all(held >= due for held, due in zip(self.reserves, owed, strict=True))

    def _swap(self, call: SwapCall, context: CallContext) -> Gas:
        """Reverts: ZERO_AMOUNT, PRICE_LIMIT, SLIPPAGE, INSUFFICIENT_BALANCE, UNKNOWN_ASSET, ARITHMETIC."""
        came, _ = pair_of(self.assets, call.asset_in, call.asset_out)
        if call.amount_in <= 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        slot = self.book.observations.newest
        found = self._trade(came, call.amount_in, call.price_limit, receiver_of(call.receiver, context.sender), context)
        if found.amount_out < call.least_out:
            raise Revert(Refusal.SLIPPAGE)
        return _gas_of(found, self.book.observations.newest != slot)

    def _swap_for(self, call: SwapForCall, context: CallContext) -> Gas:
        """Reverts as ``_swap``; with INSUFFICIENT_LIQUIDITY where all there is falls short and no limit was named."""
        _, came = pair_of(self.assets, call.asset_out, call.asset_in)
        if call.amount_out <= 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        slot = self.book.observations.newest
        found = self._trade(came, -call.amount_out, call.price_limit, receiver_of(call.receiver, context.sender), context)
        if not call.price_limit and found.amount_out < call.amount_out:
            raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
        if found.amount_in > call.most_in:
            raise Revert(Refusal.SLIPPAGE)
        return _gas_of(found, self.book.observations.newest != slot)

    def _trade(self, came: int, amount: int, price_limit: int, receiver: Party, context: CallContext) -> Walk:
        """Walk, write down where it led, pay, and be paid."""
        is_down, book = came == 0, self.book
        limit = price_limit or limit_of(is_down)
        found = walk(self.scene, is_down, amount, limit, book.growth[came], self.protocol_parts[came])
        book.take_over(found, came, context.timestamp)
        if found.protocol_fee:
            self._owe_protocol(came, found.protocol_fee)
        ends = self.assets[came].id, self.assets[1 - came].id
        self.till.pay(ends[1], receiver, found.amount_out)
        self.till.take(ends[0], context.sender, found.amount_in)
        context.say(self.place, context.sender, (Swapped.kind, receiver, *ends, *swapped(self.assets, came, found)))
        return found

    def _add(self, call: AddLiquidityCall, context: CallContext) -> Gas:
        """Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, BAD_RANGE, TOO_LITTLE_LIQUIDITY, TOO_MUCH_LIQUIDITY, SLIPPAGE, INSUFFICIENT_BALANCE."""
        guard_amounts(self.assets, call.amounts)
        self.book.guard_range(call.lower, call.upper)
        liquidity = liquidity_of(self.book.sqrt_price, call.lower, call.upper, (call.amounts[0], call.amounts[1]))
        if liquidity < call.least_shares:
            raise Revert(Refusal.SLIPPAGE)
        owner = receiver_of(call.receiver, context.sender)
        guard_least(self._put_in(owner, call.lower, call.upper, liquidity, context), call.least_amounts)
        return gas.ADD_RANGE

    def _add_range(self, call: AddRangeCall, context: CallContext) -> Gas:
        """Reverts: BAD_RANGE, TOO_LITTLE_LIQUIDITY, TOO_MUCH_LIQUIDITY, INSUFFICIENT_BALANCE."""
        self._put_in(receiver_of(call.receiver, context.sender), call.lower, call.upper, call.liquidity, context)
        return gas.ADD_RANGE

    def _put_in(self, owner: Party, lower: int, upper: int, liquidity: int, context: CallContext) -> Pair:
        paid = self.mint(owner, lower, upper, liquidity, context.timestamp)
        for asset, amount in zip(self.assets, paid, strict=True):
            self.till.take(asset.id, context.sender, amount)
        context.say(self.place, context.sender, (LiquidityAdded.kind, owner, lower, upper, liquidity, *four(paid)))
        return paid

    def mint(self, owner: Party, lower: int, upper: int, liquidity: int, timestamp: Seconds) -> Pair:
        """Put liquidity into a range; return its cost, rounded up. Reverts: BAD_RANGE, TOO_LITTLE_LIQUIDITY, TOO_MUCH_LIQUIDITY."""
        if liquidity <= 0:
            raise Revert(Refusal.TOO_LITTLE_LIQUIDITY)
        self.book.change(owner, lower, upper, liquidity, timestamp)
        return amounts_of(self.book.sqrt_price, self.book.tick, lower, upper, liquidity, rounds_up=True)

    def _remove(self, call: RemoveLiquidityCall, context: CallContext) -> Gas:
        """Reverts: BAD_RANGE, ZERO_AMOUNT, INSUFFICIENT_LIQUIDITY, TOO_LITTLE_LIQUIDITY, SLIPPAGE, UNKNOWN_ASSET."""
        owner, book = context.sender, self.book
        ends = call.lower, call.upper
        if call.shares < 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        book.change(owner, *ends, -call.shares, context.timestamp)
        taken = amounts_of(book.sqrt_price, book.tick, *ends, call.shares, rounds_up=False)
        guard_least(taken, call.least_amounts)
        receiver = receiver_of(call.receiver, owner)
        for asset, amount in zip(self.assets, taken, strict=True):
            self.till.pay(asset.id, receiver, amount)
        context.say(self.place, owner, (LiquidityRemoved.kind, receiver, *ends, call.shares, *four(taken)))
        self._pay_fees(owner, *ends, receiver, context)
        return gas.REMOVE_RANGE

    def _collect(self, call: CollectFeesCall, context: CallContext) -> Gas:
        """Reverts: BAD_RANGE, TOO_LITTLE_LIQUIDITY."""
        owner, ends = context.sender, (call.lower, call.upper)
        if self.book.position(owner, *ends).liquidity or not any(self.book.position(owner, *ends).owed):
            self.book.change(owner, *ends, 0, context.timestamp)
        self._pay_fees(owner, *ends, receiver_of(call.receiver, owner), context)
        return gas.COLLECT

    def _pay_fees(self, owner: Party, lower: int, upper: int, receiver: Party, context: CallContext) -> None:
        owed = self.book.settle(owner, lower, upper)
        for asset, amount in zip(self.assets, owed, strict=True):
            self.till.pay(asset.id, receiver, amount)
        if any(owed):
            context.say(self.place, owner, (FeesCollected.kind, receiver, lower, upper, *owed))

    def _collect_protocol_fees(self, call: CollectProtocolFeesCall, context: CallContext) -> Gas:
        """Reverts with NOT_ALLOWED. One unit of each stays: the contract does not clear the word, to save gas."""
        if context.sender != self.fee_to:
            raise Revert(Refusal.NOT_ALLOWED)
        receiver = receiver_of(call.receiver, context.sender)
        for index, asset in enumerate(self.assets):
            amount = max(0, self.protocol_fees[index] - 1)
            self._owe_protocol(index, -amount)
            self.till.pay(asset.id, receiver, amount)
            if amount:
                context.say(self.place, context.sender, (ProtocolFeeTaken.kind, receiver, asset.id, amount))
        return gas.COLLECT

    def _owe_protocol(self, index: int, amount: int) -> None:
        first, second = self.protocol_fees
        owed = (first + amount, second) if index == 0 else (first, second + amount)
        self.till.journal.put(self, "protocol_fees", owed)

    def _flash(self, call: FlashLoanCall, context: CallContext) -> Gas:
        """Lend for the fee of a swap, which whoever's range the price is in earns.

        Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, TOO_LITTLE_LIQUIDITY (no range is there), INSUFFICIENT_LIQUIDITY, INSUFFICIENT_BALANCE.
        """
        index, journal = index_of(self.assets, call.asset), self.till.journal
        if call.amount <= 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        if not self.book.liquidity:
            raise Revert(Refusal.TOO_LITTLE_LIQUIDITY)
        before = self.till.held(call.asset)
        if call.amount > before:
            raise Revert(Refusal.INSUFFICIENT_LIQUIDITY)
        due = call.amount + mul_div_up(call.amount, self.fee, FEE_ONE)
        self.till.pay(call.asset, context.sender, call.amount)
        journal.put(self, "is_locked", True)
        used = context.lend(((call.asset, call.amount),), ((call.asset, due),), call.calls)
        journal.put(self, "is_locked", False)
        self.till.take(call.asset, context.sender, due)
        paid = self.till.held(call.asset) - before
        part = self.protocol_parts[index]
        kept = paid // part if part else 0
        self._owe_protocol(index, kept)
        self.book.earn(index, paid - kept)
        context.say(self.place, context.sender, (FlashLoaned.kind, call.asset, call.amount, paid))
        return gas.RANGE_FLASH + used

    def _widen(self, call: WidenObservationsCall, context: CallContext) -> Gas:
        new = self.book.observations.widen(call.slots)
        if new:
            context.say(self.place, context.sender, (ObservationsWidened.kind, self.book.observations.paid_for))
        return gas.REFUSED + new * gas.SLOT

    def _check(self) -> None:
        """Assert every invariant. Cost: all positions, ticks and observations."""
        book = self.book
        book._check()
        assert self.is_reconciled and not self.is_locked
        assert min(self.protocol_fees) >= 0
        assert sqrt_price_at(book.tick) <= book.sqrt_price <= sqrt_price_at(book.tick + 1)


def _gas_of(found: Walk, is_noted: bool) -> Gas:
    """Return a swap's gas; ``is_noted``: it wrote an observation into another place of the ring than the one it read."""
    return gas.RANGE_SWAP + found.steps * gas.STEP + len(found.crossed) * gas.CROSSING + is_noted * gas.OTHER_PLACE

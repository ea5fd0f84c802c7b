"""Stableswap: two to four assets that are meant to be worth the same; whoever provides them holds shares.

Exchanges, deposits in any mixture, withdrawals in the mixture that is there, in one asset, or in exact amounts. Fees are taken from
what goes out; the protocol's part leaves the reserves and waits in the purse. ``SwapForCall`` is a model choice: the contract has no
such door, so the least input is looked for as users' tools do, and what comes out beyond what was wanted is theirs.

Promised (``_check``): reserves are covered by the purse; shares are the ledger's; the invariant per share never falls but by rounding;
a reverted call leaves no trace. Source: StableSwap3Pool.vy [curvefi/curve-contract 574f440]. Left out: ramps of the amplification,
changes of fees, the kill switch, transfers that cost a fee, assets that earn.
"""

from typing import Any, ClassVar

import attrs

from sim.amm import gas
from sim.amm.amm import four, guard_amounts, guard_least, index_of, pair_of, receiver_of
from sim.amm.calls import (
    AddLiquidityCall,
    CollectProtocolFeesCall,
    RemoveAmountsCall,
    RemoveInOneCall,
    RemoveLiquidityCall,
    SwapCall,
    SwapForCall,
)
from sim.amm.stableswap import rules
from sim.amm.stableswap.pricing import StableTerms, exchanged, paid_for
from sim.amm.stableswap.rules import FEE_ONE
from sim.amm.stableswap.views import StableSwapView
from sim.assets import Asset
from sim.chain.contract import CallContext
from sim.chain.till import Till
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.records.amm import LiquidityAdded, LiquidityRemoved, ProtocolFeeTaken, Swapped
from sim.units import NOBODY, AssetId, Gas, Party, Place, Seconds, Units
from sim.vocabulary import Refusal

Amounts = tuple[Units, ...]


@attrs.define(eq=False, repr=False)
class StableSwapAmm:
    """One stableswap."""

    calls: ClassVar[tuple[type[Any], ...]] = (
        SwapCall,
        SwapForCall,
        AddLiquidityCall,
        RemoveLiquidityCall,
        RemoveInOneCall,
        RemoveAmountsCall,
        CollectProtocolFeesCall,
    )

    till: Till
    terms: StableTerms
    share: AssetId
    reserves: Amounts
    """What belongs to the shares."""
    fee_to: Party = NOBODY

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.till.place

    @property
    def assets(self) -> tuple[Asset, ...]:
        """What it trades, in its own sequence."""
        return self.terms.assets

    @property
    def invariant(self) -> rules.Solved:
        """What the reserves would sum up to if they were equal, with 18 decimals. Reverts with ARITHMETIC."""
        return self._invariant_of(self.reserves)

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED)
        if isinstance(call, SwapCall):
            return self._swap(call, context)
        if isinstance(call, SwapForCall):
            return self._swap_for(call, context)
        if isinstance(call, AddLiquidityCall):
            return self._add(call, context)
        if isinstance(call, RemoveLiquidityCall):
            return self._remove(call, context)
        if isinstance(call, RemoveInOneCall):
            return self._remove_in_one(call, context)
        if isinstance(call, RemoveAmountsCall):
            return self._remove_amounts(call, context)
        return self._collect_protocol_fees(call, context)

    def view(self, timestamp: Seconds) -> StableSwapView:
        """Return what desks see at a block."""
        owed = tuple(self.till.held(asset.id) - reserve for asset, reserve in zip(self.assets, self.reserves, strict=True))
        return StableSwapView(self.place, timestamp, self.terms, self.reserves, self.share, self.till.issued(self.share), owed)

    @property
    def is_reconciled(self) -> bool:
        """Its purse covers its reserves."""
        return all(self.till.held(asset.id) >= reserve for asset, reserve in zip(self.assets, self.reserves, strict=True))

    def _swap(self, call: SwapCall, context: CallContext) -> Gas:
        """Reverts: INSUFFICIENT_BALANCE, ARITHMETIC, SLIPPAGE, ZERO_AMOUNT, UNKNOWN_ASSET, PRICE_LIMIT."""
        came, went = self._sides(call.asset_in, call.asset_out, call.price_limit)
        self._trade(came, went, call.amount_in, call.least_out, call.receiver, context)
        return gas.STABLE_SWAP

    def _swap_for(self, call: SwapForCall, context: CallContext) -> Gas:
        """Reverts as ``_swap``, and with INSUFFICIENT_LIQUIDITY."""
        went, came = self._sides(call.asset_out, call.asset_in, call.price_limit)
        paid = paid_for(self.terms, self.reserves, came, went, call.amount_out)
        if paid > call.most_in:
            raise Revert(Refusal.SLIPPAGE)
        self._trade(came, went, paid, call.amount_out, call.receiver, context)
        return gas.STABLE_SWAP

    def _sides(self, named: AssetId, other: AssetId, price_limit: int) -> tuple[int, int]:
        if price_limit:
            raise Revert(Refusal.PRICE_LIMIT)
        return pair_of(self.assets, named, other)

    def _trade(self, came: int, went: int, paid: Units, least: Units, receiver: Party, context: CallContext) -> None:
        done = exchanged(self.terms, self.reserves, came, went, paid)
        if done.swap.amount_out < least:
            raise Revert(Refusal.SLIPPAGE)
        ends, receiver = (self.assets[came].id, self.assets[went].id), receiver_of(receiver, context.sender)
        after = [*self.reserves]
        after[came] += paid
        after[went] = rules.natural(after[went] - done.swap.amount_out - done.protocol_fee)
        self._note(tuple(after))
        self.till.take(ends[0], context.sender, paid)
        self.till.pay(ends[1], receiver, done.swap.amount_out)
        context.say(self.place, context.sender, (Swapped.kind, receiver, *ends, *done.swap))

    def _add(self, call: AddLiquidityCall, context: CallContext) -> Gas:
        """Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, INSUFFICIENT_BALANCE, TOO_LITTLE_LIQUIDITY, ARITHMETIC, SLIPPAGE."""
        guard_amounts(self.assets, call.amounts)
        for asset, amount in zip(self.assets, call.amounts, strict=True):
            self.till.take(asset.id, context.sender, amount)
        owner = receiver_of(call.receiver, context.sender)
        shares = self.mint(owner, call.amounts)
        if shares < call.least_shares:
            raise Revert(Refusal.SLIPPAGE)
        context.say(self.place, context.sender, (LiquidityAdded.kind, owner, 0, 0, shares, *four(call.amounts)))
        return gas.STABLE_ADD

    def mint(self, owner: Party, amounts: Amounts) -> Units:
        """Issue shares for amounts that the purse has got, and return them. The first must be of every asset.

        Reverts: ZERO_AMOUNT, TOO_LITTLE_LIQUIDITY (the invariant does not grow), ARITHMETIC.
        """
        issued, before = self.till.issued(self.share), self.reserves
        if not issued and not all(amounts):
            raise Revert(Refusal.ZERO_AMOUNT)
        whole = self._invariant_of(before).value if issued else 0
        after = tuple(balance + amount for balance, amount in zip(before, amounts, strict=True))
        grown = self._invariant_of(after).value
        if grown <= whole:
            raise Revert(Refusal.TOO_LITTLE_LIQUIDITY)
        if not issued:
            self._note(after)
            self.till.issue(self.share, owner, grown)
            return grown
        charged = self._charge(before, after, whole, grown)
        shares = mul_div_down(issued, rules.natural(charged - whole), whole)
        self.till.issue(self.share, owner, shares)
        return shares

    def _charge(self, before: Amounts, after: Amounts, whole: int, changed: int) -> int:
        """Note reserves that changed in another mixture, without the protocol's part of the fee; return the invariant without the fee."""
        fee = rules.uneven_fee(self.terms.fee, len(self.assets))
        fees = rules.fees_of_change(before, after, whole, changed, fee)
        parts = [mul_div_down(each, self.terms.protocol_part, FEE_ONE) for each in fees]
        self._note(tuple(balance - part for balance, part in zip(after, parts, strict=True)))
        return self._invariant_of(tuple(rules.natural(balance - each) for balance, each in zip(after, fees, strict=True))).value

    def _remove(self, call: RemoveLiquidityCall, context: CallContext) -> Gas:
        """Pay a part of every asset, without a fee. Reverts: ZERO_AMOUNT, SLIPPAGE, INSUFFICIENT_BALANCE, UNKNOWN_ASSET."""
        issued = self._guard_shares(call.shares)
        amounts = tuple(mul_div_down(balance, call.shares, issued) for balance in self.reserves)
        guard_least(amounts, call.least_amounts)
        self.till.retire(self.share, context.sender, call.shares)
        self._note(tuple(balance - amount for balance, amount in zip(self.reserves, amounts, strict=True)))
        self._pay_out(call.shares, amounts, call.receiver, context)
        return gas.STABLE_REMOVE

    def _remove_in_one(self, call: RemoveInOneCall, context: CallContext) -> Gas:
        """Reverts: ZERO_AMOUNT, SLIPPAGE, INSUFFICIENT_BALANCE, UNKNOWN_ASSET, ARITHMETIC."""
        index, terms, issued = index_of(self.assets, call.asset), self.terms, self._guard_shares(call.shares)
        even = rules.scaled(self.reserves, terms.rates)
        found = rules.withdrawal(even, index, terms.rates[index], call.shares, issued, terms.ann, terms.fee)
        if found.amount < call.least_out:
            raise Revert(Refusal.SLIPPAGE)
        self.till.retire(self.share, context.sender, call.shares)
        after = [*self.reserves]
        after[index] = rules.natural(after[index] - found.amount - mul_div_down(found.fee, terms.protocol_part, FEE_ONE))
        self._note(tuple(after))
        amounts = tuple(found.amount if place == index else 0 for place in range(len(self.assets)))
        self._pay_out(call.shares, amounts, call.receiver, context)
        return gas.STABLE_REMOVE_UNEVENLY

    def _remove_amounts(self, call: RemoveAmountsCall, context: CallContext) -> Gas:
        """Reverts: UNKNOWN_ASSET, ZERO_AMOUNT, ARITHMETIC, TOO_LITTLE_LIQUIDITY, SLIPPAGE, INSUFFICIENT_BALANCE."""
        guard_amounts(self.assets, call.amounts)
        issued, before = self._guard_shares(0), self.reserves
        whole = self._invariant_of(before).value
        after = tuple(rules.natural(balance - amount) for balance, amount in zip(before, call.amounts, strict=True))
        charged = self._charge(before, after, whole, self._invariant_of(after).value)
        shares = mul_div_down(rules.natural(whole - charged), issued, whole)
        if not shares:
            raise Revert(Refusal.TOO_LITTLE_LIQUIDITY)
        # One more, in case rounding favoured the sender.
        shares += 1
        if shares > call.most_shares:
            raise Revert(Refusal.SLIPPAGE)
        self.till.retire(self.share, context.sender, shares)
        self._pay_out(shares, call.amounts, call.receiver, context)
        return gas.STABLE_REMOVE_UNEVENLY

    def _pay_out(self, shares: Units, amounts: Amounts, named: Party, context: CallContext) -> None:
        receiver = receiver_of(named, context.sender)
        for asset, amount in zip(self.assets, amounts, strict=True):
            self.till.pay(asset.id, receiver, amount)
        context.say(self.place, context.sender, (LiquidityRemoved.kind, receiver, 0, 0, shares, *four(amounts)))

    def _guard_shares(self, shares: Units) -> Units:
        """Return all shares there are. Reverts with ZERO_AMOUNT where there are none, or fewer than none are given back."""
        issued = self.till.issued(self.share)
        if not issued or shares < 0:
            raise Revert(Refusal.ZERO_AMOUNT)
        return issued

    def _collect_protocol_fees(self, call: CollectProtocolFeesCall, context: CallContext) -> Gas:
        """Pay out whatever the purse has beyond the reserves, units merely sent to it included. Reverts with NOT_ALLOWED."""
        if context.sender != self.fee_to:
            raise Revert(Refusal.NOT_ALLOWED)
        receiver = receiver_of(call.receiver, context.sender)
        for asset, reserve in zip(self.assets, self.reserves, strict=True):
            amount = self.till.held(asset.id) - reserve
            if amount:
                self.till.pay(asset.id, receiver, amount)
                context.say(self.place, context.sender, (ProtocolFeeTaken.kind, receiver, asset.id, amount))
        return gas.COLLECT

    def _note(self, reserves: Amounts) -> None:
        self.till.journal.put(self, "reserves", reserves)

    def _invariant_of(self, reserves: Amounts) -> rules.Solved:
        return rules.invariant(rules.scaled(reserves, self.terms.rates), self.terms.ann)

    def _check(self) -> None:
        """Assert every invariant. Cost: its assets, and the purses of its shares."""
        assert self.is_reconciled
        assert all(reserve >= 0 for reserve in self.reserves)
        assert self.till.issued(self.share) == sum(self.till.ledger.balances[self.share])

"""Liquidations: one trove, several, or the riskiest in sequence.

Anybody may call, without funds: the caller gets each trove's reserve of money and half a percent of its collateral. Troves leave one by
one, each seeing what the ones before it left of deposits and of the system's ratio; what they leave behind is settled once, at the end:
deposits pay, the others take over. A call that starts in recovery mode goes on in normal mode as soon as the ratio allows.
Source: TroveManager.sol [liquity/dev 39f1f7f].
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, takewhile
from typing import TYPE_CHECKING, NamedTuple

import attrs

from sim.chain.contract import CallContext
from sim.commands import LiquidateCall
from sim.errors import Revert
from sim.lending.liquity import gas, rules
from sim.lending.liquity.calls import LiquidateListCall, LiquidateTrovesCall
from sim.lending.liquity.rules import Pot, Split
from sim.lending.liquity.troves import Holding
from sim.lending.liquity.views import ONE
from sim.records.lending import Liquidated
from sim.records.liquity import TroveLiquidated
from sim.units import INT64_MAX, NO_SEQ, NOBODY, Gas, Party, Units, Wad
from sim.vocabulary import Refusal

if TYPE_CHECKING:
    from sim.lending.liquity.system import Liquity


class Done(NamedTuple):
    """One trove that was liquidated."""

    party: Party
    held: Holding
    split: Split
    health: Wad
    is_recovery: bool


@attrs.define
class Run:
    """What one call has come to so far."""

    system: Liquity
    price: Wad
    deposits: Units
    """Not yet spoken for."""
    collateral: Units
    """Of the system, without what has been given away."""
    debt: Units
    is_recovery: bool
    done: list[Done] = attrs.field(factory=list)

    @classmethod
    def of(cls, system: Liquity, price: Wad) -> Run:
        """Return a run at its start."""
        book = system.book
        return cls(system, price, system.stability.total, book.collateral, book.debt, system.is_recovery(price))

    def goes_on(self, party: Party) -> bool:
        """Liquidate a trove, or leave it; return False where a sequence by risk ends: nobody safer will be either."""
        held = self.system.book.holding(party)
        own = rules.ratio(held.collateral, held.debt, self.price)
        if own >= rules.MINIMUM_RATIO and not (self.is_recovery and self.deposits):
            return False
        pot = Pot(self.deposits, rules.ratio(self.collateral, self.debt, self.price))
        if not self.is_recovery:
            self._take(party, held, rules.split_normally(held.collateral, held.debt, self.deposits), own, pot)
            return True
        split = rules.split_in_recovery(held.collateral, held.debt, self.price, pot)
        if split is not None and len(self.system.book.troves) > 1:
            self._take(party, held, split, own, pot)
            self.collateral -= split.to_pool + split.compensation + split.surplus
            self.debt -= split.offset
            self.is_recovery = rules.ratio(self.collateral, self.debt, self.price) < rules.CRITICAL_RATIO
        return True

    def _take(self, party: Party, held: Holding, split: Split, own: Wad, pot: Pot) -> None:
        limit = rules.limit_of(held.debt, pot) if self.is_recovery else rules.MINIMUM_RATIO
        self.system.book.remove(party)
        self.system.leave_surplus(party, split.surplus)
        self.done.append(Done(party, held, split, rules.health(own, limit), self.is_recovery))
        self.deposits -= split.offset


def one(system: Liquity, call: LiquidateCall, context: CallContext) -> Gas:
    """Liquidate one trove, whole, whatever amount is named.

    Reverts: PAUSED, UNKNOWN_ASSET, NO_TROVE, HEALTHY, ONLY_TROVE, NOTHING_POSTED, ARITHMETIC (an offset below a carried rounding).
    """
    if (call.debt_asset, call.collateral_asset) != (system.terms.money.id, system.terms.collateral.id):
        raise Revert(Refusal.UNKNOWN_ASSET)
    run = _begin(system, context)
    if not system.book.has(call.account):
        raise Revert(Refusal.NO_TROVE)
    run.goes_on(call.account)
    return _finish(run, context)


def listed(system: Liquity, call: LiquidateListCall, context: CallContext) -> Gas:
    """Liquidate those of some troves that can be, in the sequence given. Reverts as ``one`` where none can."""
    run = _begin(system, context)
    for party in call.accounts:
        if system.book.has(party):
            run.goes_on(party)
    return _finish(run, context)


def riskiest(system: Liquity, call: LiquidateTrovesCall, context: CallContext) -> Gas:
    """Liquidate up to so many troves from the riskiest on, until one is safe. Reverts as ``one`` where none can be."""
    run = _begin(system, context)
    for party in _candidates(run, call.most):
        if not run.goes_on(party):
            break
    return _finish(run, context)


def _candidates(run: Run, most: int) -> Iterator[Party]:
    """Return the riskiest troves. A call that starts in recovery mode never comes to the safest one."""
    book = run.system.book
    safest = book.by_risk.safest if run.is_recovery and book.troves else NOBODY
    return islice(takewhile(lambda party: party != safest, reversed(book.by_risk)), max(0, min(most, INT64_MAX)))


def _begin(system: Liquity, context: CallContext) -> Run:
    if not system.allows_liquidations:
        raise Revert(Refusal.PAUSED)
    context.spend(gas.REFUSED_LIQUIDATION)
    return Run.of(system, system.prices.fetch(context.timestamp))


def _finish(run: Run, context: CallContext) -> Gas:
    """Settle what the liquidated troves leave behind, and pay the caller."""
    if not run.done:
        raise Revert(Refusal.HEALTHY)
    system, book = run.system, run.system.book
    total = Split(*(sum(parts) for parts in zip(*(each.split for each in run.done), strict=True)))
    if total.offset:
        system.stability.offset(total.offset, total.to_pool)
        book.take(total.to_pool, total.offset)
        system.destroy(system.place, total.offset)
    book.redistribute(total.to_troves, total.redistributed)
    book.take(total.surplus, 0)
    book.snapshot(total.compensation)
    book.take(total.compensation, 0)
    reserves = rules.GAS_RESERVE * len(run.done)
    system.reserve_gas(-reserves)
    system.pay_out(system.terms.money.id, context.sender, reserves)
    system.pay_out(system.terms.collateral.id, context.sender, total.compensation)
    for each in run.done:
        _record(run, each, context)
    return gas.LIQUIDATE + gas.LIQUIDATE_MORE * (len(run.done) - 1)


def _record(run: Run, done: Done, context: CallContext) -> None:
    """Say one liquidation: as debt repaid stands all that the account owed, as seized what the caller got."""
    system, split = run.system, done.split
    money, collateral = system.terms.money.id, system.terms.collateral.id
    fell, prices = system.fell.get(done.party, NO_SEQ), (ONE, run.price // rules.PRICE_SCALE)
    row = (Liquidated.kind, done.party, money, collateral, fell, *prices, done.held.debt, split.compensation, 0, done.health)
    said = context.say(system.place, context.sender, row)
    where = (split.offset, split.to_pool, split.redistributed, split.to_troves, split.surplus)
    context.say(system.place, context.sender, (TroveLiquidated.kind, done.party, said, int(done.is_recovery), *where), said)

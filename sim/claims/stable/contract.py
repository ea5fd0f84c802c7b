"""An issuer of a stable coin that is backed by money in a bank: it mints and redeems at par, in its hours, as long as it has money.

A redemption destroys the coins at once; the money is paid at once, or may be fetched after a delay, in working hours. What is promised
is promised first come first served: a redemption beyond the money that is at hand and not yet promised is refused. Money can be frozen,
and with it what was promised. Nothing here holds the price of the coin: whoever buys below par and redeems does, while the issuer is open.

Promised (``_check``): the purse covers what is stated; promises are those of requests that wait. Model: USDC and what happened to it in
March 2023, when redemptions kept banking hours and 3.3 of 40 billion of its reserves lay in a bank that had failed [Circle, "An update on
USDC and Silicon Valley Bank", 11 March 2023]. Model choices: the bank's money lies on the chain like any other; anybody is a customer.
"""

from typing import Any, ClassVar

import attrs

from sim.chain.contract import CallContext
from sim.chain.till import Till
from sim.claims import gas
from sim.claims.calls import ClaimRedemptionCall, MintStableCall, RedeemStableCall
from sim.claims.stable import rules
from sim.claims.stable.hours import Hours
from sim.claims.stable.rules import StableTerms
from sim.claims.stable.views import StableIssuerView
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.records import ClaimIssued, ClaimRedeemed, IssuerStated, RedemptionQueued
from sim.records.layout import Row
from sim.units import BPS_ONE, Bps, Gas, Party, Place, Seconds, Units
from sim.vocabulary import Refusal


@attrs.frozen
class Promise:
    """Coins redeemed, and the money that is to come for them."""

    owner: Party
    given: Units
    due: Units
    ready_at: Seconds
    is_claimed: bool = False


@attrs.define(eq=False, repr=False)
class StableIssuer:
    """One issuer."""

    calls: ClassVar[tuple[type[Any], ...]] = (MintStableCall, RedeemStableCall, ClaimRedemptionCall)

    till: Till
    frozen: Till
    """Money that it has and cannot reach."""
    terms: StableTerms
    hours: Hours
    is_paused: bool = False
    issued: Units = 0
    """Coins that it owes for. The ledger has more where the outside world holds some, and fewer where it has taken some away."""
    promised: Units = 0
    """Money of requests that wait."""
    last_request: int = 0
    requests: dict[int, Promise] = attrs.field(factory=dict)

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.till.place

    @property
    def reserves(self) -> Units:
        """Money at hand."""
        return self.till.held(self.terms.money.id)

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED)
        if self.is_paused or not self.hours.is_open(context.timestamp):
            raise Revert(Refusal.ISSUER_CLOSED)
        if isinstance(call, MintStableCall):
            return self._mint(call, context)
        if isinstance(call, RedeemStableCall):
            return self._redeem(call, context)
        return self._claim(call, context)

    def view(self, timestamp: Seconds) -> StableIssuerView:
        """Return what desks see at a block."""
        terms, frozen = self.terms, self.frozen.held(self.terms.money.id)
        return StableIssuerView(
            self.place, timestamp, terms, self.hours, self.reserves, self.promised, frozen, self.issued, self.is_paused, self.last_request
        )

    @property
    def is_reconciled(self) -> bool:
        """Its purse, with what is frozen, covers what it has promised."""
        return self.reserves + self.frozen.held(self.terms.money.id) >= self.promised

    def _mint(self, call: MintStableCall, context: CallContext) -> Gas:
        """Reverts: ISSUER_CLOSED, TOO_SMALL, INSUFFICIENT_BALANCE."""
        owner, terms = context.sender, self.terms
        coins = rules.minted_for(terms, max(0, call.amount))
        if coins < max(1, terms.least):
            raise Revert(Refusal.TOO_SMALL)
        self.till.take(terms.money.id, owner, call.amount)
        self.till.issue(terms.coin.id, owner, coins)
        self.till.journal.put(self, "issued", self.issued + coins)
        context.say(self.place, owner, (ClaimIssued.kind, owner, terms.money.id, terms.coin.id, call.amount, coins))
        return gas.MINT

    def _redeem(self, call: RedeemStableCall, context: CallContext) -> Gas:
        """Reverts: ISSUER_CLOSED, TOO_SMALL, RESERVES_SHORT, INSUFFICIENT_BALANCE."""
        owner, terms = context.sender, self.terms
        due = rules.redeemed_for(terms, max(0, call.amount))
        if call.amount < terms.least or not due:
            raise Revert(Refusal.TOO_SMALL)
        if due > self.reserves - self.promised:
            raise Revert(Refusal.RESERVES_SHORT)
        self.till.retire(terms.coin.id, owner, call.amount)
        self.till.journal.put(self, "issued", self.issued - call.amount)
        if not terms.delay:
            self.till.pay(terms.money.id, owner, due)
            context.say(self.place, owner, (ClaimRedeemed.kind, 0, owner, call.amount, due))
            return gas.REDEEM
        number, ready_at = self.last_request + 1, context.timestamp + terms.delay
        journal = self.till.journal
        journal.put(self, "last_request", number)
        journal.put(self, "promised", self.promised + due)
        journal.write(self.requests, number, Promise(owner, call.amount, due, ready_at))
        context.say(self.place, owner, (RedemptionQueued.kind, number, owner, call.amount, due, ready_at))
        return gas.REDEEM

    def _claim(self, call: ClaimRedemptionCall, context: CallContext) -> Gas:
        """Reverts: ISSUER_CLOSED, UNKNOWN_REQUEST, ALREADY_CLAIMED, NOT_OWNER, NOT_FINAL, RESERVES_SHORT."""
        promise = self.requests.get(call.request)
        if promise is None:
            raise Revert(Refusal.UNKNOWN_REQUEST)
        if promise.is_claimed:
            raise Revert(Refusal.ALREADY_CLAIMED)
        if promise.owner != context.sender:
            raise Revert(Refusal.NOT_OWNER)
        if context.timestamp < promise.ready_at:
            raise Revert(Refusal.NOT_FINAL)
        if promise.due > self.reserves:
            raise Revert(Refusal.RESERVES_SHORT)
        journal = self.till.journal
        journal.write(self.requests, call.request, attrs.evolve(promise, is_claimed=True))
        journal.put(self, "promised", self.promised - promise.due)
        self.till.pay(self.terms.money.id, promise.owner, promise.due)
        context.say(self.place, promise.owner, (ClaimRedeemed.kind, call.request, promise.owner, promise.given, promise.due))
        return gas.CLAIM

    # From outside of any tx.

    def freeze(self, share: Bps) -> Units:
        """Lose sight of a share of the money at hand, and return how much that is."""
        units = mul_div_down(self.reserves, share, BPS_ONE)
        self.till.pay(self.terms.money.id, self.frozen.place, units)
        return units

    def thaw(self, units: Units) -> None:
        """Reach money again that was frozen."""
        self.frozen.pay(self.terms.money.id, self.place, units)

    def stated(self) -> Row:
        """Return what to say of how it stands."""
        return (IssuerStated.kind, self.reserves, self.frozen.held(self.terms.money.id), self.issued, int(self.is_paused))

    def _check(self) -> None:
        """Assert every invariant. Cost: all requests."""
        assert self.is_reconciled
        assert list(self.requests) == list(range(1, self.last_request + 1))
        assert self.promised == sum(each.due for each in self.requests.values() if not each.is_claimed)

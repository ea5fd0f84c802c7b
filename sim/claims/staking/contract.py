"""A staking contract: money becomes shares; validators earn; redemptions wait in a queue for reports that have the money.

Shares do not change in number by earning: their rate does, at reports. A request is promised its worth of that moment; it earns nothing
more, and bears losses. A report takes in what validators gained or lost and what they have given back, issues the fee's shares, pays
requests first come first served as far as the money goes, sends to validators what nobody waits for, and asks them for what is missing.

Promised (``_check``): the purse covers buffer and locked money; shares are the ledger's; what waits is in its purse; requests are in
sequence. Source: as of ``rules``; the share that is here stands for the contract's token in its wrapper, which does not rebase. Model
choices: what validators have lies in a purse of theirs; they earn at one yearly rate and give back at most so much between two reports,
after one delay; what rounding leaves of a share stays with who asks.
"""

from typing import Any, ClassVar

import attrs

from sim.assets import Asset
from sim.chain.contract import CallContext
from sim.chain.till import Till
from sim.claims import gas
from sim.claims.calls import ClaimRedemptionCall, ReportStakeCall, RequestRedemptionCall, StakeCall
from sim.claims.staking import rules
from sim.claims.staking.rules import LEAST_REQUEST, Request
from sim.claims.staking.views import StakingView
from sim.errors import Revert
from sim.fixed import mul_div_down
from sim.records import Burned, ClaimIssued, ClaimRedeemed, Minted, RedemptionQueued, StakeReported
from sim.records.layout import Row
from sim.units import BPS_ONE, WAD, Bps, Gas, Party, Place, Ray, Seconds, Units, Wad
from sim.vocabulary import Refusal


@attrs.frozen
class StakingTerms:
    """What governance and the chain have fixed."""

    money: Asset
    share: Asset
    oracle: Party
    """Who reports."""
    fees_to: Party
    yearly: Bps
    """What validators earn."""
    fee: Bps
    """The protocol's part of it."""
    frame: Seconds
    """Least time between two reports."""
    exits: Units
    exit_delay: Seconds
    reserve: Units
    """Money that is kept at hand rather than staked."""
    margin: Seconds
    most_request: Units


@attrs.define(eq=False, repr=False)
class Staking:
    """One staking contract."""

    calls: ClassVar[tuple[type[Any], ...]] = (StakeCall, RequestRedemptionCall, ClaimRedemptionCall, ReportStakeCall)

    till: Till
    validators: Till
    """What is staked."""
    terms: StakingTerms
    reported_at: Seconds
    next_report: Seconds
    shares: Units = 0
    """All there are. The ledger has fewer where somebody outside of the world holds some."""
    buffered: Units = 0
    known: Units = 0
    """What validators had at the last report, and were given since."""
    locked: Units = 0
    """Money of requests that can be claimed."""
    last_request: int = 0
    last_final: int = 0
    requests: dict[int, Request] = attrs.field(factory=dict)
    final_rates: dict[int, Ray] = attrs.field(factory=dict)
    """By request: the rate of the report that finalised it."""
    on_way: tuple[tuple[Seconds, Units], ...] = ()
    """What validators will give back, and from when."""

    @property
    def place(self) -> Place:
        """Where it speaks from."""
        return self.till.place

    @property
    def pooled(self) -> Units:
        """Money that belongs to the shares."""
        return self.buffered + self.known

    @property
    def rate(self) -> Wad:
        """Money per whole share, rounded down; 0 where there are none."""
        share, money = self.terms.share, self.terms.money
        return mul_div_down(rules.worth(share.unit, self.pooled, self.shares), WAD, money.unit)

    def answer(self, call: Any, context: CallContext) -> Gas:
        """Carry a call out and return the gas it used; raises ``Revert``."""
        context.spend(gas.REFUSED)
        if isinstance(call, StakeCall):
            return self._stake(call, context)
        if isinstance(call, RequestRedemptionCall):
            return self._request(call, context)
        if isinstance(call, ClaimRedemptionCall):
            return self._claim(call, context)
        return self._report(context)

    def view(self, timestamp: Seconds) -> StakingView:
        """Return what desks see at a block."""
        terms, rate = self.terms, self._rate()
        return StakingView(
            place=self.place,
            timestamp=timestamp,
            money=terms.money.id,
            claim=terms.share.id,
            claim_unit=terms.share.unit,
            money_unit=terms.money.unit,
            pooled=self.pooled,
            shares=self.shares,
            buffered=self.buffered,
            queued=rules.promised(self._waiting(), rate),
            on_way=sum(units for _, units in self.on_way),
            last_request=self.last_request,
            last_final=self.last_final,
            next_report=self.next_report,
            frame=terms.frame,
            exits=terms.exits,
            exit_delay=terms.exit_delay,
            margin=terms.margin,
            most_request=terms.most_request,
        )

    @property
    def is_reconciled(self) -> bool:
        """Its purse covers its buffer and what it has locked."""
        return self.till.held(self.terms.money.id) >= self.buffered + self.locked

    def _stake(self, call: StakeCall, context: CallContext) -> Gas:
        """Reverts: ZERO_AMOUNT (less than a share included), INSUFFICIENT_BALANCE."""
        money, share, owner = self.terms.money.id, self.terms.share.id, context.sender
        issued = rules.shares_for(call.amount, self.pooled, self.shares) if call.amount > 0 else 0
        if not issued:
            raise Revert(Refusal.ZERO_AMOUNT)
        self.till.take(money, owner, call.amount)
        self._put("buffered", self.buffered + call.amount)
        self._issue(owner, issued)
        context.say(self.place, owner, (ClaimIssued.kind, owner, money, share, call.amount, issued))
        return gas.STAKE

    def _request(self, call: RequestRedemptionCall, context: CallContext) -> Gas:
        """Reverts: TOO_SMALL, TOO_LARGE, INSUFFICIENT_BALANCE."""
        owner, pooled, all_shares = context.sender, self.pooled, self.shares
        amount = rules.worth(max(0, call.shares), pooled, all_shares)
        if amount < LEAST_REQUEST:
            raise Revert(Refusal.TOO_SMALL)
        if amount > self.terms.most_request:
            raise Revert(Refusal.TOO_LARGE)
        shares = rules.shares_for(amount, pooled, all_shares)
        self.till.take(self.terms.share.id, owner, shares)
        number = self.last_request + 1
        self._put("last_request", number)
        self.till.journal.write(self.requests, number, Request(owner, shares, amount, context.timestamp, self.reported_at))
        context.say(self.place, owner, (RedemptionQueued.kind, number, owner, shares, amount, 0))
        return gas.REQUEST

    def _claim(self, call: ClaimRedemptionCall, context: CallContext) -> Gas:
        """Reverts: UNKNOWN_REQUEST, NOT_FINAL, ALREADY_CLAIMED, NOT_OWNER."""
        request = self.requests.get(call.request)
        if request is None:
            raise Revert(Refusal.UNKNOWN_REQUEST)
        if call.request > self.last_final:
            raise Revert(Refusal.NOT_FINAL)
        if request.is_claimed:
            raise Revert(Refusal.ALREADY_CLAIMED)
        if request.owner != context.sender:
            raise Revert(Refusal.NOT_OWNER)
        paid = rules.claimable(request.amount, request.shares, self.final_rates[call.request])
        self.till.journal.write(self.requests, call.request, attrs.evolve(request, is_claimed=True))
        self._put("locked", self.locked - paid)
        self.till.pay(self.terms.money.id, request.owner, paid)
        context.say(self.place, request.owner, (ClaimRedeemed.kind, call.request, request.owner, request.shares, paid))
        return gas.CLAIM

    # Reports.

    def _report(self, context: CallContext) -> Gas:
        """Reverts: NOT_REPORTER, TOO_EARLY."""
        if context.sender != self.terms.oracle:
            raise Revert(Refusal.NOT_REPORTER)
        now = context.timestamp
        if now < self.next_report:
            raise Revert(Refusal.TOO_EARLY)
        gained = self._take_gain(now, context)
        rate = self._rate()
        self._collect(now)
        final = rules.finalise(self._waiting(), rate, self.buffered, now - self.terms.margin)
        self._lock(final, rate)
        self._balance(now)
        self._put("reported_at", now)
        self._put("next_report", now - (now - self.next_report) % self.terms.frame + self.terms.frame)
        context.say(self.place, context.sender, self._reported(gained, final.locked))
        return gas.REPORT + gas.FINAL * final.requests

    def _take_gain(self, now: Seconds, context: CallContext) -> int:
        """Take in what validators have earned and lost, and issue the fee's shares; return the gain."""
        money, validators = self.terms.money.id, self.validators
        earned = rules.earned(validators.held(money), self.terms.yearly, now - self.reported_at)
        validators.issue(money, validators.place, earned)
        if earned:
            context.say(self.place, validators.place, (Minted.kind, money, earned))
        gained = validators.held(money) - self.known
        fees = rules.fee_shares(gained, self.terms.fee, self.pooled, self.shares)
        self._put("known", validators.held(money))
        self._issue(self.terms.fees_to, fees)
        return gained

    def _collect(self, now: Seconds) -> None:
        """Take over what validators give back by now."""
        due = sum(units for ready, units in self.on_way if ready <= now)
        self._move(self.validators, self.till, min(due, self.known))
        self._put("on_way", tuple(each for each in self.on_way if each[0] > now))

    def _lock(self, final: rules.Final, rate: Ray) -> None:
        """Set money aside for requests and destroy their shares."""
        journal = self.till.journal
        for number in range(self.last_final + 1, self.last_final + final.requests + 1):
            journal.write(self.final_rates, number, rate)
        self._put("last_final", self.last_final + final.requests)
        self._put("buffered", self.buffered - final.locked)
        self._put("locked", self.locked + final.locked)
        self.till.retire(self.terms.share.id, self.place, final.burned)
        self._put("shares", self.shares - final.burned)

    def _balance(self, now: Seconds) -> None:
        """Stake what nobody waits for; ask validators for what is missing, as fast as they may leave."""
        queued, coming = rules.promised(self._waiting(), self._rate()), sum(units for _, units in self.on_way)
        spare = self.buffered - queued - self.terms.reserve
        if spare > 0:
            self._move(self.till, self.validators, spare)
        missing = min(queued - self.buffered - coming, self.terms.exits, self.known - coming)
        if missing > 0:
            self._put("on_way", (*self.on_way, (now + self.terms.exit_delay, missing)))

    def _move(self, source: Till, to: Till, units: Units) -> None:
        """Move money between the buffer and validators."""
        source.pay(self.terms.money.id, to.place, units)
        inwards = units if to is self.till else -units
        self._put("buffered", self.buffered + inwards)
        self._put("known", self.known - inwards)

    def _reported(self, gained: int, locked: Units) -> Row:
        queued = rules.promised(self._waiting(), self._rate())
        return (StakeReported.kind, self.rate, self.pooled, self.shares, gained, self.last_final, locked, queued)

    def _issue(self, owner: Party, shares: Units) -> None:
        self.till.issue(self.terms.share.id, owner, shares)
        self._put("shares", self.shares + shares)

    # From outside of any tx.

    def slash(self, share: Bps) -> Row:
        """Take a share of what validators have; nobody knows before the next report. Return what to say of it."""
        lost = mul_div_down(self.validators.held(self.terms.money.id), share, BPS_ONE)
        self.validators.retire(self.terms.money.id, self.validators.place, lost)
        return (Burned.kind, self.terms.money.id, lost)

    def _waiting(self) -> list[Request]:
        return [self.requests[number] for number in range(self.last_final + 1, self.last_request + 1)]

    def _rate(self) -> Ray:
        return rules.rate_of(self.pooled, self.shares)

    def _put(self, field: str, value: Any) -> None:
        self.till.journal.put(self, field, value)

    def _check(self) -> None:
        """Assert every invariant. Cost: all requests."""
        assert self.is_reconciled
        assert self.shares >= self.till.issued(self.terms.share.id)
        assert min(self.buffered, self.known, self.locked) >= 0
        assert list(self.requests) == list(range(1, self.last_request + 1))
        assert list(self.final_rates) == list(range(1, self.last_final + 1))
        assert self.till.held(self.terms.share.id) >= sum(each.shares for each in self._waiting())
        unclaimed = [(self.requests[number], rate) for number, rate in self.final_rates.items() if not self.requests[number].is_claimed]
        assert self.locked >= sum(rules.claimable(each.amount, each.shares, rate) for each, rate in unclaimed)

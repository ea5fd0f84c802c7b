"""Trades a claim between an amm and its issuer: buys it cheap and gives it back, or has it issued and sells it dear.

This is what holds a peg, and all that holds it. What it buys it gives back at once, or as soon as the issuer works again; its money is tied
up until the issuer pays, and it reckons with what that costs: the longer the queue, the lower the price at which it still buys, and
whoever has all his money in the queue buys no more. Of a coin that is not wholly covered it believes only the part that is. Left out:
selling a place in the queue, borrowing, venues, the cost of gas where the issuer's money is not what gas is paid in.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.amm.amm import AmmView
from sim.amm.calls import SwapCall
from sim.claims.calls import ClaimRedemptionCall, MintStableCall, RedeemStableCall, RequestRedemptionCall, StakeCall
from sim.claims.issuer import IssuerView
from sim.claims.stable.views import StableIssuerView
from sim.claims.staking.views import StakingView
from sim.commands import Command
from sim.fixed import mul_div_down, mul_div_up, share_down
from sim.records import BlockSealed, ClaimRedeemed, RedemptionQueued, TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import BPS_ONE, SECOND, WAD, YEAR_SECONDS, Bps, Gas, Nanos, Seconds, Units
from sim.vocabulary import Motive
from strategies.borrowers.wallet import Wallet
from strategies.keepers.errands import unix_now
from strategies.keepers.peak import best_size

SWAP_GAS: Gas = 250_000
ISSUER_GAS: Gas = 350_000
"""Gas limits: half as much again as the calls take."""
ROUND_GAS: Gas = 600_000
"""What it reckons a round takes: a swap, a request and a claim."""
CRUMBS = 200
"""One part in so many of the most it has had is not worth a trade."""


def _wallet_of(trader: "PegArbitrageur") -> Wallet:
    return Wallet(trader.multiple_bps, trader.patience_blocks, trader.gas_reserve)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class PegArbitrageur:
    """Trades the claim of its first issuer at its first amm."""

    yearly_bps: Bps = attrs.field(default=2_000, validator=attrs.validators.ge(0))
    """What its money must earn in a year while it is tied up."""
    unknown_wait: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How long it reckons to wait where nobody can tell; 0: it then stays away."""
    least_gain_bps: Bps = attrs.field(default=5, validator=attrs.validators.ge(0))
    """Least gain, as a part of what it puts in, the cost of its money paid."""
    share_bps: Bps = attrs.field(default=BPS_ONE, validator=attrs.validators.in_(range(1, BPS_ONE + 1)))
    """Most of its free money, or of its claims, in one swap."""
    is_believing: bool = False
    """It takes a coin for good though its issuer has not the money for it."""
    slippage_bps: Bps = attrs.field(default=30, validator=attrs.validators.in_(range(BPS_ONE)))
    """How much less than expected a swap may bring; it reverts otherwise."""
    multiple_bps: Bps = 12_000
    """What it bids for a tx, as a multiple of the going price."""
    patience_blocks: int = attrs.field(default=3, validator=attrs.validators.ge(0))
    """Blocks that may leave a tx out before it speeds it up; 0: it never does."""
    gas_reserve: Units = attrs.field(default=5 * 10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money that it does not trade with."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(BlockSealed),
        On(RedemptionQueued, own=True),
        On(ClaimRedeemed, own=True),
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
    )
    _queue: dict[int, Seconds] = attrs.field(factory=dict, init=False)
    """Its requests that are not paid, with when they can be fetched; 0 where nobody knew."""
    _most: Units = attrs.field(default=0, init=False)
    """The most money that it has had, claims included."""
    _wallet: Wallet = attrs.field(default=attrs.Factory(_wallet_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Take the next step at every block at which the last is through; book everything else."""
        if news.is_a(BlockSealed):
            return self._block(desk) if desk.block().number else []
        if news.is_a(RedemptionQueued):
            self._queue[news.row[1]] = news.row[5]
        elif news.is_a(ClaimRedeemed):
            self._queue.pop(news.row[1], None)
        else:
            self._wallet.hear(news)
        return []

    def _block(self, desk: Desk) -> list[Command]:
        connections = desk.connections
        self._wallet.look(desk)
        if self._wallet.is_busy:
            return list(self._wallet.unstick(desk))
        if not connections.issuers or not connections.amms:
            return []
        issuer, amm = desk.issuer(connections.issuers[0]), desk.amm(connections.amms[0])
        if issuer is None or amm is None:
            return []
        owed = issuer.owed_for(self._wallet.free(desk, issuer.claim))
        self._most = max(self._most, self._wallet.free(desk, issuer.money) + owed)
        return (
            self._fetch(desk, issuer)
            or self._give_back(desk, issuer, amm)
            or self._buy(desk, issuer, amm)
            or self._issue(desk, issuer, amm)
        )

    # With the issuer.

    def _fetch(self, desk: Desk, issuer: IssuerView) -> list[Command]:
        """Return the call that fetches the oldest of its requests that can be paid."""
        for number, ready_at in self._queue.items():
            if isinstance(issuer, StakingView):
                is_ready = number <= issuer.last_final
            else:
                assert isinstance(issuer, StableIssuerView)
                is_ready = issuer.is_open and unix_now(desk.block(), desk.now) >= ready_at
            if is_ready:
                return self._call(desk, ClaimRedemptionCall(number))
        return []

    def _give_back(self, desk: Desk, issuer: IssuerView, amm: AmmView) -> list[Command]:
        """Return the call that gives its claims back, unless they are dear at the amm."""
        units = self._wallet.free(desk, issuer.claim)
        if isinstance(issuer, StakingView):
            units = min(units, issuer.issued_for(issuer.most_request))
            call: RequestRedemptionCall | RedeemStableCall = RequestRedemptionCall(units)
            is_open, least = True, issuer.issued_for(issuer.money_unit) // 100
        else:
            assert isinstance(issuer, StableIssuerView)
            units = min(units, mul_div_down(issuer.free, issuer.claim_unit, issuer.money_unit))
            call, is_open, least = RedeemStableCall(units), issuer.is_open, max(issuer.terms.least, issuer.claim_unit)
        if not is_open or units < max(1, least) or self._is_dear(issuer, amm, units):
            return []
        return self._call(desk, call, pays=units, asset=issuer.claim)

    def _issue(self, desk: Desk, issuer: IssuerView, amm: AmmView) -> list[Command]:
        """Return the swap that sells claims it has, or the call that has some issued, where the amm pays more than it costs."""
        money, claim = issuer.money, issuer.claim
        held = share_down(self._wallet.free(desk, claim), self.share_bps)
        if issuer.owed_for(held) > self._most // CRUMBS and self._is_dear(issuer, amm, held):
            return self._swap(desk, amm, claim, held, money)
        if isinstance(issuer, StableIssuerView) and not issuer.is_open:
            return []
        most = share_down(self._wallet.free(desk, money), self.share_bps)

        def gain(amount: int) -> int | None:
            sold = amm.swap_of(claim, issuer.issued_for(amount), money)
            return None if sold is None else sold.amount_out - amount - self._costs(desk, issuer, amount, 0)

        amount = best_size(gain, most)
        if amount <= self._most // CRUMBS:
            return []
        call = StakeCall(amount) if isinstance(issuer, StakingView) else MintStableCall(amount)
        return self._call(desk, call, pays=amount, asset=money)

    def _is_dear(self, issuer: IssuerView, amm: AmmView, units: Units) -> bool:
        """Claims bring more at the amm than they are owed."""
        sold = amm.swap_of(issuer.claim, units, issuer.money)
        return sold is not None and sold.amount_out > issuer.owed_for(units)

    # With the amm.

    def _buy(self, desk: Desk, issuer: IssuerView, amm: AmmView) -> list[Command]:
        """Return the swap that gains most if what it buys is given back."""
        money, claim = issuer.money, issuer.claim
        most = share_down(self._wallet.free(desk, money), self.share_bps)

        def gain(amount: int) -> int | None:
            bought = amm.swap_of(money, amount, claim)
            if bought is None:
                return None
            owed = self._believed(issuer, issuer.owed_for(bought.amount_out))
            wait = self._wait(issuer, owed)
            return None if wait is None else owed - amount - self._costs(desk, issuer, amount, wait)

        amount = best_size(gain, most)
        return self._swap(desk, amm, money, amount, claim) if amount > self._most // CRUMBS else []

    def _believed(self, issuer: IssuerView, owed: Units) -> Units:
        if self.is_believing or not isinstance(issuer, StableIssuerView):
            return owed
        return mul_div_down(owed, min(WAD, issuer.backing), WAD)

    def _wait(self, issuer: IssuerView, owed: Units) -> Seconds | None:
        """Return how long its money would be tied up; None where it stays away."""
        expected = issuer.expected_wait(owed)
        if expected is None:
            return self.unknown_wait // SECOND or None
        return expected

    def _costs(self, desk: Desk, issuer: IssuerView, amount: Units, wait: Seconds) -> Units:
        """Return what an amount costs while it is tied up, the least gain, and gas where it is paid in the issuer's money."""
        capital = mul_div_up(amount * self.yearly_bps, wait, BPS_ONE * YEAR_SECONDS)
        gas = ROUND_GAS * desk.block().base_fee if issuer.money == desk.connections.gas_asset else 0
        return capital + mul_div_up(amount, self.least_gain_bps, BPS_ONE) + gas

    def _swap(self, desk: Desk, amm: AmmView, asset_in: int, amount: Units, asset_out: int) -> list[Command]:
        shown = amm.swap_of(asset_in, amount, asset_out)
        if shown is None:
            return []
        least = mul_div_down(shown.amount_out, BPS_ONE - self.slippage_bps, BPS_ONE)
        call = SwapCall(asset_in, amount, least, asset_out=asset_out)
        place = desk.connections.amms[0]
        return list(self._wallet.send(desk, place, call, Motive.ARBITRAGE, SWAP_GAS, pays=amount, asset=asset_in))

    def _call(self, desk: Desk, call: object, pays: Units = 0, asset: int = 0) -> list[Command]:
        return list(self._wallet.send(desk, desk.connections.issuers[0], call, Motive.ARBITRAGE, ISSUER_GAS, pays=pays, asset=asset))

"""A holder of a claim: does nothing, until it doubts that the claim will be paid; then it sells what it has to an amm.

What makes it doubt: the claim trades below what its issuer owes, the issuer's money no longer covers its coins, the queue for redemptions
is long. Each holder draws its own patience with the first of these, so that who sells makes others sell. Left out: giving the claim
back to its issuer (``peg_arbitrageur``), buying back.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.amm.amm import AmmView
from sim.amm.calls import SwapCall
from sim.claims.issuer import IssuerView
from sim.claims.stable.views import StableIssuerView
from sim.commands import Command, WakeMe
from sim.fixed import div_up, floor_to_int, mul_div_down
from sim.records import IssuerStated, TxDropped, TxIncluded, TxPending, TxReverted
from sim.units import BPS_ONE, MINUTE, SECOND, Bps, Gas, Nanos, Place, Units, Wad
from sim.vocabulary import Motive
from strategies.borrowers.wallet import Wallet
from strategies.traders.claims import discount_bps

SWAP_GAS: Gas = 250_000


def _wallet_of(holder: "Holder") -> Wallet:
    return Wallet(holder.multiple_bps, holder.patience_blocks, 0)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Holder:
    """Holds the claim of its first issuer, and sells it to its first amm when in doubt."""

    low_bps: Bps = attrs.field(default=100, validator=attrs.validators.ge(0))
    """How far below what is owed the claim trades when the most nervous of its kind sells; each draws its own, evenly from low to high."""
    high_bps: Bps = attrs.field(default=1_000, validator=attrs.validators.ge(0))
    """How far below when the calmest sells."""
    floor_bps: Bps = attrs.field(default=0, validator=attrs.validators.ge(0))
    """How far below it is when it would rather wait than sell; 0: it sells at any price."""
    backing: Wad = attrs.field(default=0, validator=attrs.validators.ge(0))
    """Cover of a stable coin by money that its issuer can reach, below which it sells; 0 %: it does not look."""
    wait: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """Wait for a redemption, above which it sells; a queue that does not move is above all. 0: it does not look."""
    must_sell_at: Nanos = attrs.field(default=0, validator=attrs.validators.ge(0))
    """When it sells whatever it thinks of the claim: it needs the money; 0: never."""
    reaction_time: Nanos = attrs.field(default=5 * MINUTE, validator=attrs.validators.ge(0))
    """Longest time from doubt to sale; each time is drawn."""
    slices: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    """Into how many swaps it divides its sale."""
    worst_bps: Bps = attrs.field(default=300, validator=attrs.validators.in_(range(BPS_ONE)))
    """How much less than the amm has shown it still takes."""
    look_interval: Nanos = attrs.field(default=30 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks, and between two swaps."""
    multiple_bps: Bps = 12_000
    """What it bids for a tx, as a multiple of the going price."""
    patience_blocks: int = attrs.field(default=5, validator=attrs.validators.ge(0))
    """Blocks that may leave a tx out before it speeds it up; 0: it never does."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(IssuerStated),
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
    )
    sells_from: Nanos = attrs.field(default=0, init=False)
    """When it sells; 0 while it has no doubt."""
    _patience: Bps = attrs.field(default=0, init=False)
    _slice: Units = attrs.field(default=0, init=False)
    _wallet: Wallet = attrs.field(default=attrs.Factory(_wallet_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Look at the interval, and when its issuer has spoken; book everything else."""
        if news.kind == START.kind:
            span = max(0, self.high_bps - self.low_bps) + 1
            self._patience = self.low_bps + floor_to_int(desk.dice.uniform() * span)
            return [WakeMe(1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news is TIMER:
            return [*self._look(desk), WakeMe(self.look_interval)]
        if not self._wallet.hear(news) and news.is_a(IssuerStated):
            self._doubt(desk)
        return []

    def _look(self, desk: Desk) -> list[Command]:
        """Return the next sale, if it sells and the last one is through."""
        self._wallet.look(desk)
        if self._wallet.is_busy:
            return list(self._wallet.unstick(desk))
        if not self.sells_from:
            self._doubt(desk)
        if self.must_sell_at and desk.now >= self.must_sell_at:
            self.sells_from = self.sells_from or desk.now
        return self._sell(desk) if self.sells_from and desk.now >= self.sells_from else []

    def _doubt(self, desk: Desk) -> None:
        """Begin to doubt, if there is a reason in view."""
        connections = desk.connections
        if self.sells_from or not connections.issuers or not connections.amms:
            return
        issuer, amm = desk.issuer(connections.issuers[0]), desk.amm(connections.amms[0])
        if issuer is not None and amm is not None and self._is_doubtful(issuer, amm):
            self.sells_from = desk.now + 1 + floor_to_int(desk.dice.uniform() * self.reaction_time)

    def _is_doubtful(self, issuer: IssuerView, amm: AmmView) -> bool:
        if discount_bps(issuer, amm) >= self._patience:
            return True
        if isinstance(issuer, StableIssuerView) and issuer.backing < self.backing:
            return True
        expected = issuer.expected_wait(issuer.money_unit) if self.wait else 0
        return expected is None or expected * SECOND > self.wait > 0

    def _sell(self, desk: Desk) -> list[Command]:
        place: Place = desk.connections.amms[0]
        issuer, amm = desk.issuer(desk.connections.issuers[0]), desk.amm(place)
        money, claim = issuer.money, issuer.claim
        spare = self._wallet.free(desk, claim)
        self._slice = self._slice or div_up(spare, self.slices)
        units = min(spare, self._slice)
        is_too_low = bool(self.floor_bps) and discount_bps(issuer, amm) >= self.floor_bps
        shown = amm.swap_of(claim, units, money) if units and not is_too_low else None
        if shown is None:
            return []
        least = mul_div_down(shown.amount_out, BPS_ONE - self.worst_bps, BPS_ONE)
        call = SwapCall(claim, units, least, asset_out=money)
        return list(self._wallet.send(desk, place, call, Motive.DELEVERAGE, SWAP_GAS, pays=units, asset=claim))

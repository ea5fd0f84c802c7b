"""Flow: a crowd of noise traders as one superposed Poisson process.

Each arrival is one member, drawn at random, who trades at market or leaves a limit order near the mid and takes it back after its
lifetime. Every arrival draws the same six numbers whatever comes of it, so that a refusal or an empty book changes nothing for
later arrivals; limits depend on what the crowd sees. The crowd does not listen: a cancel may find its order gone, and is refused.
Sizes are lognormal (heavy-tailed, as trade sizes are). Member k is account k of the agent, with funds of its own.
"""

from collections import deque
from collections.abc import Iterator
from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.seat import Seat
from sim.agents.strategy import START, News, On
from sim.commands import CancelOrder, Command, PlaceOrder, WakeMe
from sim.fixed import ceil_to_int, floor_to_int
from sim.units import BPS_ONE, SECOND, Bps, Lots, Nanos, Place, Ticks, Units
from sim.vocabulary import Side, TimeInForce
from strategies.traders.looks import QUOTE, instrument_of, lots_worth, reference_mid


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Crowd:
    """Many noise traders with one mind."""

    members: int | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.in_(range(1, 4097))))
    """How many, each with the account of its number; at most 4096. Left out: as many as the agent has ``accounts``."""
    arrivals_per_minute: int = attrs.field(default=120, validator=attrs.validators.ge(1))
    """Mean number of orders of all members together."""
    size: Units = attrs.field(default=2_000 * 10**6, metadata=QUOTE)
    """Median size in quote units."""
    size_sigma_bps: Bps = 12_000
    """Deviation of the logarithm of sizes; the mean is the median times exp(sigma^2 / 2), 2.05 times for 12000."""
    market_bps: Bps = 5_000
    """Share of arrivals that trade at market; the others leave a limit order."""
    buy_bps: Bps = 5_000
    """Share of arrivals that buy."""
    limit_distance_bps: Bps = 15
    """Mean distance of limit orders from the mid (exponential)."""
    most_slippage_bps: Bps = 100
    """How far from the mid a market order goes at most, as a venue's protection has it; 0 lets it go anywhere."""
    lifetime: Nanos = attrs.field(default=60 * SECOND, validator=attrs.validators.ge(1))
    """How long a limit order rests at most."""

    wakes_on: ClassVar[tuple[On, ...]] = ()
    _resting: deque[tuple[Nanos, CancelOrder]] = attrs.field(factory=deque, init=False)
    _seen: float = attrs.field(default=0.0, init=False)

    def misfits(self, seat: Seat) -> Iterator[str]:
        """Say that there are more members than accounts: each trades on its own."""
        if self.members is not None and self.members > seat.accounts:
            yield (
                f"parameters.members is {self.members}, and the agent has accounts = {seat.accounts}, one for each of them; give "
                f"accounts = {self.members}, or leave members out"
            )

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Return one member's order, the cancels that are due, and the next arrival."""
        wait = WakeMe(1 + floor_to_int(desk.dice.exponential() * 60 * SECOND / self.arrivals_per_minute))
        if news.kind == START.kind:
            return [wait]
        commands = self._expire(desk.now)
        order = self._arrive(desk)
        if order:
            commands.append(order)
        commands.append(wait)
        return commands

    def _arrive(self, desk: Desk) -> PlaceOrder | None:
        """Draw a member's order; None while nobody knows a price."""
        dice, venue = desk.dice, desk.connections.venues[0]
        member = dice.integer(self.members or desk.accounts)
        side = Side.BUY if dice.uniform() * BPS_ONE < self.buy_bps else Side.SELL
        is_market = dice.uniform() * BPS_ONE < self.market_bps
        size = dice.lognormal(self.size, self.size_sigma_bps / BPS_ONE)
        distance = dice.exponential() * self.limit_distance_bps
        self._seen = reference_mid(desk.quote(venue), self._seen)
        if not self._seen:
            return None
        lots = max(1, lots_worth(size, self._seen, instrument_of(desk, venue)))
        if is_market:
            return PlaceOrder(venue, side, lots, self._worst(side), TimeInForce.IOC, account=member)
        return self._rest(desk, venue, side, lots, distance, member)

    def _worst(self, side: Side) -> Ticks | None:
        """Return the worst price a market order takes; None for any."""
        if not self.most_slippage_bps:
            return None
        if side:
            return max(1, floor_to_int(self._seen / 2 * (1 - self.most_slippage_bps / BPS_ONE)))
        return ceil_to_int(self._seen / 2 * (1 + self.most_slippage_bps / BPS_ONE))

    def _rest(self, desk: Desk, venue: Place, side: Side, lots: Lots, distance: float, member: int) -> PlaceOrder:
        """Return a limit order, and remember when to take it back."""
        away = min(distance / BPS_ONE, 0.5)
        limit = ceil_to_int(self._seen / 2 * (1 + away)) if side else max(1, floor_to_int(self._seen / 2 * (1 - away)))
        order = desk.new_order(member)
        self._resting.append((desk.now + self.lifetime, CancelOrder(venue, order, account=member)))
        return PlaceOrder(venue, side, lots, limit, order=order, account=member)

    def _expire(self, now: Nanos) -> list[Command]:
        """Return cancels of the limit orders whose lifetime is over."""
        due: list[Command] = []
        while self._resting and self._resting[0][0] <= now:
            due.append(self._resting.popleft()[1])
        return due

"""The state of concentrated liquidity: where the price is, whose ranges there are, what each has earned. Every write is journalled."""

import attrs

from sim.amm.concentrated.log_ticks import LEAST_TICK, MOST_TICK, tick_at
from sim.amm.concentrated.observations import Observations
from sim.amm.concentrated.ranges import (
    Pair,
    Position,
    TickInfo,
    amounts_of,
    crossed,
    inside,
    liquidity_after,
    most_per_tick,
    position_after,
    tick_after,
)
from sim.amm.concentrated.walk import Walk
from sim.amm.concentrated.words import flipped
from sim.errors import Revert
from sim.journal import Journal
from sim.units import UINT256_MAX, Party, Seconds, Units
from sim.vocabulary import Refusal

Key = tuple[Party, int, int]


@attrs.define(eq=False, repr=False)
class RangeBook:
    """Price, ticks, positions and observations."""

    journal: Journal
    spacing: int
    sqrt_price: int
    tick: int
    observations: Observations
    liquidity: int = 0
    """Of the ranges that the price is in."""
    growth: Pair = (0, 0)
    """Fees per unit of liquidity so far, Q128, modulo 2^256."""
    ticks: dict[int, TickInfo] = attrs.field(factory=dict)
    """Initialised ones."""
    words: dict[int, int] = attrs.field(factory=dict)
    positions: dict[Key, Position] = attrs.field(factory=dict)

    @classmethod
    def opened(cls, journal: Journal, spacing: int, sqrt_price: int, at: Seconds) -> "RangeBook":
        """Return a book without liquidity at a price. Reverts with PRICE_LIMIT where there is no such price."""
        return cls(journal, spacing, sqrt_price, tick_at(sqrt_price), Observations.opened(journal, at))

    def position(self, owner: Party, lower: int, upper: int) -> Position:
        """Return what is kept of an owner's range."""
        return self.positions.get((owner, lower, upper), Position())

    def guard_range(self, lower: int, upper: int) -> None:
        """Refuse ends that are not in sequence, within bounds and on the spacing, with BAD_RANGE."""
        if not LEAST_TICK <= lower < upper <= MOST_TICK or lower % self.spacing or upper % self.spacing:
            raise Revert(Refusal.BAD_RANGE)

    def change(self, owner: Party, lower: int, upper: int, by: int, timestamp: Seconds) -> None:
        """Change the liquidity of an owner's range, and owe it what it has earned until now.

        Reverts: BAD_RANGE, INSUFFICIENT_LIQUIDITY, TOO_MUCH_LIQUIDITY, TOO_LITTLE_LIQUIDITY (nothing there, nothing added).
        """
        self.guard_range(lower, upper)
        ends = {end: self._end_after(end, by, end == upper) for end in (lower, upper)}
        within = inside(ends[lower], ends[upper], self.tick >= lower, self.tick < upper, self.growth)
        position = position_after(self.position(owner, lower, upper), by, within)
        self.journal.write(self.positions, (owner, lower, upper), position)
        if not by:
            return
        for end, info in ends.items():
            self._write_end(end, info)
        if lower <= self.tick < upper:
            self.observations.write(timestamp, self.tick, self.liquidity)
            self.journal.put(self, "liquidity", liquidity_after(self.liquidity, by))

    def settle(self, owner: Party, lower: int, upper: int) -> Pair:
        """Return what an owner's range is owed, and owe it no more; a position with nothing left in it is forgotten."""
        position = self.position(owner, lower, upper)
        if position.liquidity:
            self.journal.write(self.positions, (owner, lower, upper), position._replace(owed=(0, 0)))
        elif (owner, lower, upper) in self.positions:
            self.journal.erase(self.positions, (owner, lower, upper))
        return position.owed

    def take_over(self, found: Walk, came: int, timestamp: Seconds) -> None:
        """Write down where a swap of an asset has led."""
        for tick, growth in found.crossed:
            self.journal.write(self.ticks, tick, crossed(self.ticks[tick], self._growth(came, growth)))
        if found.tick != self.tick:
            self.observations.write(timestamp, self.tick, self.liquidity)
        self.journal.put(self, "sqrt_price", found.sqrt_price)
        self.journal.put(self, "tick", found.tick)
        self.journal.put(self, "liquidity", found.liquidity)
        self.journal.put(self, "growth", self._growth(came, found.growth))

    def earn(self, came: int, amount: Units) -> None:
        """Give whoever's ranges the price is in an amount of an asset, beside any swap."""
        grown = self.growth[came] + (amount << 128) // self.liquidity & UINT256_MAX
        self.journal.put(self, "growth", self._growth(came, grown))

    def owed_to_all(self) -> Pair:
        """Return what all positions could take out now, fees included, each rounded as it would be paid. Cost: the positions."""
        due = [self._due(key, position) for key, position in self.positions.items()]
        return sum(first for first, _ in due), sum(second for _, second in due)

    def _due(self, key: Key, position: Position) -> Pair:
        _, lower, upper = key
        owed = position.owed
        if not position.liquidity:
            return owed
        ends = self.ticks[lower], self.ticks[upper]
        within = inside(*ends, self.tick >= lower, self.tick < upper, self.growth)
        owed = position_after(position, 0, within).owed
        there = amounts_of(self.sqrt_price, self.tick, lower, upper, position.liquidity, rounds_up=False)
        return there[0] + owed[0], there[1] + owed[1]

    def _growth(self, came: int, growth: int) -> Pair:
        return (growth, self.growth[1]) if came == 0 else (self.growth[0], growth)

    def _end_after(self, tick: int, by: int, is_upper: bool) -> TickInfo:
        info = self.ticks.get(tick, TickInfo())
        if not by:
            return info
        return tick_after(info, by, is_upper, tick <= self.tick, self.growth, most_per_tick(self.spacing))

    def _write_end(self, tick: int, info: TickInfo) -> None:
        """Keep a tick, or forget one that no range ends at any more; its bit is turned over with either."""
        if (tick in self.ticks) != bool(info.gross):
            word, bits = flipped(self.words, tick, self.spacing)
            if bits:
                self.journal.write(self.words, word, bits)
            else:
                self.journal.erase(self.words, word)
        if info.gross:
            self.journal.write(self.ticks, tick, info)
        else:
            self.journal.erase(self.ticks, tick)

    def _check(self) -> None:
        """Assert that liquidity, ticks and words are those of the positions. Cost: all of them."""
        self.observations._check()
        gross: dict[int, int] = {}
        net: dict[int, int] = {}
        words: dict[int, int] = {}
        for (_, lower, upper), position in self.positions.items():
            for end, sign in ((lower, 1), (upper, -1)) if position.liquidity else ():
                gross[end] = gross.get(end, 0) + position.liquidity
                net[end] = net.get(end, 0) + sign * position.liquidity
        for end in gross:
            word, bit = divmod(end // self.spacing, 256)
            words[word] = words.get(word, 0) | 1 << bit
        assert {tick: (info.gross, info.net) for tick, info in self.ticks.items()} == {end: (gross[end], net[end]) for end in gross}
        assert words == self.words
        assert self.liquidity == sum(each.liquidity for (_, low, high), each in self.positions.items() if low <= self.tick < high)
        assert all(each <= most_per_tick(self.spacing) for each in gross.values())

"""A liquidator that brings the price itself: the signed price that suits it best, and the liquidations it makes possible, in one tx.

A pull feed takes any newer price that somebody brings, and its readers ask no more than that it is not too old. So of all prices
signed since the last that was brought, and still young enough when the tx is in a block, it takes the one at which collateral is
cheapest: more accounts are unhealthy then, and more is seized for what is repaid. In a fall that is the newest, and accounts are
liquidated as soon as the market is there; after a fall that is over it is one that is no longer true. Where no price need be brought
it does as the flash liquidator does.

Pools of the Aave family, on pull feeds or on feeds that guard one (``Connections.guards``), which it must be connected to. Source: Pyth
warns its readers of just that [docs.pyth.network, best practices, adversarial selection]. Left out: prices of debts (there the dearest
would suit), several pull feeds in one tx.
"""

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

import attrs

from sim.agents.connections import Guard
from sim.agents.desk import Desk
from sim.composites import Step
from sim.fixed import div_up
from sim.lending.aave.views import PoolView, at_price
from sim.oracle.derived.rules import is_too_uncertain, less_confidence
from sim.oracle.pull_feed import UpdatePriceCall
from sim.units import SECOND, AssetId, Gas, Nanos, Place, Price, Seconds
from sim.views import SignedPrice
from strategies.keepers.errands import unix_now
from strategies.keepers.flash_liquidator import FlashLiquidator, Prey

UPDATE_GAS: Gas = 130_000
"""What bringing a price takes."""
UNGUARDED = Guard(0, None, None, False)


class Choice(NamedTuple):
    """A signed price that it may bring, and what the lender reads then."""

    feed: Place
    number: int
    """0: nothing is brought, for what the feed has suits it best."""
    read: Price


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Bringer(FlashLiquidator):
    """Liquidates at the signed price that suits it best, which it brings in the same tx."""

    margin: Nanos = attrs.field(default=13 * SECOND, validator=attrs.validators.ge(0))
    """What it allows for its tx to be in a block: a price that is too old by then it does not bring."""

    sees: ClassVar[tuple[str, ...]] = ("near",)
    _brings: Choice | None = attrs.field(default=None, init=False)
    """What its next tx begins with."""

    def _prey(self, desk: Desk, listed: Iterable[Prey]) -> list[Prey]:
        """Return who can be liquidated at the best price that it can bring; where none helps, who can be as it is."""
        found = [fallen for pool in desk.connections.pools for fallen in self._fallen(desk, pool)]
        self._brings = found[0][1] if found else None
        brought = [prey for prey, choice in found if self._brings is not None and choice.number == self._brings.number]
        return brought or FlashLiquidator._prey(self, desk, listed)

    def _fallen(self, desk: Desk, pool: Place) -> list[tuple[Prey, Choice]]:
        """Return who of a pool could be liquidated at a price that it would bring, with that price."""
        view, found = desk.pool(pool), []
        for asset, guard in _pulled_for(desk, pool) if isinstance(view, PoolView) else ():
            choice = self._best(desk, guard, view.reserves[asset].price)
            if choice is not None and choice.number:
                then = at_price(view, desk.near(pool), asset, choice.read)
                found += [((pool, then, then.unhealthy), choice)] if then.unhealthy else []
        return found

    def _best(self, desk: Desk, guard: Guard, shown: Price) -> Choice | None:
        """Return the price at which collateral is cheapest, of those that can be brought and the one that the lender has."""
        posted = desk.posted(guard.feed)
        oldest = 0 if guard.max_age is None else unix_now(desk.block(), desk.now) + div_up(self.margin, SECOND) - guard.max_age
        newer = [each for each in desk.signed(guard.feed) if each.published_at > posted.updated_at]
        choices = [Choice(guard.feed, each.number, _read(guard, each)) for each in newer if _would_do(guard, each, oldest)]
        if posted.updated_at >= oldest and shown:
            choices.append(Choice(guard.feed, 0, shown))
        return min(choices, key=_cheapest, default=None)

    def _opening(self) -> tuple[tuple[Step, ...], Gas]:
        """Bring the price, if one is to be brought."""
        if self._brings is None:
            return (), 0
        return ((self._brings.feed, UpdatePriceCall(self._brings.number)),), UPDATE_GAS


def _pulled_for(desk: Desk, pool: Place) -> list[tuple[AssetId, Guard]]:
    """Return the assets of a pool whose price somebody brings, with what is asked of it."""
    connections, found = desk.connections, []
    for (of, asset), feed in connections.feed_of_asset.items():
        guard = connections.guards.get(feed, attrs.evolve(UNGUARDED, feed=feed))
        if of == pool and guard.feed in connections.pulled:
            found.append((asset, guard))
    return found


def _read(guard: Guard, signed: SignedPrice) -> Price:
    return less_confidence(signed.price, signed.confidence) if guard.takes_low else signed.price


def _would_do(guard: Guard, signed: SignedPrice, oldest: Seconds) -> bool:
    """A guard would hand it on."""
    is_unsure = guard.max_uncertainty is not None and is_too_uncertain(signed.price, signed.confidence, guard.max_uncertainty)
    return signed.published_at >= oldest and not is_unsure


def _cheapest(choice: Choice) -> tuple[Price, int]:
    """The cheapest; of equals what is there already, then the oldest, which leaves the newer ones for later."""
    return choice.read, choice.number

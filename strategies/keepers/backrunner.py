"""A liquidator that waits for nobody: it sees the oracle's tx in the mempool, works out what it will do, and acts right behind it.

From the price on its way and the accounts near liquidation it works out, by the pool's own sums, who will be unhealthy once that price
is in, and sends the tx that liquidates them (``flash``: with borrowed money) as a bundle that names the oracle's tx, or by tip at a wei
less per gas than that tx pays, which puts it right behind; behind one that pays nothing there is no such place, and it waits for its
block. So it is served before whoever looks at blocks. What is unhealthy already it hunts at blocks, as the flash liquidator does. Pools
of the Aave family, on feeds it is connected to that are posted, poked or pulled in public; of prices that are derived it does not know
what comes.

Source: backrunning of price updates [Qin, Zhou & Gervais 2021, Quantifying Blockchain Extractable Value]. Left out: updates by several
txs where none alone changes the price (they make a bundle fail, free of charge).
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.commands import Command
from sim.lending.aave.views import PoolView, at_price
from sim.records import TxPending
from sim.units import BPS_ONE, Bps, Place
from sim.views import ComingPrice
from strategies.keepers.bank import WAKES_ON
from strategies.keepers.flash_liquidator import ROUTES, FlashLiquidator, Prey, Route
from strategies.keepers.readable import why_refused
from strategies.keepers.tips import bid_behind


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Backrunner(FlashLiquidator):
    """Liquidates right behind the oracle's tx, in one tx and with borrowed money."""

    route: Route = attrs.field(default="bundle", validator=attrs.validators.in_(ROUTES))
    """How its tx travels: by tip for all to see, by tip to the builder alone, or named behind the oracle's in a bundle.

    What fails is paid for in public only.
    """
    share_bps: Bps = attrs.field(default=5_000, validator=attrs.validators.in_(range(BPS_ONE)))
    """Share of the profit that it bids, sealed with the bundle. Right behind the oracle in public the tip is a wei below the oracle's."""
    only_offers: bool = False
    """It follows only updates on offer, and leaves those that anybody may follow."""

    sees: ClassVar[tuple[str, ...]] = ("mempool", "near")
    wakes_on: ClassVar[tuple[On, ...]] = (*(on for on in WAKES_ON if on.record is not TxPending), On(TxPending))
    needs: ClassVar[tuple[str, ...]] = ("lenders", "amms", "flash_loans", "bundles")

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Follow what is on its way to a feed; for the rest do as the flash liquidator does."""
        commands = FlashLiquidator.decide(self, news, desk)
        if news.is_a(TxPending) and news.row[3] in desk.connections.feeds and desk.block().number:
            commands += self._follow(desk, news.row[3])
        return commands

    def _follow(self, desk: Desk, feed: Place) -> list[Command]:
        """Return the tx that acts behind the one that moves a feed, if anybody will be unhealthy then."""
        coming = desk.pending_price(feed)
        if coming is None or (self.only_offers and not self._is_on_offer(desk, feed, coming)):
            return []
        self._bank.look(desk)
        prey = [found for pool in desk.connections.pools for found in self._fallen(desk, pool, feed, coming)]
        if self.route == "bundle":
            return self.hunt(desk, prey, behind=coming.tx)
        below = bid_behind(coming.max_fee, coming.tip, desk.base_fee())
        return self.hunt(desk, prey, below=below) if below is not None else []

    def _fallen(self, desk: Desk, pool: Place, feed: Place, coming: ComingPrice) -> list[Prey]:
        """Return who of a pool will be unhealthy at a price on its way, and is not yet."""
        view = desk.pool(pool)
        asset = next((each for (of, each), read in desk.connections.feed_of_asset.items() if of == pool and read == feed), 0)
        if not isinstance(view, PoolView) or not asset or pool in desk.connections.paused:
            return []
        then = at_price(view, desk.near(pool), asset, coming.price)
        known, unreadable = dict.fromkeys(each.account for each in view.unhealthy), desk.unreadable(pool)
        fallen = tuple(each for each in then.unhealthy if each.account not in known and not why_refused(then, each, unreadable))
        return [(pool, then, fallen)] if fallen else []

    def _is_on_offer(self, desk: Desk, feed: Place, coming: ComingPrice) -> bool:
        return any(each.tx == coming.tx and each.not_before for each in desk.mempool(feed))


@attrs.define(on_setattr=attrs.setters.NO_OP)
class OevBidder(Backrunner):
    """Bids in the auctions of a feed's updates: a sealed share of what liquidating right behind one would bring.

    Source: Chainlink's Smart Value Recapture and its predecessors; what is bid goes to the feed's beneficiary in part (``feeds.oev``).
    """

    share_bps: Bps = attrs.field(default=9_000, validator=attrs.validators.in_(range(BPS_ONE)))
    """Share of the profit that it bids."""
    only_offers: bool = True
    """It follows only updates on offer, and leaves those that anybody may follow."""

    needs: ClassVar[tuple[str, ...]] = ("lenders", "amms", "flash_loans", "bundles", "offers")

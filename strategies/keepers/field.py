"""The field: keepers one meets, each a built-in strategy with the settings that make it one, so that anybody can race against it by name.

They are the strategies they are made of, line by line; only defaults differ, and each may be set otherwise. Where they come from: fixed
bids and the software of 2020, the reports on Black Thursday (``docs/background/black-thursday.md``); gas wars [Daian et al. 2019, Flash
Boys 2.0]; shares of the profit, what searchers paid away since Flashbots; shallow pockets and slow desks, the same reports again.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import On
from sim.commands import Command
from sim.lending.comet.views import CometView
from sim.units import GWEI, MINUTE, SECOND, Bps, Nanos, Place, Units, WeiPerGas
from strategies.keepers.auction_taker import AuctionTaker
from strategies.keepers.bank import Account
from strategies.keepers.liquidator import POLICIES, Liquidator, TipPolicy
from strategies.keepers.purse import Disposal
from strategies.keepers.seizer import Seizer


@attrs.define(on_setattr=attrs.setters.NO_OP)
class Greedy(Liquidator):
    """Takes every fixed-spread liquidation that leaves anything at all at the late price: no haircut, no thought of losing a race."""

    haircut_bps: Bps = 0
    """What it takes off the sale for the time until it sells."""
    loss_prior_bps: Bps = 0
    """The chance of losing a race that it reckons with before its own record says more."""
    retry_blocks: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    """Blocks before it weighs an account again that it has left."""


@attrs.define(on_setattr=attrs.setters.NO_OP)
class PatientTaker(AuctionTaker):
    """Waits in Dutch auctions until a tenth of what the lot fetches would be its own, whoever else may come before."""

    margin_bps: Bps = 1_000
    """Least profit, as a share of what the sale would fetch."""


@attrs.define(on_setattr=attrs.setters.NO_OP)
class GasWarrior(Liquidator):
    """Bids in priority gas auctions: raises by an eighth whatever a block has left out, until it is in or worth no more."""

    tip_policy: TipPolicy = attrs.field(default="escalating", validator=attrs.validators.in_(POLICIES))
    """``escalating``: the multiple, raised until it is in."""
    patience_blocks: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    """Blocks that may leave a tx out before it counts as stuck."""


@attrs.define(on_setattr=attrs.setters.NO_OP)
class ProfitSharer(Liquidator):
    """Bids four fifths of what it expects to gain, from the first tx on."""

    tip_policy: TipPolicy = attrs.field(default="share", validator=attrs.validators.in_(POLICIES))
    """``share``: a share of the profit."""
    share_bps: Bps = 8_000
    """What it bids of the expected profit."""


@attrs.define(on_setattr=attrs.setters.NO_OP)
class InventoryBank(Liquidator):
    """A desk that lives on its own money: sells what it seizes in slices over ten minutes, and waits for it to come back."""

    disposal: Disposal = "sliced"
    """What becomes of what it seizes."""
    slices: int = attrs.field(default=20, validator=attrs.validators.ge(1))
    """Into how many orders ``sliced`` divides a deposit."""
    slice_interval: Nanos = attrs.field(default=30 * SECOND, validator=attrs.validators.ge(1))
    """Time between two slices, and before what did not sell is tried again."""
    refill_batch: Units = attrs.field(default=50_000 * 10**6, metadata={"asset": "quote", "decimals": 6})
    """Proceeds at which it withdraws them to the chain."""


@attrs.define(on_setattr=attrs.setters.NO_OP)
class DefaultSettings(Liquidator):
    """Keeper software of 2020 as it was shipped: the same gas price always, and whatever is stuck holds up all behind it."""

    tip_policy: TipPolicy = attrs.field(default="fixed", validator=attrs.validators.in_(POLICIES))
    """``fixed``: the same always."""
    fixed_price: WeiPerGas = 10 * GWEI
    """What it bids."""


@attrs.define(on_setattr=attrs.setters.NO_OP)
class SlowGiant(Liquidator):
    """A large desk that decides by committee: all it can carry, but an account left once is looked at again only after ten blocks."""

    attention: int = attrs.field(default=200, validator=attrs.validators.ge(1))
    """Accounts it weighs at one block, the largest debts first."""
    most_pending: int = attrs.field(default=64, validator=attrs.validators.ge(1))
    """Txs it lets wait at once."""
    retry_blocks: int = attrs.field(default=10, validator=attrs.validators.ge(1))
    """Blocks before it weighs an account again that it has left."""
    slice_interval: Nanos = attrs.field(default=MINUTE, validator=attrs.validators.ge(1))
    """Time between two slices, and before what did not sell is tried again."""


@attrs.define(on_setattr=attrs.setters.NO_OP)
class StorefrontBuyer(Seizer):
    """Buys what Comets have absorbed, at their discount, and absorbs nothing itself."""

    wakes_on: ClassVar[tuple[On, ...]] = Seizer.wakes_on
    needs: ClassVar[tuple[str, ...]] = ("comet",)

    def _hunt(self, pool: Place, view: object, account: Account, desk: Desk, venue: Place) -> list[Command]:
        """Return the best purchase from a storefront; accounts it leaves to others."""
        return self._buy(pool, view, account, desk, venue) if isinstance(view, CometView) else []

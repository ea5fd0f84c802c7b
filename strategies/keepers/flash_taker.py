"""A taker of Dutch auctions without inventory: the collateral it takes pays for itself, in amms, before the house is paid.

It waits until a falling price will be below what its amms would pay for the collateral at the next block, gas taken off, and takes then,
within one tx that reverts unless it gains (``flash_takes``). So all it needs is gas money, and no venue; nobody borrows or lends. It sends,
bids and notes as the flash liquidator does. Left out: starting and restarting auctions (barkers, redoers), houses of English auctions.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import attrs

from sim.agents.desk import Desk
from sim.commands import Command, Note
from sim.fixed import div_up
from sim.units import SECOND, Nanos, Party, Place, Seconds
from sim.vocabulary import Refusal
from strategies.keepers.flash import Means, Plan
from strategies.keepers.flash_liquidator import FlashLiquidator, Prey
from strategies.keepers.flash_takes import Lot, best_take


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class FlashTaker(FlashLiquidator):
    """Takes from Dutch auctions of vaults and pays with what it took; needs amms that trade the collateral for the money, and gas money."""

    block_interval: Nanos = attrs.field(default=12 * SECOND, validator=attrs.validators.ge(1))
    """When it reckons with the next block, after the last it saw."""
    attention: int = attrs.field(default=6, validator=attrs.validators.ge(1))
    """Sales that it takes from in one tx, by number."""
    retry_blocks: int = attrs.field(default=2, validator=attrs.validators.ge(1))
    """Blocks before it tries a sale again."""

    needs: ClassVar[tuple[str, ...]] = ("dutch_auctions", "amms")
    _owners: dict[tuple[Place, int], tuple[Party, Place]] = attrs.field(factory=dict, init=False)
    """By sale: whose vault it was, in which pool."""

    def _listed(self, desk: Desk) -> Iterator[Prey]:
        """Yield the sales of each Dutch house, by number."""
        block = desk.block()
        at: Seconds = block.timestamp + div_up(max(self.block_interval, desk.now - block.at), SECOND)
        self._owners = {}
        for pool, premises in desk.connections.premises.items():
            view = desk.auctions(premises.house) if premises.is_dutch else None
            if view is not None and view.sales:
                self._owners |= {(premises.house, sale.sale): (sale.account, pool) for sale in view.sales}
                yield premises.house, view, tuple(Lot(sale.sale, sale, premises, at, desk.me) for sale in view.sales)

    def _takeable(self, desk: Desk, pool: Place, view: Any, listed: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return all sales: their price is read when they start."""
        return listed

    def _plan(self, means: Means, pool: Place, view: Any, account: Any) -> Plan | Refusal:
        """Return the best take of a sale, or why there is none."""
        return best_take(means, view, account)

    def _told(self, pool: Place, account: Party, reason: Refusal) -> list[Command]:
        """Return the note of why a sale was left: it names whose vault it is of, and which pool."""
        owner, of = self._owners[pool, account]
        return [Note(owner, of, reason)]

"""A supplier: puts what it has into a lender and takes it out again when too much of it is lent, or when others leave.

Who is first is paid; when nothing is left free, withdrawals revert, and those who are late wait for borrowers to repay and try again at
every look. Each supplier draws its own threshold, so that the wary leave first and make the next ones leave: utilisation rises with every
withdrawal. Works with any lender that answers ``SupplyCall`` and ``WithdrawCall``. Left out: coming back, comparing rates, other lenders.
"""

from typing import ClassVar

import attrs

from sim.agents.desk import Desk
from sim.agents.strategy import START, TIMER, News, On
from sim.commands import Command, SupplyCall, WakeMe, WithdrawCall
from sim.errors import StrategyError
from sim.fixed import floor_to_int, mul_div_down, share_down
from sim.lending.aave.views import ReserveView
from sim.records import Supplied, TxDropped, TxIncluded, TxPending, TxReverted, Withdrawn
from sim.units import BPS_ONE, MINUTE, SECOND, UINT256_MAX, WAD, AssetId, Bps, Nanos, Place, Units, Wad
from sim.vocabulary import Motive
from strategies.borrowers.wallet import Wallet

CRUMB_BPS: Bps = 100
"""Part of what it has there below which a withdrawal is not worth its gas."""
ROOM_BPS: Bps = 200
"""What it takes to lie free beyond what it has put in before it asks for all of it: interest."""


def _wallet_of(supplier: "Supplier") -> Wallet:
    return Wallet(supplier.multiple_bps, supplier.patience_blocks, supplier.gas_reserve)


@attrs.define(on_setattr=attrs.setters.NO_OP)  # Validators ask once, at the start, not at every change of state.
class Supplier:
    """Lends one asset to its first pool, until it is afraid."""

    asset: str = ""
    """What it supplies: a symbol; left out, the first asset of the pool of which it has some."""
    begin: Nanos = 0
    """When it supplies all that it has."""
    low: Wad = attrs.field(default=92 * WAD // 100, validator=attrs.validators.ge(0))
    """Utilisation at which the most wary of its kind leaves; each draws its own threshold once, evenly from low to high."""
    high: Wad = attrs.field(default=99 * WAD // 100, validator=attrs.validators.ge(0))
    """Utilisation at which the last one leaves; above 100 %: never for that."""
    rumour_bps: Bps = attrs.field(default=0, validator=attrs.validators.ge(0))
    """Part of all that was supplied which others have taken out within ``memory`` at which it leaves too; 0: it does not look."""
    memory: Nanos = attrs.field(default=10 * MINUTE, validator=attrs.validators.ge(1))
    """How far back it remembers what was supplied."""
    look_interval: Nanos = attrs.field(default=12 * SECOND, validator=attrs.validators.ge(1))
    """Time between two looks."""
    multiple_bps: Bps = 12_000
    """What it bids for a tx, as a multiple of the going price."""
    patience_blocks: int = attrs.field(default=5, validator=attrs.validators.ge(0))
    """Blocks that may leave a tx out before it speeds it up; 0: it never does."""
    gas_reserve: Units = attrs.field(default=10**17, metadata={"asset": "gas", "decimals": 18})
    """Gas money that it does not supply."""

    wakes_on: ClassVar[tuple[On, ...]] = (
        On(TxPending, own=True),
        On(TxIncluded, own=True),
        On(TxReverted, own=True),
        On(TxDropped, own=True),
        On(Supplied, own=True),
        On(Withdrawn, own=True),
    )
    is_leaving: bool = attrs.field(default=False, init=False)
    """It wants out."""
    _threshold: Wad = attrs.field(default=0, init=False)
    _held: Units = attrs.field(default=0, init=False)
    """What it has put in and not taken out, interest apart."""
    _seen: list[tuple[Nanos, Units]] = attrs.field(factory=list, init=False)
    """What was supplied by everybody, look by look."""
    _wallet: Wallet = attrs.field(default=attrs.Factory(_wallet_of, takes_self=True), init=False)

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Look at the interval; book everything else."""
        if news.kind == START.kind:
            chance = floor_to_int(desk.dice.uniform() * BPS_ONE)
            self._threshold = self.low + mul_div_down(max(0, self.high - self.low), chance, BPS_ONE)
            return [WakeMe(self.begin + 1 + floor_to_int(desk.dice.uniform() * self.look_interval))]
        if news is TIMER:
            return [*self._look(desk), WakeMe(self.look_interval)]
        if not self._wallet.hear(news):
            self._book(news)
        return []

    def _book(self, news: News) -> None:
        if news.is_a(Supplied):
            self._held += news.row[3]
        elif news.is_a(Withdrawn):
            self._held = max(0, self._held - news.row[3])

    def _look(self, desk: Desk) -> list[Command]:
        """Return the next tx, if the last one is through."""
        connections = desk.connections
        if not connections.pools or not desk.block().number:
            return []
        self._wallet.look(desk)
        view = desk.pool(connections.pools[0])
        asset = self._asset(desk, tuple(view.reserves)) if view is not None else 0
        if not asset:
            return []
        reserve: ReserveView = view.reserves[asset]
        self._watch(desk.now, reserve)
        if self._wallet.is_busy:
            return list(self._wallet.unstick(desk))
        return self._leave(desk, connections.pools[0], reserve) if self.is_leaving else self._enter(desk, connections.pools[0], asset)

    def _asset(self, desk: Desk, known: tuple[AssetId, ...]) -> AssetId:
        """Return what it supplies; 0 while it has nothing. Raises StrategyError for a symbol that the pool does not know."""
        assets = desk.connections.assets
        if not self.asset:
            return next((each for each in known if self._held or self._wallet.free(desk, each)), 0)
        found = next((each for each in known if each in assets and assets[each].symbol == self.asset), 0)
        if not found and assets:
            symbols = ", ".join(assets[each].symbol for each in known if each in assets)
            raise StrategyError(f'{desk.name}: asset is "{self.asset}", which its pool does not lend; give one of {symbols}')
        return found

    def _watch(self, now: Nanos, reserve: ReserveView) -> None:
        """Compare what is lent, and who is left, with what it bears."""
        self._seen = [each for each in self._seen if now - each[0] <= self.memory]
        most = max((units for _, units in self._seen), default=0)
        self._seen.append((now, reserve.supplied))
        has_fled = bool(self.rumour_bps) and most - reserve.supplied >= max(1, share_down(most, self.rumour_bps))
        if self._held and (reserve.utilisation >= self._threshold or has_fled):
            self.is_leaving = True

    def _enter(self, desk: Desk, pool: Place, asset: AssetId) -> list[Command]:
        spare = self._wallet.free(desk, asset)
        if self._held or not spare:
            return []
        return list(self._wallet.send(desk, pool, SupplyCall(asset, spare), Motive.VOLUNTARY, pays=spare))

    def _leave(self, desk: Desk, pool: Place, reserve: ReserveView) -> list[Command]:
        """Return the largest withdrawal that what is free allows; none for crumbs."""
        if not self._held:
            return []
        is_all = reserve.liquidity >= self._held + share_down(self._held, ROOM_BPS)
        units = UINT256_MAX if is_all else reserve.liquidity
        if units <= share_down(self._held, CRUMB_BPS):
            return []
        return list(self._wallet.send(desk, pool, WithdrawCall(reserve.asset, units), Motive.DEFENCE))

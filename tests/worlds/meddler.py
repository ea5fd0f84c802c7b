"""A mind that tries at the contracts of a vault system what they must refuse, and in between what they must not.

It pays so much for gas that its txs are the first of the next block, in the sequence in which it sent them: whatever it sees when it
sends them holds when they are carried out, and each outcome is known beforehand.
"""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import attrs

from sim.agents.connections import Premises
from sim.agents.desk import Desk
from sim.agents.strategy import News, On
from sim.auction.debt_views import DebtAuctionsView, VowView
from sim.auction.english_views import EnglishSaleView
from sim.commands import (
    BarkCall,
    BidCall,
    BidDownCall,
    BiteCall,
    BorrowCall,
    Command,
    ExitCall,
    HealCall,
    JoinCall,
    PokeCall,
    RearmCall,
    RedoCall,
    ReleaseDebtCall,
    RepayCall,
    SendTx,
    SettleCall,
    StartDebtAuctionCall,
    SupplyCall,
    TakeCall,
    WithdrawCall,
)
from sim.lending.vault.views import VaultPoolView
from sim.records import BlockSealed
from sim.units import GWEI, RAD, UINT256_MAX, WAD, Gas, Place, Seconds, WeiPerGas
from sim.vocabulary import Refusal

DEAR: WeiPerGas = 1_000 * GWEI
AMPLE: Gas = 1_000_000
BLOCK: Seconds = 4
"""Between two blocks of the pocket world."""
NOWHERE_SALE = 10**6
FIRST_BID, SECOND_BID = 1_000 * RAD, 1_050 * RAD
"""An own bid, and a better one: of 1,500 DAI there are enough left for the difference, but not for the first bid once more."""


class Scene(NamedTuple):
    """What it sees when it decides."""

    desk: Desk
    pool: Place
    premises: Premises
    view: VaultPoolView
    house: Any
    """An ``EnglishView`` or a ``DutchView``."""
    vow: VowView
    debts: DebtAuctionsView
    at: Seconds
    """When the next block will be."""


class Trial(NamedTuple):
    """Something that it tries, and what must come of it."""

    name: str
    contract: Place
    call: Any
    refusal: Refusal = Refusal.NONE


def engine(scene: Scene) -> list[Trial]:
    """Joins and exits."""
    engine, money, other = scene.premises.engine, scene.premises.money, scene.premises.governance
    return [
        Trial("join nothing", engine, JoinCall(money, 0), Refusal.ZERO_AMOUNT),
        Trial("join what it does not know", engine, JoinCall(other, 1), Refusal.UNKNOWN_ASSET),
        Trial("join more than there is", engine, JoinCall(money, 10**6 * WAD), Refusal.INSUFFICIENT_BALANCE),
        Trial("join collateral", engine, JoinCall(scene.premises.collateral, WAD)),
        Trial("join", engine, JoinCall(money, 10 * WAD)),
        Trial("exit more than there is", engine, ExitCall(money, 11 * WAD), Refusal.INSUFFICIENT_BALANCE),
        Trial("exit collateral", engine, ExitCall(scene.premises.collateral, WAD)),
        Trial("exit", engine, ExitCall(money, 10 * WAD)),
        Trial("ask for what it does not do", engine, PokeCall(), Refusal.UNKNOWN_CALL),
    ]


def vault(scene: Scene) -> list[Trial]:
    """A vault of its own, while prices are those of the start: 2 ETH carry 266 DAI."""
    pool, ether, money = scene.pool, scene.premises.collateral, scene.premises.money
    return [
        Trial("lock nothing", pool, SupplyCall(ether, 0), Refusal.ZERO_AMOUNT),
        Trial("lock money", pool, SupplyCall(money, WAD), Refusal.UNKNOWN_ASSET),
        Trial("lock more than there is", pool, SupplyCall(ether, 10**6 * WAD), Refusal.INSUFFICIENT_BALANCE),
        Trial("lock", pool, SupplyCall(ether, 2 * WAD)),
        Trial("draw dust", pool, BorrowCall(money, 20 * WAD), Refusal.MUST_NOT_LEAVE_DUST),
        Trial("draw too much", pool, BorrowCall(money, 300 * WAD), Refusal.UNHEALTHY),
        Trial("draw above the ceiling", pool, BorrowCall(money, 10**7 * WAD), Refusal.ABOVE_CEILING),
        Trial("draw", pool, BorrowCall(money, 120 * WAD)),
        Trial("free more than is locked", pool, WithdrawCall(ether, 3 * WAD), Refusal.INSUFFICIENT_BALANCE),
        Trial("free what debt needs", pool, WithdrawCall(ether, UINT256_MAX), Refusal.UNHEALTHY),
        Trial("pay nothing back", pool, RepayCall(money, 0), Refusal.ZERO_AMOUNT),
        Trial("pay all but dust back", pool, RepayCall(money, 50 * WAD), Refusal.MUST_NOT_LEAVE_DUST),
        Trial("pay back", pool, RepayCall(money, UINT256_MAX)),
        Trial("pay what is not owed", pool, RepayCall(money, WAD), Refusal.NOTHING_OWED),
        Trial("free", pool, WithdrawCall(ether, UINT256_MAX)),
    ]


def early(scene: Scene) -> list[Trial] | None:
    """What is too early at the start: there is surplus and no bad debt, and the feed's time has not come."""
    feed, vow = scene.premises.feed, scene.premises.vow
    if scene.at >= scene.desk.pending(feed).updated_at + scene.desk.connections.delays[feed]:
        return None
    return [
        Trial("poke early", feed, PokeCall(), Refusal.TOO_EARLY),
        Trial("release early", vow, ReleaseDebtCall(scene.at), Refusal.TOO_EARLY),
        Trial("release nothing", vow, ReleaseDebtCall(1)),
        Trial("heal with what is not there", vow, HealCall(10**9 * RAD), Refusal.INSUFFICIENT_BALANCE),
        Trial("heal what is no debt", vow, HealCall(RAD), Refusal.TOO_LITTLE_DEBT),
        Trial("auction what is no debt", vow, StartDebtAuctionCall(), Refusal.TOO_LITTLE_DEBT),
    ]


def healthy(scene: Scene) -> list[Trial]:
    """Seizing from whoever has nothing, and for a pool that is none."""
    cat, me, start = scene.premises.liquidator, scene.desk.me, BarkCall if scene.premises.is_dutch else BiteCall
    return [
        Trial("seize from the healthy", cat, start(scene.pool, me), Refusal.HEALTHY),
        Trial("seize elsewhere", cat, start(scene.premises.engine, me), Refusal.UNKNOWN_CONTRACT),
    ]


def surplus(scene: Scene) -> list[Trial] | None:
    """A debt auction while the vow has money left."""
    if not scene.vow.surplus or scene.vow.bad_debt < scene.vow.lot:
        return None
    return [Trial("auction debt while there is surplus", scene.premises.vow, StartDebtAuctionCall(), Refusal.SURPLUS_LEFT)]


def english_sale(scene: Scene) -> list[Trial] | None:
    """A sale that it raises, outbids itself in, covers and bids down, all in one block."""
    sale = next((sale for sale in scene.house.sales if _suits(scene, sale)), None)
    if sale is None:
        return None
    house, number, lot, owed = scene.premises.house, sale.sale, sale.lot, sale.owed
    repays_oneself = scene.premises.bites == "1.0"
    return [
        Trial("bid nowhere", house, BidCall(NOWHERE_SALE, lot, RAD), Refusal.UNKNOWN_SALE),
        Trial("bid for another lot", house, BidCall(number, lot - 1, FIRST_BID), Refusal.OTHER_LOT),
        Trial("bid more than is owed", house, BidCall(number, lot, owed + 1), Refusal.BID_TOO_HIGH),
        Trial("bid nothing", house, BidCall(number, lot, 0), Refusal.BID_TOO_LOW),
        Trial("bid down what is not covered", house, BidDownCall(number, lot // 2, sale.bid), Refusal.WRONG_PHASE),
        Trial("bid without money", house, BidCall(number, lot, FIRST_BID), Refusal.INSUFFICIENT_BALANCE),
        Trial("settle early", house, SettleCall(number), Refusal.NOT_OVER),
        Trial("rearm early", house, RearmCall(number), Refusal.NOT_OVER),
        Trial("bring money", scene.premises.engine, JoinCall(scene.premises.money, 1_500 * WAD)),
        Trial("bid", house, BidCall(number, lot, FIRST_BID)),
        Trial(
            "better its own bid",
            house,
            BidCall(number, lot, SECOND_BID),
            Refusal.INSUFFICIENT_BALANCE if repays_oneself else Refusal.NONE,
        ),
        Trial("bring more money", scene.premises.engine, JoinCall(scene.premises.money, 10_000 * WAD)),
        Trial("cover", house, BidCall(number, lot, owed)),
        Trial("raise what is covered", house, BidCall(number, lot, owed), Refusal.WRONG_PHASE),
        Trial("bid down another sum", house, BidDownCall(number, lot // 2, owed - 1), Refusal.OTHER_LOT),
        Trial("bid down by nothing", house, BidDownCall(number, lot, owed), Refusal.BID_TOO_LOW),
        Trial("bid down", house, BidDownCall(number, lot * 9 // 10, owed)),
    ]


def _suits(scene: Scene, sale: EnglishSaleView) -> bool:
    is_of_size = SECOND_BID < sale.owed < 5_000 * RAD and sale.lot > WAD
    return is_of_size and scene.house.is_open(sale, scene.at) and scene.house.least_bid(sale) <= FIRST_BID


def english_over(scene: Scene) -> list[Trial] | None:
    """A bid when the last one's lifetime is over, and the sale not settled yet."""
    sale = next((sale for sale in scene.house.sales if 0 < sale.expires <= scene.at), None)
    bid = sale and BidCall(sale.sale, sale.lot, sale.owed)
    return [Trial("bid when it is over", scene.premises.house, bid, Refusal.AUCTION_OVER)] if sale else None


def dutch_sale(scene: Scene) -> list[Trial] | None:
    """Takes of a running sale."""
    sale = next((sale for sale in scene.house.sales if sale.offered > WAD and not scene.house.needs_redo(sale, scene.at)), None)
    if sale is None:
        return None
    premises, house, number = scene.premises, scene.premises.house, sale.sale
    token, any_price = scene.desk.connections.token_place, UINT256_MAX
    part = (sale.sale, sale.offered // 20, any_price)
    return [
        Trial("take nowhere", house, TakeCall(NOWHERE_SALE, WAD, any_price), Refusal.UNKNOWN_SALE),
        Trial("take for nothing", house, TakeCall(number, WAD, 1), Refusal.PRICE_TOO_HIGH),
        Trial("take without money", house, TakeCall(*part), Refusal.INSUFFICIENT_BALANCE),
        Trial("take into the engine", house, TakeCall(*part, premises.engine), Refusal.NOT_ALLOWED),
        Trial("take and call the engine", house, TakeCall(*part, 0, premises.engine), Refusal.NOT_ALLOWED),
        Trial("take and call the dog", house, TakeCall(*part, 0, premises.liquidator), Refusal.NOT_ALLOWED),
        Trial("take and call who does not listen", house, TakeCall(*part, 0, token), Refusal.UNKNOWN_CALL),
        Trial("take and call another's code", house, TakeCall(*part, 0, 10**6), Refusal.NOT_ALLOWED),
        Trial("restart early", house, RedoCall(number), Refusal.CANNOT_REDO),
        Trial("bring money", premises.engine, JoinCall(premises.money, 10_000 * WAD)),
        Trial("take a part", house, TakeCall(*part)),
        Trial("take the rest", house, TakeCall(number, UINT256_MAX, any_price)),
    ]


def dutch_dust(scene: Scene) -> list[Trial] | None:
    """A part of a sale that is too small to be divided."""
    view = scene.house
    for sale in view.sales:
        if sale.owed <= view.least_left and not view.needs_redo(sale, scene.at) and sale.offered > 10**15:
            call = TakeCall(sale.sale, sale.offered // 20, UINT256_MAX)
            return [Trial("take a part of dust", scene.premises.house, call, Refusal.NO_PARTIAL)]
    return None


def dutch_over(scene: Scene) -> list[Trial] | None:
    """A sale that must be restarted first."""
    sale = next((sale for sale in scene.house.sales if scene.house.needs_redo(sale, scene.at)), None)
    take = sale and TakeCall(sale.sale, UINT256_MAX, UINT256_MAX)
    return [Trial("take what has run out", scene.premises.house, take, Refusal.NEEDS_REDO)] if sale else None


def dutch_stopped(scene: Scene) -> list[Trial] | None:
    """What a stopped house still does: from level 1 on it starts nothing, from 2 restarts nothing, from 3 sells nothing."""
    level = scene.house.stopped
    vault = next((vault for vault in scene.view.unhealthy if vault.collateral > WAD), None)
    if not level or vault is None:
        return None
    house, unknown, stopped = scene.premises.house, Refusal.UNKNOWN_SALE, Refusal.STOPPED
    return [
        Trial("start while stopped", scene.premises.liquidator, BarkCall(scene.pool, vault.account), stopped),
        Trial("restart while stopped", house, RedoCall(NOWHERE_SALE), stopped if level > 1 else unknown),
        Trial("take while stopped", house, TakeCall(NOWHERE_SALE, WAD, UINT256_MAX), stopped if level > 2 else unknown),
    ]


def debt_sale(scene: Scene) -> list[Trial] | None:
    """An auction of governance units that is open."""
    sale = next((sale for sale in scene.debts.sales if scene.debts.is_open(sale, scene.at) and sale.bidder != scene.desk.me), None)
    if sale is None:
        return None
    house, number, lot = scene.premises.debt_house, sale.sale, sale.lot
    return [
        Trial("bid down nowhere", house, BidDownCall(NOWHERE_SALE, lot, sale.bid), Refusal.UNKNOWN_SALE),
        Trial("bid another sum for units", house, BidDownCall(number, lot // 2, sale.bid + 1), Refusal.OTHER_LOT),
        Trial("bid for as many units", house, BidDownCall(number, lot, sale.bid), Refusal.BID_TOO_LOW),
        Trial("settle units early", house, SettleCall(number), Refusal.NOT_OVER),
        Trial("rearm units early", house, RearmCall(number), Refusal.NOT_OVER),
        Trial("bring money for units", scene.premises.engine, JoinCall(scene.premises.money, sale.bid * WAD // RAD)),
        Trial("bid for fewer units", house, BidDownCall(number, lot * 8 // 10, sale.bid)),
    ]


def debt_over(scene: Scene) -> list[Trial] | None:
    """A bid for units when the last one's lifetime is over."""
    sale = next((sale for sale in scene.debts.sales if 0 < sale.expires <= scene.at), None)
    bid = sale and BidDownCall(sale.sale, sale.lot // 2, sale.bid)
    return [Trial("bid for units when it is over", scene.premises.debt_house, bid, Refusal.AUCTION_OVER)] if sale else None


Group = Callable[[Scene], list[Trial] | None]
ALL: tuple[Group, ...] = (engine, vault, early, healthy, surplus, debt_sale, debt_over)
GROUPS: dict[bool, tuple[Group, ...]] = {
    False: (*ALL, english_sale, english_over),
    True: (*ALL, dutch_sale, dutch_dust, dutch_over, dutch_stopped),
}
"""Trials that belong into one block, by whether auctions are Dutch."""


@attrs.define
class Meddler:
    """Tries each group once, as soon as it can be tried."""

    wakes_on: ClassVar[tuple[On, ...]] = (On(BlockSealed),)
    tried: list[Trial] = attrs.field(factory=list, init=False)
    """In the sequence of their nonces."""
    left: list[str] | None = attrs.field(default=None, init=False)
    """Groups that it has not tried yet."""

    def decide(self, news: News, desk: Desk) -> list[Command]:
        """Try what can be tried now."""
        pool = desk.connections.pools[0]
        premises = desk.connections.premises[pool]
        groups = {group.__name__: group for group in GROUPS[premises.is_dutch]}
        if self.left is None:
            self.left = list(groups)
        if not news.is_a(BlockSealed) or not desk.block().number:
            return []
        house, vow, debts = (desk.auctions(place) for place in (premises.house, premises.vow, premises.debt_house))
        scene = Scene(desk, pool, premises, desk.pool(pool), house, vow, debts, desk.block().timestamp + BLOCK)
        commands: list[Command] = []
        for name in list(self.left):
            trials = groups[name](scene)
            if trials is not None:
                self.left.remove(name)
                commands += [SendTx(each.contract, each.call, DEAR, DEAR, AMPLE, len(self.tried) + n) for n, each in enumerate(trials)]
                self.tried += trials
        return commands

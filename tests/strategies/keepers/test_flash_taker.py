"""A taker of Dutch auctions that owns nothing but gas money: what it takes pays for itself."""

from pathlib import Path

import attrs
import pytest

from sim.agents.connections import Premises
from sim.amm.constant_product.views import ConstantProductView
from sim.assets import Asset
from sim.auction.clipper_rules import ClipperTerms
from sim.auction.curves import Stairstep
from sim.auction.dutch_views import DutchSaleView, DutchView
from sim.cascade.fold import cascade
from sim.commands import TakeCall
from sim.records import AuctionTaken, Exited, Joined, Swapped
from sim.units import RAD, RAY
from sim.vocabulary import Refusal
from strategies.keepers.flash import Means, Plan
from strategies.keepers.flash_takes import Lot, best_take
from strategies.keepers.routes import Routes
from tests.support.kept import kept
from tests.support.played import Played, played

WORLD = Path(__file__).parents[2] / "worlds" / "flash_takes.toml"
ETH, DAI = Asset(1, "ETH", 18), Asset(2, "DAI", 18)
HOUSE, ENGINE, AMM, TAKER = 5, 6, 7, 50
PREMISES = Premises(ENGINE, 8, HOUSE, 9, 10, 11, ETH.id, DAI.id, 3, 4, is_dutch=True)


@kept
def it() -> Played:
    return played(WORLD, "2 min", "taker")


def test_it_takes_with_no_money_of_its_own_and_is_left_with_gas_money_and_crumbs():
    world, taken = it().world, it().of("AuctionTaken")
    purse, within = (world.ledger.open(it().me, place) for place in (world.chain.place, next(iter(world.systems.values())).engine.place))
    held = {asset: world.ledger.free(asset, purse) for asset in world.ledger.assets}
    internal = max(world.ledger.free(asset, within) for asset in world.ledger.assets)

    assert len(taken) > 10
    assert held.pop(world.chain.gas_asset) > 3 * ETH.unit
    assert not any(held.values())
    assert internal < len(taken) * RAY  # What a payment is rounded up by, less than a unit each time.


def test_within_a_take_the_collateral_comes_out_is_swapped_and_the_money_goes_in():
    (first, *_), rows = it().of("AuctionTaken"), [entry for entry in it().result.tape.entries() if entry.party == it().me]
    place = next(number for number, entry in enumerate(rows) if entry.seq == first.seq)
    taken, out, swap, back, *_ = [entry.record for entry in rows[place : place + 4]]

    assert isinstance(taken, AuctionTaken) and isinstance(out, Exited) and isinstance(swap, Swapped) and isinstance(back, Joined)
    assert taken.bought == out.amount == swap.amount_in
    assert -(-taken.paid // RAY) == back.amount < swap.amount_out


def test_whatever_it_sends_pays_for_itself_or_does_not_happen():
    assert it().of("TxIncluded") and not it().of("TxReverted")


def test_what_it_swapped_is_followed_from_the_auction_and_none_is_left():
    started = {entry.record.started for entry in it().of("AuctionTaken")}

    assert started and not started & set(cascade(it().result.tape, it().result.facts).unsold)


# Plans.


@attrs.frozen
class Scene:
    """One sale of ten ETH, for which 1,500 are owed, and an amm at 200 as deep as one likes."""

    depth: int = 10_000
    price: int = 180
    stopped: int = 0
    least_left: int = 100
    age: int = 10

    def sale(self) -> DutchSaleView:
        return DutchSaleView(3, 1, 60, 10 * ETH.unit, 1_500 * RAD, self.price * RAY, 100, 1_300 * RAD, 10 * ETH.unit, 1_500 * RAD)

    def view(self) -> DutchView:
        return DutchView(100, (self.sale(),), ClipperTerms(Stairstep(RAY, 90), 600, RAY // 2), self.least_left * RAD, self.stopped)

    def means(self, amms: int = 1, pieces: int = 1) -> Means:
        reserves = (self.depth * ETH.unit, self.depth * 200 * DAI.unit)
        views = {AMM + each: ConstantProductView(AMM + each, 0, (ETH, DAI), reserves, 9, 10**18, (0, 0)) for each in range(amms)}
        return Means(Routes(views), {}, ETH.id, None, pieces)

    def plan(self, **means: int) -> Plan | Refusal:
        return best_take(self.means(**means), self.view(), Lot(3, self.sale(), PREMISES, 100 + self.age, TAKER))


def take_of(plan: Plan | Refusal) -> TakeCall:
    assert isinstance(plan, Plan)
    (_, call), *_ = plan.steps
    assert isinstance(call, TakeCall)
    return call


def test_a_plan_gains_what_the_swap_pays_less_what_is_owed():
    plan = Scene().plan()

    assert isinstance(plan, Plan)
    bought = 1_500 * ETH.unit // 180
    ((amm, units, fetched),) = plan.legs
    assert (amm, units, fetched) == (AMM, bought, Scene().means().routes.amms[AMM].swap_of(ETH.id, bought).amount_out)
    assert (plan.asset, plan.gain) == (DAI.id, fetched - 1_500 * DAI.unit)


def test_it_names_as_its_highest_price_what_the_swap_pays_and_asks_for_all_where_all_is_paid():
    plan = Scene().plan()

    call = take_of(plan)
    assert isinstance(plan, Plan)
    assert (call.amount, call.callee) == (10 * ETH.unit, TAKER)
    assert call.max_price == plan.legs[0].fetched * RAY // plan.legs[0].units > 180 * RAY


def test_a_shallow_amm_pays_for_a_part_which_the_house_must_sell():
    whole_of_it, part, dusty = Scene().plan(), Scene(depth=45).plan(), Scene(depth=45, least_left=1_600).plan()

    assert take_of(part).amount < take_of(whole_of_it).amount
    assert dusty is Refusal.NO_DEPTH


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        (Scene(price=201), Refusal.TOO_DEAR),
        (Scene(depth=3), Refusal.NO_DEPTH),
        (Scene(stopped=3), Refusal.STOPPED),
        (Scene(age=601), Refusal.NEEDS_REDO),
    ],
)
def test_why_a_sale_is_left(scene, reason):
    assert scene.plan() is reason


def test_without_an_amm_that_trades_the_two_everything_is_too_dear():
    assert Scene().plan(amms=0) is Refusal.TOO_DEAR


def test_two_amms_take_what_is_too_much_for_one():
    scene = Scene(depth=70)
    single, double = scene.plan(amms=2), scene.plan(amms=2, pieces=8)

    assert isinstance(single, Plan) and isinstance(double, Plan)
    assert [leg.amm for leg in double.legs] == [AMM, AMM + 1]
    assert double.gain > single.gain

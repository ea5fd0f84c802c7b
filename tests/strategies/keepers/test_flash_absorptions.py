"""A keeper without inventory at a Comet, where it absorbs and buys in one tx, and at a Liquity system, where it is paid in kind."""

from pathlib import Path

from sim.agents.flash import FlashOffer
from sim.amm.constant_product.views import ConstantProductView
from sim.assets import Asset
from sim.cascade.fold import cascade
from sim.lending.aave.views import Reserves
from sim.lending.comet.views import CometView, StockView
from sim.records import CollateralBought, Swapped
from sim.records.comet import Absorbed
from strategies.keepers.approaches import shelves
from strategies.keepers.flash import Means
from strategies.keepers.routes import Routes
from tests.support.kept import kept
from tests.support.played import Played, played

WORLD = Path(__file__).parents[2] / "worlds" / "absorbed.toml"


@kept
def it() -> Played:
    return played(WORLD, "48 s", "flash")


def test_what_it_absorbs_it_buys_in_the_same_tx_and_swaps_with_nothing_of_its_own():
    absorbed, bought = it().of("Absorbed"), it().of("CollateralBought")
    world = it().world
    purse = world.ledger.open(it().me, world.chain.place)
    held = {asset: world.ledger.free(asset, purse) for asset in world.ledger.assets}

    assert len(absorbed) == len(bought) > 3
    assert {entry.at for entry in absorbed} == {entry.at for entry in bought}
    assert held.pop(world.chain.gas_asset) > 3 * 10**18
    assert not any(held.values())


def test_plans_of_one_tx_buy_what_those_before_them_left():
    runs = [entry.record for entry in it().result.tape.entries() if entry.party == it().me]
    kinds = [type(record) for record in runs if isinstance(record, Absorbed | CollateralBought)]
    several = [place for place in range(len(kinds) - 3) if kinds[place : place + 4] == [Absorbed, CollateralBought] * 2]

    assert several


def test_a_troves_compensation_stays_as_gas_money_and_its_reserve_is_swapped_for_it():
    world = it().result
    troves, lusd = it().of("TroveLiquidated"), [entry.record for entry in it().of("Swapped")]
    (money,) = [asset.id for asset in world.facts.assets if asset.symbol == "LUSD"]
    swapped = [record for record in lusd if isinstance(record, Swapped) and record.asset_in == money]

    assert len(troves) > 1
    assert [record.amount_in for record in swapped] == [200 * 10**18] * len(troves)


def test_what_it_swapped_is_followed_from_the_absorption_and_none_is_left():
    absorbed = {entry.record.absorbed for entry in it().of("CollateralAbsorbed")}
    left = cascade(it().result.tape, it().result.facts).unsold

    assert absorbed
    assert all(left.get(each, 0) < 5 * 10**18 for each in absorbed)


# Plans at a storefront.

ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
COMET, AMM, BANK = 5, 6, 7


def storefront(units: int, own_reserves: int = 0) -> CometView:
    """Return a Comet that sells so many ETH at 1,950 while its reserves are below 100,000 USDC."""
    stock = StockView(ETH.id, 2_000 * 10**8, ETH.unit, 93 * 10**16, 1_950 * 10**8, units * ETH.unit)
    return CometView(0, USDC.id, 10**8, USDC.unit, own_reserves, 100_000 * USDC.unit, 0, (stock,), Reserves({}), ())


def means(depth: int) -> Means:
    amm = ConstantProductView(AMM, 0, (ETH, USDC), (depth * ETH.unit, depth * 2_000 * USDC.unit), 9, 10**18, (0, 0))
    return Means(Routes({AMM: amm}), {USDC.id: (FlashOffer(BANK, 0, 10**13),)}, ETH.id, None)


def test_what_others_have_absorbed_it_buys_without_anybodys_account():
    view = storefront(10)
    (shelf,) = shelves(view)
    plan = means(10_000).best(COMET, view, shelf)

    assert plan is not None and plan.account == shelf.account < 0
    ((lender, loan),) = plan.steps
    (place, purchase), _ = loan.calls
    assert (lender, place) == (BANK, COMET)
    assert (purchase.asset, purchase.paid) == (ETH.id, 19_500 * USDC.unit)
    assert plan.gain == plan.legs[0].fetched - 19_500 * USDC.unit


def test_a_closed_storefront_has_no_shelves():
    assert shelves(storefront(10, own_reserves=100_000 * USDC.unit)) == () == shelves(storefront(0))


def test_a_second_plan_finds_what_the_first_left():
    view, there = storefront(100), means(1_200)
    (shelf,) = shelves(view)
    first = there.best(COMET, view, shelf)
    assert first is not None
    there.take(first)

    left = there.pools[COMET]
    assert 0 < left.stock[0].units == 100 * ETH.unit - first.legs[0].units
    assert left.own_reserves == 1_950 * USDC.unit * first.legs[0].units // ETH.unit
    assert first.legs[0].units < 100 * ETH.unit  # The amm pays for a part.

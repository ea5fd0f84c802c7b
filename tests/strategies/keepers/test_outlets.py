"""Where keepers with inventory sell: on the book, in amms, or a part in each."""

from typing import Any, cast

import pytest

from sim.agents.connections import Connections, Terms
from sim.amm.constant_product.views import ConstantProductView
from sim.assets import Asset, Instrument
from sim.cascade.fold import cascade
from sim.errors import ScenarioError
from sim.scenario.load import load
from sim.scenario.run import Result, run
from sim.units import GWEI
from sim.views import Balance, Block, Depth, Quote
from strategies.keepers.nonces import NonceLine
from strategies.keepers.outlets import levels_of, split_of, stall_of, swaps_of
from strategies.keepers.profit import Stall
from strategies.keepers.purse import Purse
from strategies.keepers.routes import Leg
from strategies.keepers.tips import Bid
from tests.support.kept import kept
from tests.support.shared import REPOSITORY
from tests.worlds.outlet_changes import SEATS, seated

GOT = {
    "liquidator": "Liquidated",
    "seizer": "CollateralBought",
    "stability_depositor": "GainPaid",
    "auction_taker": "AuctionTaken",
}
"""What tells that a keeper got something to sell."""


def world(strategy: str, **keys: Any) -> tuple[Any, dict[str, Any]]:
    return REPOSITORY / "tests" / "worlds" / SEATS[strategy][0], {
        **seated(strategy, keys),
        "run.duration": "92 s" if strategy == "auction_taker" else "64 s",
    }


@kept
def in_amms(strategy: str) -> Result:
    return run(load(*world(strategy, sells_at="amm")), check=True)


def of(result: Result, strategy: str, record: str) -> list[Any]:
    (me,) = [agent.party for agent in result.facts.agents if agent.name == SEATS[strategy][1]]
    return [entry for entry in result.tape.entries(records=[record]) if entry.party == me]


@pytest.mark.parametrize("strategy", SEATS)
def test_what_a_keeper_got_it_swaps_and_sends_no_order_to_a_venue(strategy):
    result = in_amms(strategy)

    assert of(result, strategy, GOT[strategy])
    assert of(result, strategy, "Swapped")
    assert not of(result, strategy, "OrderAccepted") and not of(result, strategy, "UnitsSent")


@pytest.mark.parametrize("strategy", ["liquidator", "auction_taker"])
def test_swapped_units_are_not_counted_as_unsold(strategy):
    result = in_amms(strategy)
    left = sum(cascade(result.tape, result.facts).unsold.values())
    got = sum(getattr(entry.record, "seized" if strategy == "liquidator" else "bought") for entry in of(result, strategy, GOT[strategy]))
    swapped = sum(entry.record.amount_in for entry in of(result, strategy, "Swapped"))

    assert 0 < swapped <= got
    assert left <= got - swapped


def test_where_a_pool_reads_the_amm_falls_descend_from_what_was_swapped_there():
    path, keys = world("liquidator", sells_at="amm")
    spot = {"kind": "spot", "name": "spot", "amm": "pair", "base": "ETH", "quote": "USDC"}
    reads = {"derived_feeds": [spot], "pools.pool.reserves.ETH.feed": "spot", "agents.behind.feeds": []}
    rich = {"agents.behind.amms": ["pair"], "agents.behind.chain_funds": ["250_000 USDC", "3 ETH"]}
    result = run(load(path, {**keys, **reads, **rich}), check=True)
    found = cascade(result.tape, result.facts)
    liquidations = {entry.seq for entry in of(result, "liquidator", "Liquidated")}
    parents = {parent for seq, each in found.falls.items() if each.generation > 1 for parent, _ in found.parents_of(seq)}

    assert parents & liquidations


def test_an_amm_to_sell_in_must_be_named():
    path, keys = world("liquidator", sells_at="best")
    told = r"behind\.parameters\.sells_at is best, and it has no amm of ETH and USDC to sell in; give"

    for amms in ([], ["stable"]):
        with pytest.raises(ScenarioError, match=told):
            load(path, {**keys, "agents.behind.amms": amms})


# Sums.

ETH, USDC = Asset(1, "ETH", 18), Asset(2, "USDC", 6)
PAIR = Instrument(ETH, USDC, 10**16, 10**4)
"""A hundredth of an ETH, for cents."""
VENUE, FIRST, SECOND = 7, 8, 9
CHEAP, WORST = GWEI, 300


class Scene:
    """What a desk shows: a book of so many lots at 2,000, amms as deep as one likes at prices of one's own, custody and gas."""

    def __init__(self, lots: int, *amms: tuple[int, int]) -> None:
        terms = {VENUE: Terms(PAIR, 0, 500, 1)}
        there = tuple(range(FIRST, FIRST + len(amms)))
        self.connections = Connections((VENUE,), amms=there, chain_place=3, token_place=4, gas_asset=ETH.id, terms=terms)
        self._depth = Depth(1, 1, ((200_000, lots),) if lots else (), ((200_100, 100),))
        self.held = 0
        self._amms = {FIRST + place: _amm(FIRST + place, *each) for place, each in enumerate(amms)}

    def quote(self, venue: int) -> Quote:
        return Quote(1, 1, 200_000, 100, 200_100, 100)

    def depth(self, venue: int) -> Depth:
        return self._depth

    me, now = 60, 0

    def block(self) -> Block:
        return Block(1, 1, 1, 12, 0, GWEI, 0, 0)

    def balance(self, place: int, asset: int, account: int = 0) -> Balance:
        return Balance(self.held + 10 * ETH.unit, self.held + 10 * ETH.unit)

    def amm(self, place: int) -> ConstantProductView:
        return self._amms[place]

    def split(self, whole: int, sells_at: Any = "best", gas_price: int = CHEAP, worst: int = WORST) -> Any:
        desk: Any = self
        return split_of(desk, Stall.seen(desk, VENUE, 0, 0), whole * ETH.unit, sells_at, gas_price, worst)

    def stall(self, sells_at: Any, ahead: int = 0) -> Stall:
        desk: Any = self
        return stall_of(desk, VENUE, 0, ahead, sells_at)


def _amm(place: int, depth: int, price: int) -> ConstantProductView:
    return ConstantProductView(place, 0, (ETH, USDC), (depth * ETH.unit, depth * price * USDC.unit), 9, 10**18, (0, 0))


def test_where_the_book_is_deep_and_the_amm_is_not_all_goes_to_the_venue():
    split = Scene(100_000, (50, 1_990)).split(10)

    assert (split.to_venue, split.legs) == (10 * ETH.unit, ())


def test_where_the_book_is_thin_all_goes_to_the_amm():
    split = Scene(1, (10_000, 2_000)).split(10)

    assert split.to_venue == 0
    assert [(leg.amm, leg.units) for leg in split.legs] == [(FIRST, 10 * ETH.unit)]


def test_between_two_that_take_some_each_gets_a_part():
    split = Scene(600, (500, 2_010)).split(10)

    assert 0 < split.to_venue < 10 * ETH.unit
    assert sum(leg.units for leg in split.legs) + split.to_venue == 10 * ETH.unit


def test_dear_gas_speaks_against_a_second_tx():
    scene = Scene(600, (500, 2_010))

    assert scene.split(10, gas_price=CHEAP).to_venue > 0
    assert scene.split(10, gas_price=2_000 * GWEI).to_venue in (0, 10 * ETH.unit)


def test_two_amms_share_what_is_too_much_for_one():
    split = Scene(0, (200, 2_000), (200, 2_000)).split(8, "amm")

    assert [(leg.amm, leg.units) for leg in split.legs] == [(FIRST, 4 * ETH.unit), (SECOND, 4 * ETH.unit)]


def test_an_amm_that_pays_too_far_below_the_mid_gets_less_or_nothing():
    shallow, below = Scene(0, (100, 2_000)), Scene(0, (10_000, 1_900))

    assert 0 < sum(leg.units for leg in shallow.split(10, "amm").legs) < 10 * ETH.unit
    assert below.split(10, "amm") is None
    assert below.split(10, "amm", worst=0).legs[0].units == 10 * ETH.unit


def test_a_swap_asks_for_the_worst_price_and_for_nothing_where_there_is_none():
    desk: Any = Scene(0, (100, 2_000))
    stall, legs = Stall.seen(desk, VENUE, 0, 0), (Leg(FIRST, ETH.unit, 1_970 * USDC.unit),)
    careful, careless = (swaps_of(legs, ETH.id, USDC.id, stall, worst).calls[0][1] for worst in (WORST, 0))

    assert (careful.amount_in, careful.asset_out, careful.least_out) == (ETH.unit, USDC.id, stall.worth(ETH.unit) * 97 // 100)
    assert careless.least_out == 0


def test_an_amm_as_levels_fetches_what_swaps_do_and_never_more():
    scene = Scene(0, (1_000, 2_000))
    stall, amm = scene.stall("amm"), scene.amm(FIRST)
    lots = [lots for _, lots in levels_of(amm, stall)]
    sizes = [sum(lots[:count]) for count in range(1, len(lots) + 1)]

    for size in (*sizes, 3, 777, 9_999):
        fetched, swap = stall.proceeds(stall.depth.sale(size)[0]), amm.swap_of(ETH.id, size * PAIR.lot)
        assert swap is not None
        assert swap.amount_out * 97 // 100 <= fetched <= swap.amount_out
    assert [price for price, _ in stall.depth.bids] == sorted((price for price, _ in stall.depth.bids), reverse=True)


def test_what_is_to_be_sold_before_takes_the_best_levels_of_both():
    scene = Scene(600, (500, 2_010))
    whole, later = scene.stall("best"), scene.stall("best", ahead=700)

    assert whole.depth.sale(10)[0] > later.depth.sale(10)[0]
    assert whole.depth.sale(700)[0] + later.depth.sale(50)[0] == whole.depth.sale(750)[0]
    assert scene.stall("venue").depth.bids == ((200_000, 600),)


def purse(**more: Any) -> Purse:
    return Purse("at_once", 4, 12, WORST, ETH.unit, 1, sells_at="best", **more)


def sold(keepers: Purse, scene: Scene, line: NonceLine, whole: int) -> dict[str, int]:
    """Give a purse so much more, and return the units of the txs it sends, by kind of call."""
    desk: Any = scene
    scene.held += whole * ETH.unit
    keepers.seized += whole * ETH.unit
    sent = keepers.deposit(desk, VENUE, line, Bid(2 * GWEI, GWEI), 1)
    return {type(tx.call).__name__: line.waiting[tx.nonce].amount for tx in sent}


def test_what_is_on_its_way_to_the_venue_stands_in_the_way_there():
    scene, keepers, line = Scene(600, (500, 2_000)), purse(), NonceLine()
    first = sold(keepers, scene, line, 5)
    second = sold(keepers, scene, line, 5)

    assert first == {"TransferCall": 5 * ETH.unit}
    assert second["AtomicCall"] > 0
    assert second["AtomicCall"] + second.get("TransferCall", 0) == 5 * ETH.unit


def test_it_swaps_once_at_a_time_and_not_before_it_sees_what_the_last_swap_left():
    scene, keepers, line = Scene(1, (5_000, 2_000)), purse(), NonceLine()
    assert list(sold(keepers, scene, line, 5)) == ["AtomicCall"]
    (swap,) = line.waiting.values()
    under_way = sold(keepers, scene, line, 1)

    line.settling.append(line.waiting.pop(swap.nonce))
    assert keepers.swapped(swap, is_included=True)
    not_seen = sold(keepers, scene, line, 1)

    line.settling.clear()
    assert (under_way, not_seen) == ({}, {})
    assert sold(keepers, scene, line, 1) == {"AtomicCall": 3 * ETH.unit}


def test_what_a_failed_swap_did_not_sell_is_sold_again():
    scene, keepers, line = Scene(1, (5_000, 2_000)), purse(), NonceLine()
    sold(keepers, scene, line, 5)
    (swap,) = line.waiting.values()
    del line.waiting[swap.nonce]

    assert keepers.ahead(cast(Any, scene), VENUE) == 500
    assert keepers.swapped(swap, is_included=False) and not keepers.swapped(swap, is_included=False)
    assert keepers.seized == 5 * ETH.unit


def test_slices_are_swapped_one_after_the_other():
    scene, line = Scene(1, (5_000, 2_000)), NonceLine()
    keepers = Purse("sliced", 4, 12, WORST, ETH.unit, 1, sells_at="amm")
    first = sold(keepers, scene, line, 8)
    (swap,) = line.waiting.values()
    del line.waiting[swap.nonce]
    keepers.swapped(swap, is_included=True)
    at_once = sold(keepers, scene, line, 0)
    scene.now = 12

    assert first == {"AtomicCall": 2 * ETH.unit}
    assert at_once == {}
    assert sold(keepers, scene, line, 0) == {"AtomicCall": 2 * ETH.unit}

"""What the models say of whole scenarios, held to sums that are known another way; and that they are silent where they know nothing."""

import json
import math

import attrs
import numpy as np
import pytest

from sim.contagion.markets import absorbed, follows, taken_before
from sim.contagion.predicted import predicted
from sim.contagion.predicted_map import predicted_map
from sim.errors import InputError
from sim.facts import (
    AgentFacts,
    AssetFacts,
    Facts,
    FeedFacts,
    OpenedFacts,
    PoolFacts,
    PurseFacts,
    SheetFacts,
    TermsFacts,
    VaultFacts,
    VenueFacts,
)
from sim.scenario.build import build
from sim.scenario.load import load
from tests.contagion.linear_world import told
from tests.support.shared import REPOSITORY
from tests.support.twins import WORLDS

ETH, USD, COIN = 1, 2, 3
VENUE, FEED, OUTSIDE, BANK, ISSUER = 11, 12, 13, 14, 15
ASSETS = (AssetFacts(ETH, "ETH", 18), AssetFacts(USD, "USD", 6), AssetFacts(COIN, "COIN", 18))


def lender(place: int, name: str, family: str, collateral: dict[int, int], debt: dict[int, int], liquidity: int = 0) -> SheetFacts:
    """One account with whole units; ETH is 100, the rest 1; threshold 80 %, no bonus, all is sold at once."""
    prices, units = {ETH: 100, USD: 1, COIN: 1}, {ETH: 10**18, USD: 10**6, COIN: 10**18}
    terms = tuple(
        TermsFacts(asset, prices[asset] * 10**8, 8_000, 7_500, 0, 0, liquidity=liquidity * units[asset] if asset in debt else 0)
        for asset in units
    )
    account = OpenedFacts(99, {a: n * units[a] for a, n in collateral.items()}, {a: n * units[a] for a, n in debt.items()})
    return SheetFacts(place, name, family, "", 10_000, terms, accounts=(account,))


def two_lenders(pass_through: int = 10_000) -> Facts:
    """An issuer of a coin against 100 ETH owes 7,500; at a bank 3,000 of the coin and 60 ETH stand against 6,000. A percent takes 1,000."""
    return Facts(
        0,
        outside=OUTSIDE,
        assets=ASSETS,
        venues=(VenueFacts(VENUE, "main", ETH, USD, 10**15, 10**4, absorbs_per_percent=1_000.0),),
        feeds=(FeedFacts(FEED, "ETH-USD", ETH, {VENUE: pass_through, OUTSIDE: 10_000 - pass_through}),),
        pools=(PoolFacts(BANK, "bank", {ETH: FEED, USD: 0, COIN: 0}, {}),),
        vaults=(VaultFacts(ISSUER, "issuer", 0, 0, 0, 0, 0, FEED, ETH, COIN, 0, 0, True),),
        sheets=(
            lender(ISSUER, "issuer", "vaults", {ETH: 100}, {COIN: 7_500}),
            lender(BANK, "bank", "pools", {ETH: 60, COIN: 3_000}, {USD: 6_000}, liquidity=1_000),
        ),
    )


def no_list(name: str) -> dict[str, list[int]]:
    raise KeyError(name)


def foretold(facts: Facts, shock: float, kept: float = 1.0):
    """Predict a fall of ETH; a lender that fails passes on the share kept."""
    return predicted(facts, no_list, {"ETH": shock}, alpha=kept, beta=kept)


def test_a_coin_that_is_pledged_elsewhere_is_a_claim_on_its_issuer():
    """ETH at 60: the issuer's borrower has 6,000 for 7,500, four fifths. The bank's has 3,600 and 3,000 of the coin: 6,000."""
    facts = attrs.evolve(two_lenders(), venues=(attrs.evolve(two_lenders().venues[0], absorbs_per_percent=0.0),))
    found = foretold(facts, 0.4)

    assert found.claims.tolist() == [[0, 3_000], [0, 0]]
    assert found.network.total == pytest.approx([7_500, 7_000, 7_500, 0, 0, 6_000, 0])
    assert found.shortfalls.clearings.greatest.payments == pytest.approx([6_000, 7_000, 6_000, 0, 0, 6_000, 0], abs=1e-9)
    assert found.shortfalls.missing == pytest.approx([1_500, 0])
    assert found.orders["clearing"] == {"issuer": 1, "bank": math.inf}


def test_what_an_issuer_cannot_pay_goes_on_to_who_holds_its_coin():
    """ETH at 40: the issuer pays 4,000 of 7,500, so 1,600 for the bank's 3,000; with 2,400 of ETH its borrower pays 4,000 of 6,000."""
    facts = attrs.evolve(two_lenders(), venues=(attrs.evolve(two_lenders().venues[0], absorbs_per_percent=0.0),))

    assert foretold(facts, 0.6).shortfalls.missing == pytest.approx([3_500, 2_000])
    # Who fails passes on half of what it is paid: 2,000 for coins, of it 800 for the bank's borrower, who pays 3,200; the bank has 1,000.
    assert foretold(facts, 0.6, kept=0.5).shortfalls.missing == pytest.approx([5_500, 7_000 - (500 + 1_600)])


def test_distress_goes_along_shared_collateral_and_unpaid_coins():
    """The issuer's failure sells 7,500 of ETH: 7.5 % off 6,000, and 3,000 of coin. The bank's sells 4,000 of ETH: 4 % off 10,000."""
    found = foretold(two_lenders(), 0.01)

    assert found.exposures == pytest.approx(np.array([[0, 450 + 3_000], [400, 0]]))
    # Equities are 2,500 and 3,000; the shock takes 100 and 60. The issuer's impact on the bank is full, the other way 400 of 2,500.
    assert found.distress.distress == pytest.approx([0.04 + 0.16 * 0.02, 0.02 + 0.04])
    assert found.ranks == pytest.approx([9_000 / 19_000, 0.16 * 10_000 / 19_000])
    assert [(edge["start"], edge["exposure"], edge["claim"]) for edge in found.edges()] == [("issuer", 3_450, 3_000), ("bank", 400, 0)]


def test_the_first_to_be_called_is_the_one_with_the_least_room():
    """The issuer's 8,000 of room stand over 7,500: a fall of 6.25 %. The bank's 7,200 over 6,000, of which 4,800 fall: 25 %."""
    assert foretold(two_lenders(), 0.1).orders["first_called"] == {"issuer": pytest.approx(0.625), "bank": pytest.approx(2.5)}


@pytest.mark.parametrize(("pass_through", "lowered"), [(10_000, 0.075), (4_000, 0.03), (0, 0)])
def test_sales_reach_a_feed_by_the_share_of_venues_in_it(pass_through, lowered):
    found = foretold(two_lenders(pass_through), 0.1)

    assert found.rounds[0].falls[0] == pytest.approx(0.1)
    assert found.sales.falls[0] == pytest.approx(lowered)


def test_a_product_follows_every_factor_and_a_choice_each_input_alike():
    facts = attrs.evolve(
        two_lenders(4_000),
        feeds=(
            *two_lenders(4_000).feeds,
            FeedFacts(21, "rate", COIN, {31: 10_000}, "spot"),
            FeedFacts(22, "product", COIN, {21: 10_000, FEED: 10_000}, "product"),
            FeedFacts(23, "median", COIN, {21: 10_000, FEED: 10_000}, "median"),
        ),
    )

    assert follows(facts, 22, True) == pytest.approx({COIN: 1, ETH: 1})
    assert follows(facts, 22, False) == pytest.approx({COIN: 1, ETH: 0.4})
    assert follows(facts, 23, True) == pytest.approx({COIN: 0.5, ETH: 0.5})


def test_after_five_percent_the_gain_is_that_of_the_facts():
    world = build(load(REPOSITORY / "scenarios" / "first_cascade.toml"))
    found = predicted(world.facts, world.populations.__getitem__, {"ETH": 0.05})

    assert found.holders.gain() == pytest.approx(world.facts.gain["all"], rel=1e-9)
    assert json.loads(json.dumps(found.figures()))["gain"] == pytest.approx(world.facts.gain["all"], rel=1e-8)
    assert found.remarks[0] == "1 lender: there is nobody to pass anything on to, and no order of failure"
    assert (found.orders["debt_rank"], found.orders["overlap"]) == ({}, {})


def test_where_nobody_says_what_a_market_takes_its_first_book_does(tmp_path):
    """235 lots of 0.01 at each of 25 steps of eight cents within 1 % of 100."""
    ended = told(2, tmp_path)
    taken = taken_before(ended.facts, ended.tape)

    assert absorbed(ended.facts) == {}
    assert taken == {asset: pytest.approx(2.35 * 13 * 100) for asset in taken}
    assert len(taken) == 1


def test_models_that_know_nothing_say_so():
    world = build(load(WORLDS / "families.toml"))
    found = predicted(world.facts, world.populations.__getitem__, {"ETH": 0.0})
    said = "\n".join(found.remarks)

    assert "there are no claims between lenders" in said or found.claims.any()
    assert "troves: what is liquidated goes to depositors" in said
    assert "bands: sells in bands" in said
    assert "the shock takes nothing off what is pledged: name an asset that is" in said
    assert (found.orders["forced_sales"], found.orders["clearing"]) == ({}, {})


def test_a_run_without_lenders_has_nothing_to_predict():
    found = predicted(Facts(0, assets=ASSETS), no_list)

    assert found.remarks[0] == "no lender: there is nobody to pass anything on to, and no order of failure"
    assert (found.figures()["lenders"], found.figures()["aggregate_vulnerability"]) == ({}, 0)


@pytest.mark.parametrize(
    ("shock", "said"), [({"BTC": 0.1}, "BTC is not in this run; its assets are ETH, USD, COIN"), ({"ETH": 10}, "ETH falls by 10;")]
)
def test_a_shock_that_cannot_be_is_refused(shock, said):
    with pytest.raises(InputError, match=said):
        predicted(two_lenders(), no_list, shock)


def test_an_issuer_owes_no_more_than_it_issued():
    """Another lender has 30,000 of the coin, the bank's borrower 3,000, and 7,500 were issued: of each 7,500 of 33,000 is a claim."""
    facts = two_lenders()
    rich = lender(16, "rich", "pools", {ETH: 1}, {COIN: 10}, liquidity=30_000)
    found = foretold(attrs.evolve(facts, sheets=(*facts.sheets, rich)), 0.0)

    assert found.claims[0] == pytest.approx([0, 3_000 * 7_500 / 33_000, 30_000 * 7_500 / 33_000])
    assert found.network.total[0] == pytest.approx(7_500)
    assert not found.shortfalls.missing.any()


def test_the_map_before_the_shock_has_every_layer():
    facts = attrs.evolve(
        two_lenders(4_000),
        agents=(AgentFacts(40, "keeper", "Liquidator", 2, "keeper"), AgentFacts(50, "crowd", "Crowd", 1, "trader")),
        purses=(PurseFacts(41, BANK, USD, 70 * 10**6), PurseFacts(40, BANK, ETH, 10**18), PurseFacts(50, BANK, USD, 10**6)),
    )
    told = predicted_map(facts, foretold(facts, 0.1))
    flows = {(edge["channel"], edge["from"], edge["to"]): edge["flow"] for edge in told["edges"]}

    assert flows == {
        ("exposure", "ETH", "issuer"): 10_000,
        ("exposure", "ETH", "bank"): 6_000,
        ("exposure", "COIN", "bank"): 3_000,
        ("market", "main", "ETH"): 1_000,
        ("oracle", "main", "ETH-USD"): 0.4,
        ("oracle", "ETH-USD", "issuer"): 10_000,
        ("oracle", "ETH-USD", "bank"): 6_000,
        ("keepers", "keeper", "bank"): 70,
        ("claim", "issuer", "bank"): 3_000,
        ("sales", "issuer", "bank"): 180,
        ("sales", "bank", "issuer"): 160,
    }
    assert {(each["kind"], each["name"]) for each in told["nodes"]} == {
        *(("protocol", name) for name in ("issuer", "bank")),
        *(("asset", name) for name in ("ETH", "COIN")),
        *(("venue", "main"), ("feed", "ETH-USD"), ("keeper", "keeper")),
    }

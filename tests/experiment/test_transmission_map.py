"""The map and the twins say the same of a channel that is cut: nothing goes over by it, and nothing at all once every one is cut.

Two pocket worlds. In the first (``pocket_two.toml``) two pools share everything; in the second its book stands still, so that what one
pool's keepers sell is what the other's accounts fall by. That a run's fates are then the same to the nanosecond is shown in
``test_transmission``; that amplification is exactly one without debt in ``test_twins``.
"""

from functools import cache

import pytest

from sim.contagion.realised import Realised, realised
from sim.contagion.realised_edges import Kind
from sim.errors import InputError
from sim.experiment.features.catalogue import FEATURES, named, without
from sim.experiment.transmission import ALL, RUN, made_transmission, planned_transmission
from sim.scenario.load import changed, load
from sim.scenario.run import run
from tests.support.shared import REPOSITORY

TWO = REPOSITORY / "tests" / "worlds" / "pocket_two.toml"
ORACLE, KEEPERS, MARKET, MAKERS, BLOCKS = CHANNELS = tuple(name for name in FEATURES if name.startswith("shared_"))
LADDER = {"best_bid": 199_900, "best_ask": 200_100, "step": 500, "lots": 12_000, "levels": 60}
SALE = {"kind": "metaorder", "at": "12 s", "duration": "1 s", "every": "1 s", "venue": "venue", "side": "sell", "amount": "80 ETH"}
STILL = {
    "world.price.waypoints": [{"at": "0 s", "price": "2000 USDC/ETH"}],
    "world.shocks": [SALE],
    "agents.house.strategy": "still_ladder",
    "agents.house.venues": ["venue"],
    "agents.house.parameters": LADDER,
    "agents.keeper.chain_funds": ["200_000 USDC", "5 ETH"],
}


@cache
def mapped(cut: tuple[str, ...], is_still: bool = False) -> Realised:
    """Return the map of a pocket world without some of what is shared."""
    result = run(without(changed(load(TWO), STILL if is_still else {}), named(cut)))
    return realised(result.tape, result.facts)


def over(found: Realised) -> dict[str, float]:
    """Return what went from one protocol to another (of makers: from one venue to another), by channel."""
    told: dict[str, float] = {}
    for edge in found.between:
        if edge.start != edge.end and edge.start[0] == edge.end[0] != Kind.FEED:
            told[edge.channel] = told.get(edge.channel, 0) + edge.told
    return told


@pytest.mark.parametrize(
    ("channel", "feature", "others", "is_still"),
    [
        ("price", MARKET, (), True),
        ("oracle", ORACLE, (), True),
        ("keepers", KEEPERS, (), False),
        ("block_space", BLOCKS, (KEEPERS,), False),
        ("makers", MAKERS, (), False),
    ],
)
def test_a_channel_that_is_cut_carries_nothing(channel, feature, others, is_still):
    there, cut = over(mapped(others, is_still)), over(mapped((*others, feature), is_still))

    assert there[channel] > 0
    assert channel not in cut


def test_of_price_and_oracle_either_is_enough():
    whole, own_feeds, own_markets, apart = (over(mapped(cut, True)) for cut in ((), (ORACLE,), (MARKET,), (ORACLE, MARKET)))

    assert whole["price"] == whole["oracle"] > 0
    assert own_feeds["price"] > 0
    assert own_markets["oracle"] > 0
    assert not {"price", "oracle"} & set(apart)


@pytest.mark.parametrize("is_still", [False, True])
def test_with_every_channel_cut_nothing_goes_over(is_still):
    cut = tuple(name for name in CHANNELS if not (is_still and name == MAKERS))

    assert over(mapped(cut, is_still)) == {}
    assert over(mapped((), is_still)) != {}


def test_twins_tell_what_each_channel_did_to_each_protocol(tmp_path):
    plan = planned_transmission(load(TWO, {"run.duration": "45 s", "world.price.until": "45 s"}), [3], [KEEPERS, BLOCKS, "halts"])

    table = made_transmission(plan, tmp_path)

    assert (list(plan.worlds), list(table["lacking"])) == ([RUN, KEEPERS, BLOCKS, ALL], ["halts"])
    assert table["run"]["alpha"]["debt"]["mean"] > 0
    assert table["cuts"][KEEPERS]["protocols"]["alpha"]["debt"]["mean"] != 0
    assert [table["failures"], table["cuts"][KEEPERS]["same_digest"]] == [[], 0]


def test_a_market_whose_keepers_sell_in_one_place_is_cut_together_with_them():
    plan = planned_transmission(load(TWO, {"agents.keeper.strategy": "seizer", "agents.keeper.parameters": {}}), [3], [KEEPERS, MARKET])

    assert list(plan.worlds) == [RUN, KEEPERS, f"{KEEPERS} and {MARKET}", ALL]
    assert plan.lacking[MARKET].startswith("not alone, for agents.keeper serves alpha and beta")


def test_a_scenario_of_one_protocol_has_no_channel_to_cut():
    with pytest.raises(InputError, match="has no channel to cut"):
        planned_transmission(load("three_positions"), [1], [ORACLE])

"""What befalls one protocol reaches another by what they share, channel by channel, and not at all once every channel is cut.

The pocket world has two pools. In one course of things alpha is full of brittle positions; in the other it is empty. What is compared is
beta: when its accounts fall, recover and are liquidated, and for how much. Zero means the same to the nanosecond and to the unit.
"""

import copy

import attrs
import pytest

from sim.errors import InputError
from sim.experiment.features.catalogue import FEATURES, named, refuse_lacking, without
from sim.scenario.build import build
from sim.scenario.load import changed, load
from sim.scenario.run import Result, run
from sim.units import SECOND
from tests.support.kept import kept
from tests.support.shared import REPOSITORY

TWO = REPOSITORY / "tests" / "worlds" / "pocket_two.toml"
CHANNELS = tuple(name for name in FEATURES if name.startswith("shared_"))
CALM: dict[str, list[str]] = {"pools.alpha.accounts": []}


@kept
def courses(cut: tuple[str, ...]) -> tuple[Result, Result]:
    """Return a run in which alpha is struck, and one in which it is empty, without some of what is shared."""
    twin = without(load(TWO), named(cut))
    return run(twin), run(changed(twin, CALM))


def fate(result: Result, pool: str = "beta") -> list[tuple[int, ...]]:
    """Return what happened to a pool's accounts: when, what, and how much was repaid and seized."""
    place = next(each.place for each in result.facts.pools if each.name == pool)
    told = []
    for name in ("HealthFell", "HealthRecovered", "Liquidated"):
        found = result.records(name)
        amounts = (found["repaid"], found["seized"]) if name == "Liquidated" else (found["at_ns"], found["at_ns"])
        told += [row[1:] for row in zip(found["place"], found["at_ns"], *amounts, strict=True) if row[0] == place]
    return sorted(told)


def test_as_it_stands_what_befalls_alpha_reaches_beta():
    struck, calm = courses(())

    assert fate(calm, "alpha") == [] != fate(struck, "alpha")
    assert fate(struck) != fate(calm) != []


def test_with_every_channel_cut_nothing_reaches_beta_although_alpha_is_struck():
    struck, calm = courses(CHANNELS)

    assert fate(struck) == fate(calm) != []
    assert fate(struck, "alpha") != []


@pytest.mark.parametrize("left", CHANNELS)
def test_one_channel_left_is_enough_and_cutting_it_leaves_nothing(left):
    others = tuple(name for name in CHANNELS if name != left)
    struck, calm = courses(others)

    assert fate(struck) != fate(calm)
    assert fate(courses(CHANNELS)[0]) == fate(courses(CHANNELS)[1])


def test_copies_of_a_feed_roll_the_same_dice():
    struck, _ = courses(("shared_oracle",))

    answers = struck.records("AnswerGiven")
    by_feed = {
        name: [
            (at, answer) for place, at, answer in zip(answers["place"], answers["at_ns"], answers["answer"], strict=True) if place == feed
        ]
        for name, feed in ((each.name, each.place) for each in struck.facts.feeds)
    }
    assert list(by_feed) == ["eth_usd-alpha", "eth_usd-beta"]
    assert by_feed["eth_usd-alpha"] == by_feed["eth_usd-beta"] != []


def test_copies_of_a_market_have_the_same_crowd_and_news():
    _, calm = courses(("shared_keepers", "shared_collateral"))

    twin = calm.scenario
    crowds = [agent for agent in twin.agents if agent.draws == "crowd"]
    assert [(each.name, each.venues) for each in crowds] == [("crowd-alpha", ("venue-alpha",)), ("crowd-beta", ("venue-beta",))]
    assert [(each.venue, each.weight) for each in twin.feeds[0].sources] == [("venue-alpha", 1), ("venue-beta", 1)]
    placed = calm.records("OrderAccepted")
    parties = {each.name: range(each.party, each.party + each.accounts) for each in calm.facts.agents}
    first = {name: [at for at, who in zip(placed["at_ns"], placed["party"], strict=True) if who in parties[name]][:5] for name in parties}
    assert first["crowd-alpha"] == first["crowd-beta"] != []


def test_a_purse_is_divided_to_the_unit():
    scenario = load(TWO, {"agents.keeper.chain_funds": ["0.000001 USDC", "0.000000000000000003 ETH"]})

    twin = without(scenario, named(["shared_keepers"]))

    funds = {agent.name: [str(amount) for amount in agent.chain_funds] for agent in twin.agents if agent.draws == "keeper"}
    assert funds == {
        "keeper-alpha": ["0.000001 USDC", "0.000000000000000002 ETH"],
        "keeper-beta": ["0 USDC", "0.000000000000000001 ETH"],
    }


def test_a_keeper_that_sells_on_one_venue_must_be_divided_before_its_market_is():
    scenario = load(TWO, {"agents.keeper.strategy": "seizer", "agents.keeper.parameters": {}})

    with pytest.raises(
        InputError, match=r"agents\.keeper serves alpha and beta, and seizer sells on one venue; do without shared_keepers too"
    ):
        without(scenario, named(["shared_collateral"]))
    assert len(without(scenario, named(["shared_collateral", "shared_keepers"])).venues) == 3


def test_what_one_protocol_alone_has_it_does_not_share():
    scenario = load(TWO)
    alone = attrs.evolve(
        scenario, pools=scenario.pools[:1], agents=tuple(attrs.evolve(each, pools=each.pools[:1]) for each in scenario.agents)
    )

    for name in CHANNELS:
        with pytest.raises(InputError, match=f"has no {name} to do without: it has 1 protocol, and nothing to share"):
            refuse_lacking(alone, named([name]))


@pytest.mark.parametrize("name", CHANNELS)
def test_what_was_cut_is_lacking_afterwards(name):
    cut = tuple(each for each in CHANNELS[: CHANNELS.index(name) + 1])
    twin = without(load(TWO), named(cut))

    with pytest.raises(InputError, match=f"has no {name} to do without"):
        refuse_lacking(twin, named([name]))


def test_a_fork_of_a_world_in_lanes_goes_on_alike():
    world = build(without(load(TWO), named(CHANNELS)))
    world.kernel.run_until(35 * SECOND)
    fork = copy.deepcopy(world)

    for each in (world, fork):
        each.kernel.run_until(45 * SECOND)

    assert world.tape.digest() == fork.tape.digest()


def test_the_common_book_stays_balanced_in_lanes_of_their_own():
    twin = without(load(TWO), named(CHANNELS))

    result = run(twin, check=True)

    assert result.reconciled_blocks == result.summary["blocks"] > 20

"""A run that waits for somebody outside to decide is the run it would have been."""

import warnings
from copy import deepcopy

import numpy as np
import pytest

from sim.errors import InputError
from sim.learning.episode import Episode
from sim.records import BlockSealed, PricePosted
from sim.scenario.load import load
from sim.scenario.run import run

pytest.importorskip("gymnasium", reason="an extra: pip install gymnasium")

from gymnasium.utils.env_checker import check_env

from sim.learning.env import KeeperEnv
from sim.learning.features import FEATURES
from sim.learning.task import Tuning

SHORT = load("three_positions")
TIPS = {"multiple_bps": range(10_000, 30_001, 2_000)}
AS_IT_IS = [1]
"""The place of 12,000, the keeper's own."""


def env_of(tune=TIPS, **further):
    return KeeperEnv(SHORT, "keeper", tune, **further)


def played(env, seed, action):
    """Return the observations, rewards and last info of an episode."""
    observation, info = env.reset(seed=seed)
    seen, rewards, first, is_over = [observation], [], info, False
    while not is_over:
        observation, reward, is_over, _, info = env.step(action)
        seen.append(observation)
        rewards.append(reward)
    return seen, rewards, first, info


@pytest.fixture(scope="module")
def plain():
    return run(SHORT, seed=3, tape="none")


def test_gymnasiums_own_checker_finds_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env_of(), skip_render_check=True)


def test_a_run_that_nobody_changes_has_the_digest_of_the_plain_run(plain):
    *_, info = played(env_of(), 3, AS_IT_IS)

    assert plain.digest == info["digest"]


def test_an_action_is_the_same_keeper_with_that_parameter():
    *_, info = played(env_of(), 3, [10])

    assert run(SHORT, seed=3, set={"agents.keeper.parameters.multiple_bps": "300 %"}, tape="none").digest == info["digest"]


def test_waiting_at_every_wake_of_everybody_changes_nothing(plain):
    names = [agent.desk.name for agent in Episode.of(SHORT, 3, ()).world.runner.agents]
    episode = Episode.of(SHORT, 3, names)
    while (agent := episode.advance(lambda agent, news: True)) is not None:
        for venue in agent.desk.connections.venues:
            agent.desk.quote(venue)

    assert plain.digest == episode.digest


def test_a_fork_waits_where_its_origin_waited(plain):
    episode = Episode.of(SHORT, 3, ("keeper",))
    for _ in range(5):
        episode.advance(lambda agent, news: news.is_a(BlockSealed))
    fork = deepcopy(episode)
    for each in (episode, fork):
        while each.advance(lambda agent, news: news.is_a(BlockSealed)) is not None:
            pass

    assert [plain.digest] * 2 == [episode.digest, fork.digest]


def test_rewards_add_up_to_the_change_of_what_the_keeper_has():
    _, rewards, first, last = played(env_of(), 3, AS_IT_IS)

    assert first["worth"] > 100_000 * 10**6
    assert last["worth"] > first["worth"]
    assert last["worth"] - first["worth"] == sum(round(each * 10**6) for each in rewards)


def test_it_is_asked_at_the_first_block_and_when_something_can_be_liquidated():
    seen, *_ = played(env_of(), 3, AS_IT_IS)
    counts = [each[list(FEATURES).index("unhealthy")] for each in seen]

    assert counts[0] == 0
    assert len(counts) > 3
    assert all(count > 0 for count in counts[1:-1])


def test_one_may_be_asked_at_every_block():
    env = env_of(None, task=lambda: Tuning(TIPS, is_idle=True))
    seen, *_ = played(env, 3, AS_IT_IS)

    assert len(seen) > 40
    assert all(env.observation_space.contains(each) for each in seen)


def test_seeds_that_are_not_given_are_drawn_from_the_last_that_was():
    env = env_of()
    env.reset(seed=3)
    drawn = [env.reset()[1]["seed"] for _ in range(2)]
    env.reset(seed=3)

    assert drawn == [env.reset()[1]["seed"] for _ in range(2)]
    assert len({3, *drawn}) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"tune": {"multipel_bps": (1,)}}, "no parameter 'multipel_bps'; did you mean \"multiple_bps\"?"),
        ({"tune": {"multiple_bps": (0,)}}, "multiple_bps of Liquidator cannot be 0"),
        ({"tune": {"multiple_bps": ("100 %",)}}, "it is 12000 now"),
        ({"tune": {"multiple_bps": ()}}, "has no value to choose from"),
        ({"tune": {"disposal": ("at_once", "never")}}, "disposal of Liquidator cannot be 'never'"),
        ({"tune": {}}, "tune names no parameter"),
        ({"tune": None}, "either tune or task"),
        ({"tune": None, "task": lambda: Tuning(TIPS, at=(PricePosted,))}, "not woken by PricePosted; give at = some of BlockSealed"),
    ],
)
def test_what_cannot_be_learned_is_refused_at_once(arguments, told):
    with pytest.raises(InputError, match=r"(?s).*") as caught:
        env_of(**arguments)

    assert told in str(caught.value)


def test_an_agent_that_is_not_there_is_refused():
    with pytest.raises(InputError) as caught:
        KeeperEnv(SHORT, "keper", TIPS)

    assert 'did you mean "keeper"?' in str(caught.value)


def test_a_step_beyond_the_end_and_a_place_that_is_not_there_are_refused():
    env = env_of()
    played(env, 3, AS_IT_IS)

    with pytest.raises(InputError, match="reset begins the next"):
        env.step(AS_IT_IS)
    env.reset(seed=3)
    with pytest.raises(InputError, match="one from 0 to 10"):
        env.step(np.array([11]))

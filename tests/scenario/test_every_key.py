"""Every key of a scenario does something: two values, two digests, in a world that has something of everything."""

from collections.abc import Iterator

import pytest

from sim.census.keys import PARAMETERS, all_keys
from tests.support.shared import REPOSITORY
from tests.support.twins import Walk, differs
from tests.worlds.change import Change
from tests.worlds.changes import CHANGES

NO_DIGEST = {
    "name": "names only change texts",
    "run.title": "a text",
    "run.summary": "a text",
    "run.check": "asserts, and changes nothing",
    "run.anachronism": "a text",
    "calibration.": "says what a scenario was fitted to",
    "held_out.": "says what a scenario was not fitted to",
    "study.": "asks something of many runs, and changes none",
    "lineage.": "says what a scenario was made from",
    "world.price.base": "names the one pair that feeds and venues name too: they change together",
    "world.price.quote": "as the base",
    "agents.isolate": "the same tape, in a process of its own (tests/agents/test_far.py)",
    "venues.base": "as the base",
    "venues.quote": "as the base",
    "feeds.base": "as the base",
    "feeds.quote": "as the base",
    "venues.name": "a name: what refers to it must change with it",
    "feeds.name": "a name: what refers to it must change with it",
    "pools.name": "a name: what refers to it must change with it",
    "pools.e_modes.name": "a name: what refers to it must change with it",
    "pools.accounts.name": "a name: the tape has numbers",
    "pools.reserves.asset": "a name: what refers to it must change with it",
    "pools.family": "there is one",
    "delayed_feeds.name": "a name: what refers to it must change with it",
    "pull_feeds.name": "a name: what refers to it must change with it",
    "pull_feeds.base": "as the base of a feed",
    "pull_feeds.quote": "as the base of a feed",
    "derived_feeds.spot.name": "a name: what refers to it must change with it",
    "derived_feeds.spot.base": "as the base of a feed",
    "derived_feeds.spot.quote": "as the base of a feed",
    "derived_feeds.twap.name": "a name: what refers to it must change with it",
    "derived_feeds.twap.base": "as the base of a feed",
    "derived_feeds.twap.quote": "as the base of a feed",
    "derived_feeds.median.name": "a name: what refers to it must change with it",
    "derived_feeds.bounded.name": "a name: what refers to it must change with it",
    "derived_feeds.product.name": "a name: what refers to it must change with it",
    "derived_feeds.hard_wired.name": "a name: what refers to it must change with it",
    "derived_feeds.guarded.name": "a name: what refers to it must change with it",
    "vaults.name": "a name: what refers to it must change with it",
    "vaults.money": "a name: a venue's pair and agents' funds are of the same asset",
    "vaults.pools.name": "a name: what refers to it must change with it",
    "vaults.pools.collateral": "a name: lots and vaults are of the same asset",
    "vaults.pools.accounts.name": "a name: the tape has numbers",
    "amms.constant_product.name": "a name: what refers to it must change with it",
    "amms.constant_product.assets": "a name: what refers to it must change with it",
    "amms.concentrated.name": "a name: what refers to it must change with it",
    "amms.concentrated.assets": "a name: what refers to it must change with it",
    "amms.stableswap.name": "a name: what refers to it must change with it",
    "amms.stableswap.assets": "a name: what refers to it must change with it",
    "compound.name": "a name: what refers to it must change with it",
    "compound.markets.asset": "a name: what refers to it must change with it",
    "comet.name": "a name: what refers to it must change with it",
    "comet.base": "a name: what refers to it must change with it",
    "comet.collaterals.asset": "a name: what refers to it must change with it",
    "morpho.name": "a name: what refers to it must change with it",
    "morpho.collateral": "a name: what refers to it must change with it",
    "morpho.loan": "a name: what refers to it must change with it",
    "euler.name": "a name: what refers to it must change with it",
    "euler.assets.asset": "a name: what refers to it must change with it",
    "euler.pairs.debt": "a name: what refers to it must change with it",
    "euler.pairs.collateral": "a name: what refers to it must change with it",
    "euler.population.loans.collateral": "a name: what refers to it must change with it",
    "euler.population.loans.debt": "a name: what refers to it must change with it",
    "liquity.name": "a name: what refers to it must change with it",
    "liquity.collateral": "a name: what refers to it must change with it",
    "liquity.money": "a name: what refers to it must change with it",
    "llamma.name": "a name: what refers to it must change with it",
    "llamma.collateral": "a name: what refers to it must change with it",
    "llamma.money": "a name: what refers to it must change with it",
    "amms.constant_product.liquidity.owner": "a name: the tape has numbers",
    "amms.concentrated.liquidity.owner": "a name: the tape has numbers",
    "compound.accounts.name": "a name: the tape has numbers",
    "morpho.accounts.name": "a name: the tape has numbers",
    "euler.accounts.name": "a name: the tape has numbers",
    "liquity.accounts.name": "a name: the tape has numbers",
    "liquity.deposits.name": "a name: the tape has numbers",
    "llamma.accounts.name": "a name: the tape has numbers",
    "staking.name": "a name: what refers to it must change with it",
    "staking.money": "a name: what refers to it must change with it",
    "staking.share": "a name: what refers to it must change with it",
    "stable_issuers.name": "a name: what refers to it must change with it",
    "stable_issuers.money": "a name: what refers to it must change with it",
    "stable_issuers.coin": "a name: what refers to it must change with it",
    "derived_feeds.rate.name": "a name: what refers to it must change with it",
    "flash_lenders.name": "a name: the tape has numbers",
    "feeds.oev.beneficiary": "a name: the tape has numbers",
    "pools.positions.snapshot": "must be the file's own: another one is refused",
}
"""Keys, or beginnings of keys, that two values need not tell apart, and why."""


def leaves(keys: list[str]) -> Iterator[str]:
    """Yield keys that hold a value, not a table."""
    for key in keys:
        if not any(other.startswith(f"{key}.") for other in keys):
            yield key


def is_excused(key: str) -> bool:
    return any(key == each or (each.endswith(".") and key.startswith(each)) for each in NO_DIGEST)


def test_every_key_has_a_second_value_or_a_reason():
    keys = [key for key in leaves(all_keys()) if not key.startswith(PARAMETERS) or key == PARAMETERS]

    assert [key for key in keys if key not in CHANGES and not is_excused(key)] == []
    assert [key for key in CHANGES if key not in keys or is_excused(key)] == []


@pytest.fixture(scope="module")
def bases() -> dict[str, Walk]:
    """Worlds that twins are held against, by what was set in them."""
    return {}


@pytest.mark.parametrize("key", CHANGES)
def test_another_value_makes_another_run(key, bases, monkeypatch):
    monkeypatch.chdir(REPOSITORY)

    assert differs(CHANGES[key], bases), f"{key} does nothing there; mend the key, or give it something to do in tests/worlds/changes.py"


def test_the_same_value_makes_the_same_run(bases):
    assert not differs(Change("run.seed", 3), bases)

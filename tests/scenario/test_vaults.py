"""What a scenario cannot mean about vault systems and delayed feeds, although each key is well formed."""

import pytest

from sim.errors import ScenarioError
from sim.scenario.load import load
from tests.worlds.pocket_vaults import DUTCH, POOL, SYSTEM, SYSTEMS, vaults

DEBT = f"{SYSTEM}.debt"
TWO_DELAYS = [{"name": "osm", "source": "median", "delay": "12 s"}, {"name": "later", "source": "osm"}]
WHOLE = "is no whole number of seconds, which is all that a contract counts; give whole seconds"


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_pocket_of_vaults_means_something_under_every_system(system):
    found = vaults(system).vaults[0]

    assert (found.liquidations, found.money, len(found.pools)) == (system, "DAI", 1)


@pytest.mark.parametrize(
    ("system", "keys", "expected"),
    [
        ("cat_1_0", {"delayed_feeds": TWO_DELAYS}, "delayed_feeds.later.source is osm, which is itself delayed; give one of median"),
        ("cat_1_0", {"delayed_feeds.osm.delay": "1500 ms"}, f"delayed_feeds.osm.delay {WHOLE}"),
        (
            "cat_1_0",
            {"assets.DAI.decimals": 6},
            f"{SYSTEM}.money is DAI with 6 decimals; its contracts count 18",
        ),
        ("cat_1_0", {"assets.MKR.decimals": 8}, f"{SYSTEM}.governance is MKR with 8 decimals; its contracts count 18"),
        ("cat_1_0", {"assets.ETH.decimals": 17}, f"{POOL}.collateral is ETH with 17 decimals; its contracts count 18"),
        (
            "cat_1_0",
            {f"{SYSTEM}.governance": "DAI", f"{DEBT}.first_offer": None},
            f"{SYSTEM}.governance is DAI, which is its money too; give another asset",
        ),
        ("cat_1_2", {f"{SYSTEM}.capacity": "1 ETH"}, f'{SYSTEM}.capacity is "1 ETH"; give it in DAI'),
        ("cat_1_0", {f"{SYSTEM}.surplus": "1 MKR"}, f'{SYSTEM}.surplus is "1 MKR"; give it in DAI'),
        ("cat_1_0", {f"{DEBT}.lot": "1 ETH"}, f'{DEBT}.lot is "1 ETH"; give it in DAI'),
        ("cat_1_0", {f"{DEBT}.first_offer": "5 DAI"}, f'{DEBT}.first_offer is "5 DAI"; give it in MKR'),
        ("cat_1_0", {f"{DEBT}.wait": "100 ms"}, f"{DEBT}.wait {WHOLE}"),
        ("cat_1_0", {f"{DEBT}.bid_lifetime": "100 ms"}, f"{DEBT}.bid_lifetime {WHOLE}"),
        ("cat_1_0", {f"{DEBT}.auction_lifetime": "100 ms"}, f"{DEBT}.auction_lifetime {WHOLE}"),
        (
            "cat_1_1",
            {f"{SYSTEM}.capacity": "1 DAI"},
            f"{SYSTEM}.capacity came with cat_1_2; leave it out, or give another version of liquidations",
        ),
        ("dog", {f"{POOL}.english": {}}, f"{POOL}.english does nothing under dog; give dutch instead"),
        ("cat_1_0", {f"{POOL}.dutch": DUTCH}, f"{POOL}.dutch does nothing under cat_1_0; give english instead"),
        ("cat_1_2", {f"{POOL}.capacity": "1 DAI"}, f"{POOL}.capacity came with dog; leave it out"),
        ("dog", {f"{POOL}.lot": "1 ETH"}, f"{POOL}.lot does nothing under dog; leave it out"),
        (
            "cat_1_0",
            {f"{POOL}.lot": None},
            f'{POOL}.lot is missing; cat_1_0 needs the size of one auction, such as lot = "50 ETH"',
        ),
        ("cat_1_0", {f"{POOL}.lot": "50 DAI"}, f'{POOL}.lot is "50 DAI"; give it in ETH'),
        ("cat_1_2", {f"{POOL}.lot": "50 ETH"}, f'{POOL}.lot is "50 ETH"; give it in DAI'),
        ("dog", {f"{POOL}.capacity": "1 ETH"}, f'{POOL}.capacity is "1 ETH"; give it in DAI'),
        ("cat_1_0", {f"{POOL}.min_debt": "1 ETH"}, f'{POOL}.min_debt is "1 ETH"; give it in DAI'),
        ("cat_1_0", {f"{POOL}.ceiling": "1 ETH"}, f'{POOL}.ceiling is "1 ETH"; give it in DAI'),
        ("cat_1_0", {f"{POOL}.english.bid_lifetime": "1 ms"}, f"{POOL}.english.bid_lifetime {WHOLE}"),
        ("cat_1_0", {f"{POOL}.english.auction_lifetime": "1 ms"}, f"{POOL}.english.auction_lifetime {WHOLE}"),
        ("dog", {f"{POOL}.dutch.expiry": "1 ms"}, f"{POOL}.dutch.expiry {WHOLE}"),
        ("dog", {f"{POOL}.dutch.reward_flat": "1 ETH"}, f'{POOL}.dutch.reward_flat is "1 ETH"; give it in DAI'),
        ("dog", {f"{POOL}.dutch.curve.step": "1 ms"}, f"{POOL}.dutch.curve.step {WHOLE}"),
        ("dog", {f"{POOL}.dutch.curve": {"kind": "linear", "span": "1 ms"}}, f"{POOL}.dutch.curve.span {WHOLE}"),
        ("dog", {f"{POOL}.dutch.curve": {"kind": "exponential", "half_life": "1 ms"}}, f"{POOL}.dutch.curve.half_life {WHOLE}"),
        ("dog", {f"{POOL}.dutch.curve.cut": "100 %"}, f"{POOL}.dutch.curve.cut leaves the price as it is; give less than 100 %"),
        (
            "dog",
            {f"{POOL}.dutch.floor": "100 %"},
            f"{POOL}.dutch.floor leaves no price below the start price to buy at; give less than 100 %",
        ),
        (
            "cat_1_2",
            {f"{SYSTEM}.capacity": "99 DAI"},
            f'{SYSTEM}.capacity is "99 DAI", and eth_a could not be bitten; give at least its min_debt, "100 DAI"',
        ),
        ("cat_1_2", {f"{POOL}.lot": "99 DAI"}, f'{POOL}.lot is "99 DAI", less than min_debt; give at least "100 DAI"'),
        (
            "cat_1_2",
            {f"{POOL}.lot": "0.0000009 DAI", f"{POOL}.min_debt": None},
            f'{POOL}.lot is "0.0000009 DAI", which is dust; give at least "0.000001 DAI"',
        ),
        (
            "cat_1_1",
            {f"{POOL}.lot": "0.4 ETH"},
            f'{POOL}.lot is "0.4 ETH", worth 80 DAI at the opening price, less than min_debt; give one worth "100 DAI" or more',
        ),
        (
            "cat_1_0",
            {f"{POOL}.lot": "0.0000009 ETH", f"{POOL}.min_debt": None},
            f'{POOL}.lot is "0.0000009 ETH", which is dust; give at least "0.000001 ETH"',
        ),
        (
            "cat_1_0",
            {f"{POOL}.collateral": "MKR"},
            f"{POOL}.feed is osm, which prices ETH, and the collateral is MKR; give a feed of MKR",
        ),
        (
            "dog",
            {f"{POOL}.collateral": "MKR", f"{POOL}.feed": "median"},
            f"{POOL}.feed is median, which prices ETH, and the collateral is MKR; give a feed of MKR",
        ),
        ("cat_1_0", {f"{POOL}.accounts.anna.collateral": "1 MKR"}, f'{POOL}.accounts.anna.collateral is "1 MKR"; give it in ETH'),
        ("cat_1_0", {f"{POOL}.accounts.anna.debt": "1 ETH"}, f'{POOL}.accounts.anna.debt is "1 ETH"; give it in DAI'),
        (
            "cat_1_0",
            {f"{POOL}.population.size": {"kind": "fixed", "debt": "1 ETH"}},
            f'{POOL}.population.size.debt is "1 ETH"; give it in DAI',
        ),
        (
            "cat_1_0",
            {f"{POOL}.population.size": {"kind": "lognormal", "median": "1 ETH", "sigma": 1.0, "most": "9 ETH"}},
            f'{POOL}.population.size.median is "1 ETH"; give it in DAI',
        ),
        ("cat_1_0", {f"{POOL}.population.size.least": "1 ETH"}, f'{POOL}.population.size.least is "1 ETH"; give it in DAI'),
        ("cat_1_0", {f"{POOL}.population.size.most": "9_000 MKR"}, f'{POOL}.population.size.most is "9000 MKR"; give it in DAI'),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(system, keys, expected):
    with pytest.raises(ScenarioError) as refused:
        vaults(system, keys)

    assert expected in refused.value.mistakes


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("eth_dai", "venues.eth_dai"),
        ("median", "feeds.median"),
        ("osm", "delayed_feeds.osm"),
        ("maker", "vaults.maker"),
        ("eth_a", "vaults.maker.pools.eth_a"),
        ("chain", "a place of every world"),
        ("MKR", "assets.MKR"),
    ],
)
def test_a_typed_vault_is_not_called_like_a_place(name, thing):
    with pytest.raises(ScenarioError) as refused:
        vaults("cat_1_0", {f"{POOL}.accounts.anna.name": name})

    assert refused.value.mistakes == (f'{POOL}.accounts.{name}.name is "{name}", which is the name of {thing}; give another',)


def test_nor_is_a_typed_account_of_a_pool():
    with pytest.raises(ScenarioError) as refused:
        load("three_positions", {"pools.pool.accounts.anna.name": "pool"})

    assert refused.value.mistakes == ('pools.pool.accounts.pool.name is "pool", which is the name of pools.pool; give another',)


@pytest.mark.parametrize(
    ("system", "keys"),
    [
        ("cat_1_2", {f"{SYSTEM}.capacity": "100 DAI", f"{POOL}.lot": "100 DAI"}),
        ("cat_1_0", {f"{POOL}.lot": "0.5 ETH"}),
        ("dog", {f"{POOL}.dutch.floor": "99.99 %"}),
        ("cat_1_0", {f"{POOL}.feed": "median"}),
        ("cat_1_0", {f"{POOL}.accounts.anna.name": "barker"}),
    ],
)
def test_what_just_fits_is_taken(system, keys):
    assert vaults(system, keys).vaults[0].liquidations == system


def test_mistakes_of_a_system_are_told_all_at_once():
    with pytest.raises(ScenarioError) as refused:
        vaults("dog", {f"{POOL}.lot": "1 ETH", f"{POOL}.english": {}, f"{SYSTEM}.surplus": "1 MKR"})

    assert len(refused.value.mistakes) == 3


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("dog", "run.anachronism is missing: maker_clip was first deployed in 2021-04, and the era is ethereum-2020-03"),
        ("cat_1_0", "run.anachronism is missing: block_clock = slots was in use from 2022-09 on, and the era is ethereum-2020-03"),
    ],
)
def test_auctions_before_their_time_are_admitted(system, expected):
    with pytest.raises(ScenarioError) as refused:
        vaults(system, {"run.anachronism": ""})

    assert expected in str(refused.value)

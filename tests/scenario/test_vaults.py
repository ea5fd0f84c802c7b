"""What a scenario cannot mean about vault systems and delayed feeds, although each key is well formed."""

import pytest

from sim.errors import ScenarioError
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

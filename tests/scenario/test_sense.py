"""What a scenario cannot mean although each key is well formed."""

import pytest

from sim.errors import ScenarioError
from tests.support.scenarios import pocket

ANACHRONISM = 'anachronism = "Aave v3.7 on the chain of March 2020, to keep one rule book."'
WAYPOINTS = """waypoints = [
  {at = "0 s", price = "195.20 USDC/ETH"},
  {at = "5 min", price = "161.88 USDC/ETH"},
]"""


def test_the_pocket_scenario_means_something(tmp_path):
    scenario = pocket(tmp_path)

    assert (scenario.name, scenario.run.seed, scenario.venues[0].name) == ("pocket", 7, "main")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (ANACHRONISM, "", "run.anachronism is missing: aave_v3.7 was first deployed in 2026-01, and the era is ethereum-2020-03"),
        (ANACHRONISM, "", 'say why: anachronism = "..."'),
        ('until = "2020-03-12T10:00:00Z"', "", "world.price.until is missing"),
        (WAYPOINTS, "", "world.price has no prices; give csv, waypoints or random"),
        (WAYPOINTS, 'csv = "x.csv"', "world.price.time_column is missing; name the column of"),
        (WAYPOINTS, 'csv = "x.csv"', 'world.price.outside is "waypoints", and there are none'),
        (WAYPOINTS, WAYPOINTS + '\nprice_column = "close"', "world.price.price_column does nothing without a file; give csv too"),
        ('{at = "5 min", price', '{at = "0 s", price', 'world.price.waypoints.1.at is "0 s", not after the one before'),
        (
            'price = "161.88 USDC/ETH"',
            'price = "161.88 ETH/USDC"',
            'world.price.waypoints.1.price is "161.88 ETH/USDC"; give it in USDC/ETH',
        ),
        ('p30 = "5 gwei"', 'p30 = "11 gwei"', "chain.gas.points.0 falls with the percentile"),
        ('era = "ethereum-2020-03"', 'era = "ethereum-2020-03"\nmempool_gas = "1 gas"', "chain.mempool_gas is 1; give at least 10000000"),
        ('name = "lender"', 'name = "main"', 'pools.0.name is "main", which is the name of venues.0; give another'),
        ('name = "main"\nbase', 'name = "chain"\nbase', 'venues.0.name is "chain", which is the name of a place of every world'),
        ('lot = "0.001 ETH"', 'lot = "0.00000000000000001 ETH"', "is not a whole number of USDC units; make the lot or the tick larger"),
        ('maker_fee = "0.02 %"', 'maker_fee = "-1 %"', "venues.main.maker_fee is a rebate larger than the taker's fee"),
        (
            "reporters = [{count = 4",
            "quorum = 5\nreporters = [{count = 4",
            "feeds.eth_usdc.quorum is 5, and there are 4 reporters; give at most 4",
        ),
        ('threshold = "82.5 %"', 'threshold = "79 %"', "pools.lender.reserves.ETH.ltv is above its threshold"),
        ('feed = "eth_usdc", ', "", "pools.lender.reserves.ETH needs a feed or a fixed price, one of the two"),
        ('price = "1 USDC/USDC"', 'price = "1 ETH/USDC"', "pools.lender.reserves are priced in USDC and ETH"),
        ('{ETH = "100 %"}', '{ETH = "90 %"}', "pools.lender.population.mixes.0.collateral sums to 9000 bps"),
        (
            'collateral = ["10 ETH"]',
            'collateral = ["10 BTC"]',
            'pools.lender.accounts.first.collateral.0 is "10 BTC"; BTC is no asset here',
        ),
        ('most = "1_000_000 USDC"', 'most = "999 USDC"', 'pools.lender.population.size.most is "999 USDC"; give no less than "1000 USDC"'),
        ("low = 1.05, high = 2", "low = 3, high = 2", "pools.lender.population.health.low is above high"),
        ('low = "20 ms"', 'low = "90 ms"', "agents.keeper.latency_to.chain.low is above high"),
        ("latency_to = {chain", "latency_to = {chian", "agents.keeper.latency_to.chian is no place it is connected to"),
        ("haircut", "hiarcut", 'agents.keeper.parameters.hiarcut is not known here; did you mean "haircut"?'),
        ("scenarios:Idle", "scenarios:Idol", "agents.keeper.strategy: tests.support.scenarios has no class Idol"),
        (
            'key = "pools.lender.population.accounts"',
            'key = "pools.lender.acounts"',
            'calibration.0.key is "pools.lender.acounts", which is no key here',
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(tmp_path, old, new, expected):
    with pytest.raises(ScenarioError) as refused:
        pocket(tmp_path, {old: new})

    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "target", "other"),
    [
        ("custody_suspended", 'venue = "main"', 'kind = "latency_surge"\nfactor = 2\nvenue = "main"'),
        ("latency_surge", 'factor = 3\nvenue = "main"', 'kind = "custody_suspended"\nvenue = "main"'),
        ("liquidity_withdrawal", 'venue = "main"', 'kind = "latency_surge"\nfactor = 2\nvenue = "main"'),
        ("reporter_outage", 'reporters = 1\nfeed = "eth_usdc"', 'kind = "custody_suspended"\nvenue = "main"'),
    ],
)
def test_shocks_of_one_kind_do_not_strike_one_target_at_once(tmp_path, kind, target, other):
    def shocks(*starts: str) -> dict[str, str]:
        same = [f'[[world.shocks]]\nkind = "{kind}"\nat = "{at}"\nduration = "20 s"\n{target}' for at in starts]
        another = f'[[world.shocks]]\nat = "30 s"\nduration = "20 s"\n{other}'
        return {'size = "-10 %"': "\n".join(['size = "-10 %"', *same, another])}

    for starts in (("30 s", "49 s"), ("49 s", "30 s"), ("50 s", "30 s")):
        with pytest.raises(ScenarioError, match=r"while world\.shocks\.\d of its kind lasts; list it later and begin it when that is over"):
            pocket(tmp_path, shocks(*starts))

    assert len(pocket(tmp_path, shocks("30 s", "50 s")).world.shocks) == 4


def test_an_era_by_itself_is_no_anachronism(tmp_path):
    scenario = pocket(tmp_path, {ANACHRONISM: "", 'era = "ethereum-2020-03"': 'era = "ethereum-2025-10"', '"v3_7"': '"v3_0"'})

    assert scenario.chain.preset().fee_market == "eip1559"


def test_a_chain_key_departs_from_its_era(tmp_path):
    scenario = pocket(tmp_path, {'era = "ethereum-2020-03"': 'era = "ethereum-2020-03"\ngas_limit = "12.5 M gas"\nblock_interval = "15 s"'})

    assert (
        scenario.chain.preset().gas_limit,
        scenario.chain.preset().block_interval,
        scenario.chain.preset().fee_market,
    ) == (12_500_000, 15 * 10**9, "first_price")


def test_a_driver_may_be_pinned_by_one_key(tmp_path):
    assert pocket(tmp_path, {'role = "driver"': 'role = "pinned"'}).world.price.role == "pinned"

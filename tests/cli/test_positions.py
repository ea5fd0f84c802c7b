"""Looking at positions: those of a file under a scenario's terms, and those a scenario opens with."""

import json

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.scenario.load import shipped, text_of
from tests.support.scenarios import written
from tests.support.twins import EVERYTHING
from tests.worlds.pocket_families import FAMILIES, families
from tests.worlds.pocket_vaults import POOL, VAULTS, vaults


@pytest.fixture
def call():
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


POSITIONS = """# snapshot: 2020-03-12T09:54:00Z
account,asset,side,amount,health
anna,ETH,collateral,10,1.20
anna,USDC,debt,1000,1.20
ben,ETH,collateral,100,
ben,USDC,debt,16_000,
carl,ETH,collateral,1,
carl,USDC,debt,170,
dora,WBTC,collateral,1,
dora,USDC,debt,1,
emil,ETH,collateral,5,
""".replace("16_000", "16000")
"""At 195.20 USDC a threshold of 82.5 %: healths of 1.61 (anna), 1.0065 (ben), 0.947 (carl, unhealthy already)."""


@pytest.fixture
def positions(call, tmp_path):
    scenario = written(tmp_path)
    file = tmp_path / "positions.csv"
    file.write_text(POSITIONS)
    return lambda *arguments: call("positions", file, "--scenario", scenario, *arguments)


def test_positions_are_summed_and_the_unhealthy_counted_apart(positions):
    found = json.loads(positions("--json").output)

    assert (found["accounts"], found["debtors"], found["debt"]) == (3, 2, "17000.00000000 USDC")
    assert found["unhealthy_already"] == {"accounts": 1, "debt": "170.00000000 USDC", "kept": False}
    assert found["collateral_by_asset"] == {"ETH": "115 ETH"}
    assert (found["unknown_assets"], found["accounts_with_unknown_assets"]) == ({"WBTC": 1}, 1)
    assert [(each["account"], each["debt"]) for each in found["top"]] == [("ben", "16000.00000000 USDC"), ("anna", "1000.00000000 USDC")]
    assert found["health_quantiles"]["p1"] == "1.006500"


def test_the_unhealthy_are_counted_in_when_they_are_kept(positions):
    found = json.loads(positions("--json", "--keep-unhealthy").output)

    assert (found["accounts"], found["debt"]) == (4, "17170.00000000 USDC")
    assert found["unhealthy_already"] == {"accounts": 1, "debt": "170.00000000 USDC", "kept": True}


def test_the_ladder_says_how_much_debt_a_fall_makes_unhealthy(positions):
    found = json.loads(positions("--json").output)

    rungs = {rung["fall_percent"]: (rung["debt"], rung["accounts"]) for rung in found["ladder"]}
    assert found["ladder_asset"] == "ETH"
    # Ben falls with the first percent (1.0065 x 0.99 < 1), anna with the first half (1.6104 x 0.5 < 1).
    assert rungs[1] == rungs[30] == ("16000.00000000 USDC", 1)
    assert rungs[50] == ("17000.00000000 USDC", 2)


def test_the_largest_disagreement_with_a_health_column_is_told(positions):
    assert json.loads(positions("--json").output)["largest_disagreement"] == {
        "account": "anna",
        "stated": "1.200000",
        "computed": "1.610400",
    }


def test_people_are_told_the_same(positions):
    shown = positions().output

    assert "3 accounts at 2020-03-12T09:54:00Z, under the terms and opening prices of pocket" in shown
    assert "unhealthy already: 1 accounts that owe 170.00 USDC (left out above; --keep-unhealthy counts them in)" in shown
    assert "WBTC is no asset of the pool; rows of it: 1" in shown
    assert "anna, stated 1.200000, computed 1.610400" in shown


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("# snapshot: 2020-03-12T09:54:00Z\n", "", "line 1: no snapshot time; begin with `# snapshot: 2020-03-12T09:54:00Z` or give one"),
        ("1000,1.20", "-1,1.20", 'line 4: amount is "-1"; give a decimal above 0'),
        ("anna,USDC,debt", "anna,USDC,dept", 'line 4: side is "dept"; write collateral or debt'),
        ("side", "seite", "it needs side"),
    ],
)
def test_a_file_of_positions_that_cannot_be_used_is_told_with_its_line(call, tmp_path, old, new, expected):
    file = tmp_path / "positions.csv"
    file.write_text(POSITIONS.replace(old, new, 1))

    told = call("positions", file, "--scenario", written(tmp_path))

    assert (told.exit_code, expected in told.stderr) == (2, True), told.stderr


def test_the_snapshot_time_may_be_an_argument(call, tmp_path):
    file = tmp_path / "positions.csv"
    file.write_text(POSITIONS.partition("\n")[2])
    scenario = written(tmp_path)

    found = call("positions", file, "--scenario", scenario, "--snapshot", "2020-03-12T09:00:00Z", "--json")
    told = call("positions", file, "--scenario", scenario, "--snapshot", "noon")

    assert json.loads(found.output)["snapshot"] == "2020-03-12T09:00:00Z"
    assert told.stderr == '--snapshot is "noon"; give a date in UTC such as "2020-03-12T09:54:00Z"\n'


def test_unless_told_the_terms_are_those_of_a_shipped_scenario(call, tmp_path):
    file = tmp_path / "positions.csv"
    file.write_text(POSITIONS)

    found = call("positions", file, "--json")

    assert json.loads(found.output)["scenario"] in shipped()


def test_the_gain_is_that_of_the_files_positions_in_the_scenario(call, tmp_path):
    file = tmp_path / "positions.csv"
    twice = [f"{name},{rest}" for name in ("anna", "ben") for rest in ("ETH,collateral,100", "USDC,debt,15800")]
    gains = []
    for rows in (twice[:2], twice):
        file.write_text("\n".join(["# snapshot: 2024-01-01T00:00:00Z", "account,asset,side,amount", *rows]))
        gains.append(json.loads(call("positions", file, "--scenario", EVERYTHING, "--json").output)["gain"])

    assert gains[1] == pytest.approx(2 * gains[0]) and gains[0] > 0


def test_amounts_of_more_than_28_digits_stay_exact(call, tmp_path):
    file = tmp_path / "positions.csv"
    large = "12345678901234.123456789012345678"
    file.write_text(f"# snapshot: 2024-01-01T00:00:00Z\naccount,asset,side,amount\na,ETH,collateral,99999999999999\na,ETH,debt,{large}\n")

    found = call("positions", file, "--scenario", EVERYTHING, "--json")

    assert (found.exit_code, json.loads(found.output)["debt_by_asset"]) == (0, {"ETH": f"{large} ETH"})


def test_a_pool_that_is_not_there_is_told(positions):
    assert '--pool "lende" is no pool of pocket; did you mean "lender"?' in positions("--pool", "lende").stderr


# positions of a scenario


def test_a_scenarios_own_vaults_are_looked_at_like_a_file(call):
    found = json.loads(call("positions", VAULTS, "--pool", "eth_a", "--json").output)

    assert (found["family"], found["pool"], found["accounts"], found["debtors"]) == ("vaults", "eth_a", 44, 44)
    assert found["top"][0] == {"account": "hollow", "debt": "20000.00000000 DAI", "health": "0.000000"}
    assert (found["ladder_asset"], found["gain"], found["unknown_assets"]) == ("ETH", None, {})


def test_a_ladder_of_vaults_counts_those_within_a_fall_and_the_unsafe_apart(call, tmp_path):
    path = tmp_path / "typed.json"
    path.write_text(text_of(vaults(keys={f"{POOL}.population": None})))

    found = json.loads(call("positions", path, "--json").output)

    # At 200 USD and 150 %: anna's fifty ETH carry 6,666 DAI and owe 5,000, the defender's thirty carry 4,000 and owe 2,900: gone within 25
    # and 27.5 percent. Dusty's one ETH carries 133 and owes 99. Hollow has nothing from the start.
    rungs = {rung["fall_percent"]: (rung["debt"], rung["accounts"]) for rung in found["ladder"]}
    assert found["unhealthy_already"] == {"accounts": 1, "debt": "20000.00000000 DAI", "kept": True}
    assert (rungs[20], rungs[30]) == (("0.00000000 DAI", 0), ("7999.00000000 DAI", 3))
    assert {each["account"]: each["health"] for each in found["top"]}["anna"] == "1.333333"


def test_a_scenarios_own_pool_is_looked_at_like_a_file(call, tmp_path):
    found = json.loads(call("positions", written(tmp_path), "--json").output)

    assert (found["pool"], found["family"], found["unhealthy_already"]["kept"]) == ("lender", "aave", True)
    assert found["accounts"] > 100 and found["debt"].endswith(" USDC")


@pytest.mark.parametrize(
    ("pool", "family", "accounts", "debt", "rung"),
    [
        # Each typed account with what its debt may be of ten ETH at 2,000: 75 %, 85 %, 86 %, 85 %, 81.9 %, 1 / 110 %.
        ("old", "compound", 1, "14500.00000000 USDC", {2: 0, 5: 1}),
        ("new", "comet", 1, "15000.00000000 USDC", {10: 0, 20: 1}),
        ("blue", "morpho", 1, "16500.00000000 USDC", {2: 0, 5: 1}),
        ("kit", "euler", 2, "15500.00000000 USDC", {5: 0, 10: 1}),
        ("first", "euler", 2, "12000.00000000 USDC", {20: 0, 30: 1}),
        ("troves", "liquity", 1, "16000.00000000 USDC", {10: 0, 20: 0}),
        ("bands", "llamma", 1, "17000.00000000 USDC", {5: 0, 10: 1}),
    ],
)
def test_a_lender_of_any_family_is_looked_at_as_it_opens(call, tmp_path, pool, family, accounts, debt, rung):
    path = tmp_path / "typed.json"
    populated = ("compound.old", "comet.new", "morpho.blue", "euler.kit", "euler.first", "liquity.troves", "llamma.bands")
    path.write_text(text_of(families({f"{lender}.population": None for lender in populated})))

    found = json.loads(call("positions", path, "--pool", pool, "--json").output)

    rungs = {each["fall_percent"]: each["accounts"] for each in found["ladder"]}
    assert (found["family"], found["accounts"], found["debtors"], found["debt"]) == (family, accounts, 1, debt)
    assert (found["ladder_asset"], found["gain"]) == ("ETH", None)
    assert {fall: rungs[fall] for fall in rung} == rung
    assert found["top"][0]["health"] == found["health_quantiles"]["p50"]


def test_people_are_told_of_other_families_that_no_gain_is_reckoned(call):
    shown = call("positions", FAMILIES, "--pool", "blue").output

    assert "opening prices of families, pool blue" in shown
    assert "gain none is reckoned of the family morpho" in shown


def test_people_are_told_of_vaults_that_no_gain_is_reckoned(call):
    shown = call("positions", VAULTS).output

    assert "opening prices of vaults, pool eth_a" in shown
    assert "gain none is reckoned of vaults" in shown


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("black_thurday",), 'did you mean "black_thursday"?'),
        (("three_positions", "--keep-unhealthy"), "three_positions is a scenario and has positions of its own"),
        (("three_positions", "--pool", "poool"), '--pool "poool" is no pool of three_positions'),
        (("positions.csv", "--scenario", "black_thursday"), "black_thursday has no pool that takes a file"),
        (("positions.csv", "--scenario", "black_thursday", "--pool", "eth_a"), "eth_a is a pool of vaults, which takes no file"),
        (("positions.csv", "--scenario", str(FAMILIES), "--pool", "blue"), "blue is no pool of Aave's family; others take no file"),
    ],
)
def test_positions_that_cannot_be_looked_at_are_told(call, here, arguments, expected):
    (here / "positions.csv").write_text(POSITIONS)

    told = call("positions", *arguments)

    assert (told.exit_code, expected in told.stderr) == (2, True), told.stderr

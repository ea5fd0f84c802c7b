"""Commands that look and run nothing much: show, new, positions, calibrate."""

import json

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.cli.show import opening
from sim.facts import Facts
from sim.scenario.load import load, shipped
from sim.scenario.measure import Reached, before_the_news
from sim.scenario.observables import OBSERVABLES
from sim.scenario.spec import Calibration
from tests.support.scenarios import pocket, written
from tests.support.twins import EVERYTHING


@pytest.fixture
def call():
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder to be in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# show


def test_show_says_what_is_in_a_scenario_and_what_its_opening_says(call, tmp_path):
    shown = call("show", written(tmp_path))

    assert shown.exit_code == 0
    assert "Venue main trades ETH/USDC" in shown.output
    assert "Pool lender opens with debts of " in shown.output
    assert "Note: anachronism: " in shown.output


def test_show_has_the_keys_with_their_changes_in_json(call, tmp_path):
    shown = json.loads(call("show", written(tmp_path), "--json", "--set", "venues.main.taker_fee=9 bps").output)

    assert sorted(shown) == ["gain", "keys", "notes", "opening_debt", "scenario", "words"]
    assert shown["keys"]["venues"][0]["taker_fee"] == "9 bps"


def test_an_opening_debt_is_exact(call, tmp_path):
    alone = {POPULATION: "", "pools.lender.population.accounts": "pools.lender.reserves.ETH.threshold"}

    shown = json.loads(call("show", written(tmp_path, alone), "--json").output)

    assert shown["opening_debt"] == {"lender": "1500"}


POPULATION = """[pools.population]
accounts = 100
size = {kind = "pareto", least = "1_000 USDC", most = "1_000_000 USDC", alpha = 1.2}
health = {kind = "uniform", low = 1.05, high = 2}
mixes = [{collateral = {ETH = "100 %"}, debt = {USDC = "100 %"}}]
"""

# new


@pytest.mark.parametrize("origin", shipped())
def test_new_copies_a_shipped_scenario_with_its_comments_under_a_name_of_its_own(call, here, origin):
    made = call("new", "mine", "--from", origin)

    assert made.exit_code == 0, made.stderr
    assert "downtick run mine.toml" in made.output
    text = (here / "mine.toml").read_text()
    assert [line for line in shipped()[origin].read_text().splitlines() if line not in text.splitlines()] == []
    assert load("mine.toml").name == "mine"


def test_new_starts_from_the_first_cascade_unless_told(call, here):
    assert json.loads(call("new", "mine", "--json").output) == {"path": "mine.toml", "from": "first_cascade"}


def test_new_never_touches_a_file_that_is_there(call, here):
    (here / "mine.toml").write_text("precious")

    told = call("new", "mine")

    assert (told.exit_code, told.stderr) == (2, "mine.toml is there already and was left alone; give another name, or move it away\n")
    assert (here / "mine.toml").read_text() == "precious"


@pytest.mark.parametrize("name", ["2020", "a b", "../mine", "sub/mine", ""])
def test_new_refuses_what_cannot_be_a_name(call, here, name):
    told = call("new", name)

    assert (told.exit_code, "cannot be a scenario's name" in told.stderr) == (2, True)
    assert list(here.iterdir()) == []


def test_new_tells_the_nearest_shipped_scenario(call, here):
    assert 'did you mean "first_cascade"?' in call("new", "mine", "--from", "first_cascad").stderr


# positions

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


# calibrate


def calibrated(tmp_path, observable, target, band="20 %"):
    """Return the pocket scenario fitted to something else."""
    return written(
        tmp_path,
        {
            "depth within 1 % at the start": observable,
            'target = "2_000_000 USDC"': f'target = "{target}"',
            'band = "20 %"': f'band = "{band}"',
            POPULATION: "",
            "pools.lender.population.accounts": "pools.lender.reserves.ETH.threshold",
        },
    )


def test_calibrate_says_what_was_reached_and_that_it_is_inside(call, tmp_path):
    path = calibrated(tmp_path, "opening debt", "1_400 USDC", "10 %")

    found = call("calibrate", path, "--json")

    assert found.exit_code == 0
    (row,) = json.loads(found.output)["calibration"]
    assert (row["target"], row["unit"], row["reached"], row["inside"]) == (1400.0, "USDC", 1500.0, True)


def test_calibrate_exits_with_1_outside_of_the_band(call, tmp_path):
    found = call("calibrate", calibrated(tmp_path, "opening debt", "1_400 USDC", "5 %"))

    assert (found.exit_code, "1,500 USDC" in found.output, "OUTSIDE" in found.output) == (1, True, True)


def test_gas_reaches_what_it_was_asked_for(call, tmp_path):
    found = call("calibrate", calibrated(tmp_path, "gas p60 per ten minutes", "100 %"), "--json", "--seeds", 2)

    (row,) = json.loads(found.output)["calibration"]
    assert (row["unit"], len(row["by_seed"])) == ("%", 2)
    assert 80 < row["reached"] < 120


@pytest.mark.parametrize("observable", ["depth within 1 % at the start", "venue volume per hour before the news"])
def test_a_market_without_anybody_has_none_of_it(call, tmp_path, observable):
    found = call("calibrate", calibrated(tmp_path, observable, "1 ETH"), "--json")

    assert (found.exit_code, json.loads(found.output)["calibration"][0]["reached"]) == (1, 0.0)


def test_a_scenario_that_was_fitted_to_nothing_says_so(call):
    shown = call("calibrate", "three_positions")

    assert (shown.exit_code, "was fitted to nothing" in shown.output) == (0, True)


@pytest.mark.parametrize(
    ("observable", "target", "expected"),
    [
        ("opening det", "1 USDC", 'which is nothing that can be measured; did you mean "opening debt"?'),
        ("opening debt", "1 ETH", 'is "1 ETH"; give an amount of the pools\' base currency: USDC'),
        ("opening debt", "1", 'calibration.0.target is "1"; give a unit'),
        ("opening debt", "0 USDC", "give a target that is not zero"),
        ("gain at the start", "0.7 %", 'is "0.7 %"; give a number without a unit, such as "0.7"'),
        ("spread before the news", "3 ETH", 'is "3 ETH"; give a share in'),
    ],
)
def test_a_calibration_nobody_can_measure_is_refused(call, tmp_path, observable, target, expected):
    assert expected in call("show", calibrated(tmp_path, observable, target)).stderr


def test_what_can_be_measured_is_listed(call):
    lines = call("calibrate", "--observables").output.splitlines()

    assert [line.split("  ")[0] for line in lines] == list(OBSERVABLES)


def test_before_the_news_the_price_stays_where_it_opens(tmp_path):
    quiet = before_the_news(pocket(tmp_path), 195_20000000)

    assert [str(point.price) for point in quiet.world.price.waypoints] == ["195.2 USDC/ETH", "195.2 USDC/ETH"]
    assert quiet.world.shocks == ()


@pytest.mark.parametrize(("values", "is_inside"), [((90.0,), True), ((89.9,), False), ((110.0,), True), ((0.0, 200.0), True)])
def test_the_mean_over_seeds_must_lie_in_the_band_its_ends_included(values, is_inside):
    asked = Calibration(observable="x", source="x", target="100 bps", band=1000, key="x")

    assert Reached(asked, 100.0, "bps", values).is_inside == is_inside


@pytest.mark.parametrize(("gain", "found"), [(0.5, "would die out"), (0.9, "would nearly feed itself"), (1.2, "would feed itself")])
def test_a_gain_is_told_as_arithmetic_on_the_opening(gain, found):
    lines = opening(Facts(epoch=0, gain={"pool": gain}))

    assert lines == [
        f"Gain of pool at the opening price: {gain:.3f}: at the opening's depth, by the first 5 % of fall, a fall {found}.",
        "The gain is arithmetic on the opening, no forecast: makers may pull, and the ladder of positions may thicken further down.",
    ]

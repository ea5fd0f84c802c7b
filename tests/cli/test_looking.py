"""Commands that look and run nothing much: show, new, calibrate."""

import json

import attrs
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.cli.show import opening
from sim.facts import Facts
from sim.scenario.build import build
from sim.scenario.load import load, shipped, text_of
from sim.scenario.measure import Reached, before_the_news
from sim.scenario.observables import OBSERVABLES
from sim.scenario.show import described
from sim.scenario.spec import Calibration
from tests.support.scenarios import pocket, written
from tests.worlds.pocket_vaults import POOL, VAULTS, vaults


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

    assert sorted(shown) == ["gain", "gain_curve", "keys", "notes", "opening_debt", "scenario", "words"]
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


def test_show_tells_vaults_their_terms_their_auctions_and_what_shows_a_price_late(call):
    shown = call("show", VAULTS).output

    assert "Feed osm takes up what median shows, and shows it itself from its next poke on; it may be poked once in every 12 s." in shown
    assert "Vaults maker lend DAI of their own making; English auctions (cat_1_0); it has 300 DAI of its own." in shown
    assert "takes ETH at the price of osm (ratio 150 %, penalty 13 %, fee 8 % a year, least debt 100 DAI, most debt 1000000 DAI)" in shown
    assert "lots of at most 20 ETH, each bid 3 % better than the last, over 16 s after a bid, or 40 s after the start." in shown
    assert "Debt that maker is left with waits 16 s; then 1000 DAI of it at a time is offered for at most 5 MKR." in shown
    assert "Gain of vaults: none is reckoned" in shown
    assert "Gain: none; no agent" not in shown


def test_show_tells_dutch_auctions_by_their_curve():
    shown = described(vaults("dog"))

    assert "Dutch auctions (dog), at most 15000 DAI in them at once" in shown
    assert "from 120 % of the feed's price down, to 92 % of it every 4 s, begun anew after 40 s or below 40 % of the start" in shown
    assert "at most 12000 DAI in them at once; whoever starts one gets 1 DAI and 1 % of what is owed." in shown


@pytest.mark.parametrize(
    ("curve", "told"),
    [
        ({"kind": "linear", "span": "30 s"}, "to nothing within 30 s"),
        ({"kind": "exponential", "half_life": "20 s"}, "by half every 20 s"),
    ],
)
def test_every_curve_is_told(curve, told):
    assert told in described(vaults("dog", {"vaults.maker.pools.eth_a.dutch.curve": curve}))


def test_the_opening_debt_of_vaults_is_counted_in_their_money():
    facts = build(vaults(keys={f"{POOL}.population": None})).facts

    assert facts.opening_debt == {"eth_a": "27999"}
    assert "Pool eth_a opens with debts of 27999 DAI." in opening(facts)


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


@pytest.mark.parametrize(("observable", "expected"), [("opening debt", 27_999.0), ("debt within a 20 % fall", 0.0)])
def test_debts_of_vaults_count(call, tmp_path, observable, expected):
    asked = Calibration(observable=observable, source="typed", target="1_000 DAI", band=100, key=f"{POOL}.accounts")
    path = tmp_path / "fitted.json"
    path.write_text(text_of(attrs.evolve(vaults(keys={f"{POOL}.population": None}), calibration=(asked,))))

    (row,) = json.loads(call("calibrate", path, "--json").output)["calibration"]

    assert (row["reached"], row["unit"]) == (expected, "DAI")


def test_a_study_that_says_what_it_was_fitted_to_is_named(call):
    shown = call("calibrate", "black_thursday")

    assert "its study was fitted to auctions and collateral: downtick study measures them" in shown.output


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
    lines = opening(Facts(epoch=0, gain={"pool": gain}, gain_curve={"all": ((1, 0.25), (5, gain))}))

    assert lines == [
        f"Gain of pool at the opening price: {gain:.3f}: at the opening's depth, by the first 5 % of fall, a fall {found}.",
        f"Gain along a fall, stretch by stretch: 0.25 to 1 %, {gain:.2f} to 5 %.",
        "The gain is arithmetic on the opening, no forecast: makers may pull, and the ladder of positions may thicken further down.",
    ]

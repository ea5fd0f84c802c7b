"""A scenario's text: every key, reads back equal, and files beside it are found."""

import copy
import pickle
import tomllib

from sim.scenario.convert import structure, unstructure
from sim.scenario.load import load, text_of
from sim.scenario.show import described
from sim.scenario.spec import Scenario
from tests.support.scenarios import POCKET, pocket, written


def test_a_scenario_written_as_text_reads_back_equal(tmp_path):
    scenario = pocket(tmp_path)
    path = tmp_path / "again.json"
    path.write_text(text_of(scenario), encoding="utf-8")

    assert scenario == load(path)


def test_the_text_says_defaults_too_and_leaves_out_what_is_open(tmp_path):
    tree = unstructure(pocket(tmp_path))

    assert (tree["switches"]["forced_sales"], tree["venues"][0]["depth_interval"]) == ("book", "100 ms")
    assert "csv" not in tree["world"]["price"]


def test_the_text_does_not_depend_on_how_a_value_was_written(tmp_path):
    other = pocket(tmp_path, {'"10 min"': '"600 s"', '"-10 %"': '"-1_000 bps"'})

    assert text_of(pocket(tmp_path)) == text_of(other)


def test_structuring_what_was_unstructured_gives_an_equal_scenario(tmp_path):
    scenario = pocket(tmp_path)

    assert scenario == structure(Scenario, unstructure(scenario))


def test_a_scenario_survives_copies_and_processes(tmp_path):
    scenario = pocket(tmp_path)

    assert scenario == copy.deepcopy(scenario) == pickle.loads(pickle.dumps(scenario))


def test_a_file_named_in_a_scenario_is_looked_for_beside_it(tmp_path):
    waypoints = "waypoints = ["
    path = written(tmp_path, {waypoints: f'csv = "p.csv"\ntime_column = "t"\nprice_column = "p"\n{waypoints}'})

    assert str(tmp_path / "p.csv") == load(path).world.price.csv
    assert load(path, {"world.price.csv": "p.csv"}).world.price.csv == "p.csv"


def test_a_name_is_the_file_s_own_unless_given(tmp_path):
    path = written(tmp_path)

    assert load(path).name == "pocket"
    assert load(path, {"name": "other"}).name == "other"


def test_a_scenario_is_told_in_words(tmp_path):
    told = described(pocket(tmp_path))

    assert told.splitlines()[0] == "pocket: A pocket cascade"
    for expected in (
        "Price of ETH in USDC from typed waypoints (195.2 USDC/ETH first) (outside news until 2020-03-12T10:00:00Z",
        "Venue main trades ETH/USDC: tick 0.01 USDC/ETH, lot 0.001 ETH, fees 2 bps maker, 7.5 bps taker",
        "Chain of the era ethereum-2020-03: first_price, blocks without memory, on average every 13.1 s, 10 M gas each",
        "Pool lender (aave v3_7) takes ETH (threshold 82.5 %, bonus 5 %); accounts: 100 drawn, owing up to 1000000 USDC, 1 typed.",
        "Anachronism: Aave v3.7 on the chain of March 2020",
    ):
        assert expected in told


def test_switches_are_told_only_when_thrown(tmp_path):
    switches = '[switches]\nforced_sales = "outside_at_mid"\nfrozen_price_offset = "10 %"\n'
    thrown = pocket(tmp_path, {"[[calibration]]": f"{switches}[[calibration]]"})

    assert "Switch" not in described(pocket(tmp_path))
    assert [line for line in described(thrown).splitlines() if line.startswith("Switch")] == [
        "Switch: forced sales go outside at mid.",
        "Switch: feeds stay 10 % off their opening price.",
    ]


def test_the_pocket_text_is_toml():
    assert "run" in tomllib.loads(POCKET)

"""``--set``: one key changed, by its path, and nothing else."""

from datetime import datetime
from decimal import Decimal

import attrs
import pytest

from sim.errors import ScenarioError
from sim.scenario.load import changed, load
from sim.scenario.overrides import overridden, parsed, value_of
from sim.scenario.values import amount, rate
from sim.units import MINUTE
from tests.support.scenarios import pocket, written

TREE = {"run": {"seed": 1}, "venues": [{"name": "main", "lot": "1 ETH"}, {"name": "other"}], "list": [1, 2]}


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("run.seed", lambda tree: tree["run"]["seed"]),
        ("venues.main.lot", lambda tree: tree["venues"][0]["lot"]),
        ("venues.1.lot", lambda tree: tree["venues"][1]["lot"]),
        ("chain.gas.csv", lambda tree: tree["chain"]["gas"]["csv"]),
        ("list.1", lambda tree: tree["list"][1]),
    ],
)
def test_a_path_goes_through_tables_by_key_and_through_lists_by_name_or_index(path, read):
    tree = overridden(TREE, {path: "new"})

    assert read(tree) == "new"
    assert TREE == {"run": {"seed": 1}, "venues": [{"name": "main", "lot": "1 ETH"}, {"name": "other"}], "list": [1, 2]}


def test_a_table_that_was_set_stays_its_owners():
    tables = {"chain": {"gas": {"csv": "old"}}, "chain.gas.csv": "new"}

    assert overridden(TREE, tables)["chain"] == {"gas": {"csv": "new"}}
    assert tables == {"chain": {"gas": {"csv": "old"}}, "chain.gas.csv": "new"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("venues.mian.lot", '--set venues.mian: venues has no mian; did you mean "main"?'),
        ("venues.2.lot", '--set venues.2: venues has no 2; there is "main", "other"'),
        ("run.seed.deeper", "--set run.seed.deeper: run.seed is a value and has no deeper"),
        ("run.seed.deeper.still", "--set run.seed.deeper.still: run.seed is a value and has no deeper"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(path, expected):
    with pytest.raises(ScenarioError) as refused:
        overridden(TREE, {path: 1})

    assert expected == str(refused.value)


def test_every_path_that_leads_nowhere_is_told_at_once():
    with pytest.raises(ScenarioError) as refused:
        overridden(TREE, {"venues.a.lot": 1, "run.seed": 2, "venues.b.lot": 3})

    assert len(refused.value.mistakes) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("0.5", Decimal("0.5")),
        ("true", True),
        ("12 s", "12 s"),
        ('"12 s"', "12 s"),
        ("a.csv", "a.csv"),
        ("../a b.csv", "../a b.csv"),
        ("", ""),
        ('["a", "b"]', ["a", "b"]),
        ("1\nother = 2", "1\nother = 2"),
    ],
)
def test_a_value_is_toml_where_it_can_be_and_text_elsewhere(text, expected):
    assert expected == value_of(text)


def test_a_date_may_be_set_without_quotes():
    assert isinstance(value_of("2020-03-12T09:54:00Z"), datetime)


def test_settings_are_split_at_their_first_equals_sign():
    assert parsed(["a.b=x=y", " c = 1 "]) == {"a.b": "x=y", "c": 1}


@pytest.mark.parametrize("setting", ["a.b", "=1", ""])
def test_a_setting_without_key_or_value_is_told(setting):
    with pytest.raises(ScenarioError, match=r"has no key and value; give --set a\.b\.c=value"):
        parsed([setting])


def test_a_set_key_is_as_strict_as_a_written_one(tmp_path):
    path = written(tmp_path)

    assert load(path, {"run.duration": "5 min"}).run.duration == 5 * MINUTE
    with pytest.raises(ScenarioError, match=r'^run\.durations is not known here; did you mean "duration"\?$'):
        load(path, {"run.durations": "5 min"})
    with pytest.raises(ScenarioError, match=r"^venues\.main\.lot is 1; give a number with its unit"):
        load(path, {"venues.main.lot": 1})


def test_a_reserve_is_found_by_its_asset(tmp_path):
    scenario = load(written(tmp_path), {"pools.lender.reserves.ETH.bonus": "8 %"})

    assert [reserve.bonus for reserve in scenario.pools[0].reserves] == [800, 0]


def test_a_file_may_be_laid_over_typed_waypoints(tmp_path):
    """As the line in the README does, with files of the reader's own."""
    keys = {"csv": "prices.csv", "time_column": "open_time_utc", "price_column": "close"}

    price = {f"world.price.{key}": value for key, value in keys.items()}
    gas = {f"chain.gas.{key}": value for key, value in keys.items()}

    scenario = load(written(tmp_path), price | gas)

    assert (scenario.world.price.csv, len(scenario.world.price.waypoints), scenario.chain.gas.price_column) == ("prices.csv", 2, "close")


def test_a_loaded_scenario_can_be_changed_again(tmp_path):
    scenario = pocket(tmp_path)

    deeper = changed(scenario, {"venues.main.lot": "0.01 ETH"})

    assert amount("0.01 ETH") == deeper.venues[0].lot
    assert scenario == changed(deeper, {"venues.main.lot": "0.001 ETH"})


def test_a_scenario_changed_in_python_is_the_same_as_one_changed_by_path(tmp_path):
    scenario = pocket(tmp_path)
    by_hand = attrs.evolve(scenario, venues=(attrs.evolve(scenario.venues[0], tick=rate("0.1 USDC/ETH")),))

    assert by_hand == changed(scenario, {"venues.main.tick": "0.1 USDC/ETH"})

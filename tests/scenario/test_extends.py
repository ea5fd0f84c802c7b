"""Files that extend others: what changes, what stays, what is refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim import run
from sim.cli import main
from sim.errors import ScenarioError
from sim.scenario.load import changed, load, text_of, tree_of
from sim.scenario.show import described
from sim.scenario.spec.extension import Ancestor
from sim.units import MINUTE
from tests.support.scenarios import written
from tests.support.shared import REPOSITORY

STUDY = '[study]\nfigures = { falls = "margin_calls" }\n'


@pytest.fixture
def extending(tmp_path):
    """Write a file beside the pocket scenario that extends it."""

    def write(text: str, name: str = "mine.toml", extends: str = "pocket.toml") -> Path:
        written(tmp_path)
        path: Path = tmp_path / name
        path.write_text(f'extends = "{extends}"\n{text}', encoding="utf-8")
        return path

    return write


def told(path) -> str:
    with pytest.raises(ScenarioError) as refused:
        load(path)
    return str(refused.value)


def test_a_file_that_only_extends_is_the_other_scenario_under_its_own_name(extending):
    path = extending("")

    mine, pocket = tree_of(path), tree_of(path.with_name("pocket.toml"))

    assert (mine.pop("name"), mine.pop("lineage")) == ("mine", [{"scenario": "pocket", "set": {}}])
    assert mine == {key: value for key, value in pocket.items() if key != "name"}


def test_what_is_set_by_path_is_as_if_it_were_set_from_outside(extending):
    path = extending('[set]\n"agents.keeper.count" = 5\n"pools.lender.reserves.ETH.bonus" = "8 %"\n')
    keys = {"agents.keeper.count": 5, "pools.lender.reserves.ETH.bonus": "8 %"}

    mine, outside = load(path), load(path.with_name("pocket.toml"), keys)

    assert (mine.agents, mine.pools) == (outside.agents, outside.pools)


def test_run_is_merged_key_by_key(extending):
    mine = load(extending('[run]\ntitle = "Mine"\nduration = "9 min"\n'))

    assert (mine.run.title, mine.run.duration) == ("Mine", 9 * MINUTE)
    assert (mine.run.seed, mine.run.summary) == (7, "One venue, one feed, one pool, two keepers.")


def test_a_path_may_set_what_run_has_just_said(extending):
    assert load(extending('[run]\nduration = "9 min"\n[set]\n"run.duration" = "8 min"\n')).run.duration == 8 * MINUTE


def test_a_shipped_scenario_is_extended_by_its_name(extending):
    mine, shipped = load(extending('[set]\n"agents.keeper.count" = 1\n', extends="first_cascade")), load("first_cascade")

    assert mine.venues == shipped.venues
    assert next(agent for agent in mine.agents if agent.name == "keeper").count == 1


def test_an_extension_may_be_extended_and_the_later_word_counts(extending):
    extending('[set]\n"agents.keeper.count" = 3\n"run.seed" = 8\n', name="first.toml")

    second = load(extending('[set]\n"agents.keeper.count" = 4\n', name="second.toml", extends="first.toml"))

    assert (second.agents[0].count, second.run.seed, second.name) == (4, 8, "second")
    assert second.lineage == (
        Ancestor(scenario="pocket", set={"agents.keeper.count": 3, "run.seed": 8}),
        Ancestor(scenario="first", set={"agents.keeper.count": 4}),
    )


def test_the_other_file_is_looked_for_from_the_folder_of_the_one_that_extends_it(extending, tmp_path, monkeypatch):
    below = tmp_path / "below"
    below.mkdir()
    extending("", name="below/mine.toml", extends="../pocket.toml")
    monkeypatch.chdir(below)

    assert load("mine.toml").run.title == "A pocket cascade"


def test_a_file_named_in_set_is_looked_for_beside_the_one_that_sets_it(extending, tmp_path):
    lines = '"world.price.csv" = "p.csv"\n"world.price.time_column" = "t"\n"world.price.price_column" = "p"\n'

    assert load(extending(f"[set]\n{lines}")).world.price.csv == str(tmp_path / "p.csv")


def test_a_study_stays_with_the_file_that_says_it(extending):
    extending(STUDY, name="first.toml")

    first = load(extending(STUDY, name="first.toml"))
    second = load(extending("", name="second.toml", extends="first.toml"))

    assert first.study is not None
    assert (first.study.figures, second.study) == ({"falls": "margin_calls"}, None)


def test_a_circle_is_refused_with_the_whole_way_round(extending, tmp_path):
    extending("", name="a.toml", extends="b.toml")
    extending("", name="b.toml", extends="c.toml")
    extending("", name="c.toml", extends="b.toml")
    b, c = tmp_path / "b.toml", tmp_path / "c.toml"

    assert told(tmp_path / "a.toml") == f"{b} extends {c} extends {b}: that is a circle; let one of them say everything itself"


def test_a_file_cannot_extend_itself_whichever_way_it_is_written(extending, tmp_path):
    folder = tmp_path.name

    assert "that is a circle" in told(extending("", extends="mine.toml"))
    assert "that is a circle" in told(extending("", extends=f"../{folder}/./mine.toml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[venues]]\nname = 'x'\n", "venues stands beside extends; say what is otherwise in it by path, in [set], as --set takes it"),
        ("sets = 1\n", 'sets is not known here; did you mean "set"?'),
        ("set = 1\n", "set is 1; give a table, each value a value"),
        ("run = 1\n", "run is 1; give a table, each value a value"),
        ("[set]\nagents.keeper.count = 3\n", 'set has a table agents; write the whole path in quotes: "agents.keeper.count" = ...'),
        ('[set]\n"agents.keper.count" = 3\n', 'set.agents.keper: agents has no keper; did you mean "keeper"?'),
    ],
)
def test_what_an_extending_file_cannot_say_is_told_with_its_name(extending, text, expected):
    path = extending(text)

    assert told(path) == f"{path}: {expected}"


def test_all_mistakes_of_an_extending_file_are_told_at_once(extending):
    assert len(told(extending("sets = 1\n[venues]\n[feeds]\n[set]\nrun.seed = 3\n")).splitlines()) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[set]\n"agents.keeper.cont" = 3\n', 'agents.keeper.cont is not known here; did you mean "count"?'),
        ('[run]\nduratoin = "3 s"\n', 'run.duratoin is not known here; did you mean "duration"?'),
        ('[set]\n"venues.main.lot" = 1\n', "venues.main.lot is 1; give a number with its unit"),
    ],
)
def test_a_key_set_by_a_file_is_as_strict_as_any(extending, text, expected):
    assert told(extending(text)).startswith(expected)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("first_cascad", '"first_cascad" is no scenario; did you mean "first_cascade"?'),
        ("nowhere.toml", "nowhere.toml is not there; give the path of a scenario file"),
    ],
)
def test_a_scenario_that_is_not_there_is_told_with_who_extends_it(extending, named, expected):
    path = extending("", extends=named)

    said = told(path)

    assert said.startswith(f"{path} extends what is not there: ")
    assert expected in said


def test_the_text_of_an_extended_scenario_stands_by_itself(extending, tmp_path):
    mine = load(extending('[set]\n"agents.keeper.parameters.haircut" = "2 %"\n"run.start" = 2020-03-12T09:50:00Z\n'))
    alone = tmp_path / "alone" / "mine.json"
    alone.parent.mkdir()
    alone.write_text(text_of(mine), encoding="utf-8")

    assert load(alone) == mine
    assert changed(mine, {"run.seed": 9}).lineage == mine.lineage


def test_a_run_folder_and_show_say_what_was_extended(tmp_path):
    path = REPOSITORY / "tests" / "worlds" / "tiny_calm.toml"

    run(load(path), set={"run.duration": "2 s"}, out=tmp_path / "run", tape="none")

    kept = json.loads(json.loads((tmp_path / "run" / "run.json").read_text())["scenario_text"])
    assert [each["scenario"] for each in kept["lineage"]] == ["pocket", "tiny"]
    assert kept["lineage"][1]["set"] == {"chain.gas.points.0.p60": "1 gwei"}
    assert "Extends tiny; set in it: chain.gas.points.0.p60 = 1 gwei." in described(load(path)).splitlines()


def test_a_run_of_an_extension_is_the_run_of_the_same_keys_set_from_outside(extending):
    path = extending('[run]\nduration = "130 s"\n[set]\n"agents.keeper.count" = 1\n')

    mine = run(load(path), tape="none")

    keys = {"run.duration": "130 s", "agents.keeper.count": 1}
    assert mine.digest == run(load(path.with_name("pocket.toml")), set=keys, tape="none").digest


@pytest.mark.parametrize("command", ["run", "show", "calibrate", "study"])
def test_a_mistake_in_an_extending_file_ends_a_command_with_2(extending, command):
    result = CliRunner().invoke(main, [command, str(extending("sets = 1\n"))])

    assert (result.exit_code, result.stdout) == (2, "")
    assert "sets is not known here" in result.stderr and "Traceback" not in result.stderr

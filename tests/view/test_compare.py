"""``downtick compare``: what differs between two runs, and by how much."""

import json

import duckdb
import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.scenario.run import run
from sim.storage import Run
from sim.view.compare import Leaf, scenario_differences, side_by_side
from sim.view.parting import first_difference
from tests.worlds.pocket import pocket

SHORT = {"run.duration": "20 s"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    path = tmp_path_factory.mktemp("compare")
    run(pocket(SHORT), 4, out=path / "one")
    run(pocket(SHORT), 4, out=path / "same")
    run(pocket(SHORT | {"agents.keeper.count": 2}), 4, out=path / "other")
    run(pocket({"run.duration": "10 s"}), 4, out=path / "shorter")
    return path


def asked(*words: object) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, words)])


def test_a_run_and_its_twin_are_the_same(folders):
    told = asked(folders / "one", folders / "same")

    assert told.exit_code == 0, told.output
    assert "the scenario is the same" in told.output
    assert "the tapes are the same, entry by entry" in told.output
    assert "figures are the same" in told.output


def test_what_differs_is_told_with_where_the_tapes_part(folders, tmp_path):
    told = asked(folders / "one", folders / "other", "--json", "--out", tmp_path)
    found = json.loads(told.stdout)

    assert [each["key"] for each in found["scenario"]] == ["agents.keeper.count"]
    assert not found["digest_is_equal"]
    seq = found["first_difference"]["seq"]
    with Run(folders / "one") as one, Run(folders / "other") as other:
        pairs = zip(one.entries(1, seq), other.entries(1, seq), strict=True)
        assert [mine.seq for mine, theirs in pairs if mine != theirs] == [seq]
        assert type(one.entry(seq).record).__name__ == found["first_difference"]["one"]["record"]
    blocks = next(each for each in found["figures"] if (each["metric"], each["key"]) == ("summary", "blocks"))
    assert blocks["difference"] == blocks["other"] - blocks["one"]
    assert duckdb.connect().execute(f"select count(*) from '{tmp_path}/figures.parquet'").fetchall() == [(len(found["figures"]),)]


def test_a_tape_that_ends_earlier_parts_where_it_differs_and_on_a_terminal_it_is_told(folders):
    told = asked(folders / "one", folders / "shorter")

    assert told.exit_code == 0, told.output
    assert 'run.duration: "20 s" and "10 s"' in told.output
    assert "the tapes part at entry " in told.output
    assert "RunEnded" in told.output
    with Run(folders / "one") as one, Run(folders / "shorter") as shorter:
        assert first_difference(one, shorter) == first_difference(shorter, one)


def test_figures_are_subtracted_in_their_assets_and_never_across():
    told: dict[str, tuple[Leaf, Leaf]] = {
        "a": (2.0, 3.0), "b": ("10.5 ETH", "21 ETH"), "c": ("1 ETH", "1 USD"), "d": (0.0, 4.0), "e": (None, None), "g": ("high", "low")
    }  # fmt: skip
    one, other = ({("s", key): pair[place] for key, pair in told.items()} for place in (0, 1))

    found = {each.key: (each.difference, each.ratio) for each in side_by_side(one, other)}

    nothing = (None, None)
    assert found == {
        "a": (1.0, 1.5), "b": ("10.5 ETH", 2.0), "c": nothing, "d": (4.0, None), "e": nothing, "g": nothing
    }  # fmt: skip


def test_things_in_lists_of_a_scenario_go_by_their_names():
    one = {"agents": [{"name": "a", "count": 1}, {"name": "b", "count": 2}], "study": 1, "points": [1, 2]}
    other = {"agents": [{"name": "b", "count": 3}, {"name": "a", "count": 1}], "points": [1]}

    assert list(scenario_differences(one, other)) == [
        {"key": "agents.b.count", "one": 2, "other": 3},
        {"key": "points.1", "one": 2, "other": None},
    ]


def test_what_is_no_run_is_refused(folders, tmp_path):
    told = asked(folders / "one", tmp_path)

    assert told.exit_code == 2
    assert "is not a run folder" in told.output

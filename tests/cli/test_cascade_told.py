"""``downtick cascade``: a run's tree and shares on a terminal, as JSON, as tables, and asked whether they add up."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.scenario.load import load
from sim.scenario.run import run
from tests.worlds.pocket import pocket


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("cascade") / "run"
    run(pocket(), 4, out=path)
    return path


def asked(*words: object) -> Result:
    return CliRunner().invoke(main, ["cascade", *map(str, words)])


def test_a_run_is_told_and_everything_in_it_adds_up(folder):
    told = asked(folder, "--check")

    assert told.exit_code == 0, told.output
    for words in (
        "generations (R: over the one before",
        "by sales",
        "largest trees",
        "cohorts",
        "whose doing the moves of",
        "from its peak to",
    ):
        assert words in told.output
    assert "checked: " in told.output
    assert "sum to the unit" in told.output


def test_as_json_it_has_the_figures_of_the_summary(folder):
    found = json.loads(asked(folder, "--json", "--check").output)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))

    assert [{"liquidations": each["liquidations"], "debt": each["debt"]} for each in found["generations"]] == summary["by_generation"]
    assert [each["ratio_by_debt"] for each in found["generations"][1:]] == pytest.approx(summary["generation_ratios"], abs=1e-4)
    assert found["accounting_shares"]["descending"] == summary["descending_share"]
    assert found["accounting_shares"]["descending_with_makers"] == summary["descending_share_with_makers"]
    assert found["check"]["offences"] == []
    assert sum(each["liquidations"] for each in found["cohorts"]) == found["liquidations"] == summary["liquidations"]
    assert 0 < found["mean_children"] < 1
    for each in found["weights_since_peak"]:
        assert sum(each["by_group"].values()) == pytest.approx(1, abs=1e-5)


def test_moves_of_every_price_sum_to_what_it_moved_by(folder):
    moves = json.loads(asked(folder, "--json").output)["accounting_shares"]["moves"]

    assert moves
    for each in moves.values():
        for words in ("", "_with_makers"):
            moved = sum(each[f"falls{words}"].values()) + sum(each[f"rises{words}"].values())
            assert each["closing"] - each["opening"] == pytest.approx(moved, abs=1e-6)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_tables_are_written_for_other_tools(folder, tmp_path, form):
    told = asked(folder, "--out", tmp_path / "tables", "--format", form)
    summed = "(select sum(weight) as total from {} group by seq)"
    liquidations, parents, moves, quotes = (
        _rows(query, tmp_path / f"tables/{name}.{form}")
        for query, name in (
            ("select count(*), max(generation) from {}", "liquidations"),
            (f"select min(total), max(total) from {summed}", "parents"),
            ("select count(distinct post) from {}", "post_moves"),
            ("select min(falls), max(rises) from {}", "quote_moves"),
        )
    )

    assert told.exit_code == 0, told.output
    assert "11 tables in" in told.output
    assert liquidations[0][0] > 2
    assert parents[0] == pytest.approx((1, 1))
    assert moves[0][0] > 2
    assert quotes[0][0] < 0 < quotes[0][1]


def _rows(query: str, path: Path) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute(query.format(f"'{path}'")).fetchall()


def test_a_run_without_liquidations_has_nothing_to_tell_and_says_so(tmp_path):
    run(load("quiet_day"), 1, out=tmp_path / "run", set={"run.duration": "1 min"})

    told = asked(tmp_path / "run", "--out", tmp_path / "tables", "--check")

    assert told.exit_code == 0, told.output
    assert told.output.startswith("0 liquidations in 0 trees")
    assert _rows("select count(*) from {}", tmp_path / "tables/liquidations.parquet") == [(0,)]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["--window", "0 s"], 'give a time above zero, such as "1 min"'),
        (["--window", "5"], 'give a unit: "5 s"'),
        (["--inherited", "200 %"], 'give a share from "0 %" to "100 %"'),
        (["--format", "xml"], "parquet"),
    ],
)
def test_what_cannot_be_is_refused_with_the_remedy(folder, words, remedy):
    told = asked(folder, *words)

    assert told.exit_code == 2
    assert remedy in told.output


def test_a_folder_that_cannot_be_written_to_is_the_users_to_mend(folder, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    told = asked(folder, "--out", tmp_path / "file")

    assert told.exit_code == 2
    assert "give another folder" in told.output


def test_what_does_not_add_up_is_told_with_another_exit_code(folder, monkeypatch):
    monkeypatch.setattr("sim.cli.cascade.check", lambda *_: ["entry 5 names entry 7 as its cause"])

    told = asked(folder, "--check")

    assert told.exit_code == 1
    assert "entry 5 names entry 7" in told.output

"""``downtick twin``: what it prints, and what it refuses."""

import json

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.cli.twin_table import rougher


@pytest.fixture
def call():
    return lambda *arguments: CliRunner().invoke(main, ["twin", *(str(each) for each in arguments)])


def test_without_a_feature_it_tells_which_ones_there_are_and_why_not_the_others(call):
    shown = call("three_positions").output

    assert "  selling: keepers sell what they seize into the book\n" in shown
    assert "  maker_withdrawal: no maker in it leaves" in shown
    assert json.loads(call("three_positions", "--json").output)["features"]["selling"]["lacks"] == ""


def test_the_table_shows_run_twin_difference_and_amplification(call):
    shown = call("three_positions", "--without", "selling", "--seeds", 2, "--jobs", 1).output

    assert "2 seeds from 1 on, against the twin without selling" in shown
    assert "amplification: the run's drawdown is 4 (4 to 4) times the twin's, deeper by 300 (300 to 300) bps" in shown
    assert "remark: selling, held fixed: " in shown
    assert "unhealthy_to_liquidated_s_p50  12 (12 to 12)" in shown


def test_the_volatility_ratio_is_told_where_there_is_one():
    assert list(rougher({"ratio": None})) == []
    told = list(rougher({"ratio": 1.5, "lo": 1.25, "hi": 2.0}))
    assert told == ["volatility ratio: the run's mid moves 1.5 (1.25 to 2) times as much as the twin's, by the minute"]


def test_json_has_every_figure_and_the_table_all_of_them_when_asked(call, tmp_path):
    asked = ("three_positions", "--without", "selling", "--seeds", 1, "--jobs", 1, "--out", tmp_path)

    table = json.loads(call(*asked, "--json").stdout)
    shown = call(*asked, "--all").output

    assert [key for key in table["figures"] if key.replace("_ns", "_s") not in shown] == []
    assert f"kept in {tmp_path}" in shown


def test_a_probe_tells_what_one_more_unit_sets_off(call):
    asked = ("three_positions", "--probe", "300 ETH", "--at", "20 s", "--seeds", 1, "--jobs", 1)

    shown, table = call(*asked).output, json.loads(call(*asked, "--json").stdout)

    assert "300 ETH more sold on venue at 20 s, 1 seed from 1 on" in shown
    assert "extra units sold per unit of the probe" in shown and "marginal R: " in shown
    assert table["marginal_r"]["mean"] == table["courses"]["first_generation"]["extra"]["sold"]["mean"] / 300


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("three_positions", "--without", "sales"), '"sales" is no feature; '),
        (("three_positions", "--without", "maker_withdrawal"), "three_positions has no maker_withdrawal to do without: no maker"),
        (("three_position", "--without", "selling"), 'did you mean "three_positions"?'),
        (("three_positions", "--without", "selling,parked"), "selling and parked are two ways"),
        (("three_positions", "--probe", "10 ETH"), "--probe needs --at; say when it is sold"),
        (("three_positions", "--probe", "10 ETH", "--at", "9 s", "--without", "selling"), "leave --without out"),
    ],
)
def test_what_cannot_be_asked_is_told(call, arguments, expected):
    result = call(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert expected in result.stderr
    assert "Traceback" not in result.stderr

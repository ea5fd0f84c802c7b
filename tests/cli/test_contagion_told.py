"""``downtick contagion``: a run's map on a terminal, as JSON, graph, picture and tables; a scenario's twins; and what it says no to."""

import csv
import json
import sys
from xml.etree import ElementTree

import networkx
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.scenario.load import load
from sim.scenario.run import run
from tests.support.shared import REPOSITORY

TWO = REPOSITORY / "tests" / "worlds" / "pocket_two.toml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the run of a pocket world in which two pools share everything."""
    path = tmp_path_factory.mktemp("contagion") / "run"
    run(load(TWO), out=path)
    return path


@pytest.fixture(scope="module")
def figures(folder):
    """Return its map as JSON tells it."""
    return json.loads(asked(folder, "--json").output)


def asked(*words):
    return CliRunner().invoke(main, ["contagion", *map(str, words)])


def test_a_run_is_told(folder):
    told = asked(folder)

    assert told.exit_code == 0, told.output
    for words in ("what became of whom", "from one to another", "edges of the map", "order of failure", "an account of what the tape says"):
        assert words in told.output
    assert "alpha" in told.output


def test_every_edge_of_the_json_ends_at_its_nodes_and_what_comes_to_a_keeper_goes_on_from_it(figures):
    nodes = {(each["kind"], each["name"]) for each in figures["nodes"]}
    keepers = [each for each in figures["edges"] if each["channel"] == "keepers"]

    assert {(each[f"{end}_kind"], each[end]) for each in figures["edges"] for end in ("from", "to")} <= nodes
    came, went = (sum(each["flow"] for each in keepers if each[end] == "keeper") for end in ("to_kind", "from_kind"))
    assert 0 < came <= went + 1e-3
    assert {each["channel"] for each in figures["between"]} >= {"keepers", "makers"}


def test_with_two_protocols_no_order_is_correlated_and_n_is_said(figures):
    assert {(each["n"], each["kendall"], each["spearman"]) for each in figures["agreement"]} == {(2, None, None)}


def test_the_graph_has_the_nodes_edges_and_fates_of_the_map(folder, figures, tmp_path):
    told = asked(folder, "--graphml", tmp_path / "map.graphml", "--out", tmp_path / "tables", "--format", "csv")

    graph = networkx.read_graphml(tmp_path / "map.graphml", force_multigraph=True)
    assert (told.exit_code, graph.number_of_nodes(), graph.number_of_edges()) == (0, len(figures["nodes"]), len(figures["edges"]))
    assert graph.nodes["protocol alpha"]["debt"] == figures["protocols"]["alpha"]["debt"]
    rows = list(csv.DictReader((tmp_path / "tables" / "edges.csv").open(encoding="utf-8")))
    assert [float(row["flow"]) for row in rows] == [each["flow"] for each in figures["edges"]]


def test_the_picture_says_what_it_shows_and_names_every_protocol_and_channel(folder, figures, tmp_path):
    drawn = asked(folder, "--draw", tmp_path / "map.svg")

    text = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert drawn.exit_code == 0, drawn.output
    ElementTree.fromstring(text)
    for words in ("alpha", "beta", *(each["channel"].replace("_", " ") for each in figures["edges"]), "an account, not an effect"):
        assert words in text


def test_a_picture_of_a_kind_that_cannot_be_drawn_is_refused(folder, tmp_path):
    told = asked(folder, "--draw", tmp_path / "map.doc")

    assert (told.exit_code, "give one in .svg, .png or .pdf" in told.output) == (2, True)


@pytest.mark.parametrize(("missing", "option"), [("networkx", "--graphml"), ("matplotlib.figure", "--draw")])
def test_without_the_extra_it_says_how_to_get_it(folder, tmp_path, monkeypatch, missing, option):
    monkeypatch.setitem(sys.modules, missing, None)

    told = asked(folder, option, tmp_path / "map.svg")

    assert (told.exit_code, "pip install 'downtick[plot]'" in told.output) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--shock", "ETH"], "give a symbol and a share"),
        (["--shock", "DOGE=5 %"], "DOGE is not in this run"),
        (["--seeds", "3"], "are for --twins"),
        (["--twins", "--draw", "map.svg"], "leave --twins out"),
    ],
)
def test_what_does_not_go_together_is_refused(folder, words, said):
    told = asked(folder, *words)

    assert (told.exit_code, said in told.output) == (2, True)


def test_a_scenario_without_channels_has_no_twins_to_tell_of():
    told = asked("three_positions", "--twins", "--seeds", 1)

    assert (told.exit_code, "has no channel to cut" in told.output) == (2, True)


def test_twins_are_told_protocol_by_protocol():
    short = ["--set", "run.duration=9 s", "--set", "world.price.until=9 s"]

    told = asked(TWO, "--twins", "--seeds", 1, "--jobs", 1, *short)

    assert told.exit_code == 0, told.output
    for words in (
        "debt liquidated: the run, and how much more than its twin without",
        "all shared",
        "shared_keepers",
        "channels do not add up",
    ):
        assert words in told.output

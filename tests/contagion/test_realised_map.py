"""The map as a whole: what flows through adds up, fates are the cascade's, and a tape cut into pieces says the same."""

import pytest

from sim.cascade import cascade, stretches
from sim.cascade.stretch import Stretch
from sim.contagion.drawing import MOST, Picture, title
from sim.contagion.realised import RealisedFold, realised
from sim.contagion.realised_edges import Kind
from sim.contagion.realised_figures import compared, figures, realised_orders, tables
from sim.metrics.contagion import ContagionMetric
from sim.records import ALL
from sim.scenario.load import load
from sim.scenario.run import run
from sim.testing.metric_tapes import ReadPart
from tests.support.shared import REPOSITORY

WORLDS = REPOSITORY / "tests" / "worlds"


@pytest.fixture(scope="module")
def pools():
    """Return a run in which two pools share everything."""
    return run(load(WORLDS / "pocket_two.toml", {"run.duration": "54 s"}))


@pytest.fixture(scope="module")
def vaults():
    """Return a run of vaults and auctions."""
    return run(load(WORLDS / "vaults.toml"))


def test_a_tape_cut_into_pieces_says_the_same(pools):
    whole, cut = ContagionMetric(pools.facts), ContagionMetric(pools.facts)
    kept = {record: pools.tape.records(record) for record in ALL}

    for stretch in stretches(pools.tape):
        whole.take(stretch)
    for first in range(1, pools.entries + 1, 211):
        cut.take(Stretch(ReadPart(first, min(first + 210, pools.entries), kept)))

    assert whole.figures() == cut.figures()
    assert whole.figures()["edges"] != []


def test_fates_are_told_as_the_cascade_tells_them(vaults):
    found, descent = realised(vaults.tape, vaults.facts), cascade(vaults.tape, vaults.facts)

    for node, fate in found.fates.items():
        alike = [each for each in descent.liquidations.values() if each.fall.pool == node[1]]
        assert (fate.liquidations, fate.debt) == (len(alike), sum(each.debt_value for each in alike)) != (0, 0)
    assert f"{sum(fate.bad_debt for fate in found.fates.values()) / 10**8:.2f}" == f"{float(vaults.summary['bad_debt'].split()[0]):.2f}"


def test_what_goes_into_a_keeper_from_protocols_goes_on_to_protocols(pools):
    edges = [edge for edge in realised(pools.tape, pools.facts).edges if edge.channel in ("keepers", "nonce")]

    for keeper in dict.fromkeys(edge.end for edge in edges if edge.end[0] is Kind.KEEPER):
        for unit in dict.fromkeys(edge.unit for edge in edges):
            came = sum(edge.flow for edge in edges if edge.end == keeper and edge.unit is unit)
            went = sum(edge.flow for edge in edges if edge.start == keeper and edge.unit is unit)
            assert came <= went


def test_a_cascade_that_somebody_else_follows_serves_as_well(pools):
    own, shared = RealisedFold(pools.facts), RealisedFold(pools.facts)
    other = RealisedFold(pools.facts, shared.cascade)

    for stretch in stretches(pools.tape):
        own.take(stretch)
        shared.take(stretch)
        other.take(stretch)

    assert own.result() == other.result()


def test_orders_of_failure_are_compared_with_those_foretold():
    fates = {
        name: {"first_called_at_ns": 1, "first_liquidated_at_ns": at, "first_bad_debt_at_ns": None}
        for name, at in (("a", 10), ("b", 20), ("c", None))
    }

    found = compared(fates, {"model": {"a": 1, "b": 2, "c": None}, "silent": {}})

    assert realised_orders(fates)["liquidation"] == {"a": 10, "b": 20, "c": float("inf")}
    assert [(each["model"], each["failure"], each["n"], each["kendall"]) for each in found] == [
        ("model", "margin call", 3, None),
        ("model", "liquidation", 3, pytest.approx(1)),
        ("model", "insolvency", 3, None),
    ]


def test_tables_have_a_row_a_thing(pools):
    found = realised(pools.tape, pools.facts)

    told = tables(found)

    assert {name: len(next(iter(table.values()))) for name, table in told.items()} == {
        "nodes": len(found.nodes),
        "edges": len(found.edges),
        "between": len(found.between),
        "protocols": 2,
    }
    assert {len(set(map(len, table.values()))) for table in told.values()} == {1}


def test_of_many_nodes_of_a_kind_those_with_most_through_them_are_drawn(pools):
    told = figures(realised(pools.tape, pools.facts))
    keepers = [
        {**_EDGE, "from": f"k{number}", "from_kind": "keeper", "to": "alpha", "to_kind": "protocol", "flow": float(number)}
        for number in range(1, 10)
    ]
    many = {**told, "edges": keepers, "nodes": [*({"kind": "keeper", "name": each["from"]} for each in keepers), *_PROTOCOL]}

    picture = Picture.of(many)

    assert [name for kind, name in picture.places if kind == "keeper"] == [f"k{number}" for number in range(10 - MOST, 10)]
    assert picture.left_out == 9 - MOST


def test_a_title_says_whose_sales_it_was():
    alone = {"protocols": {"a": {"debt": 200.0, "from_others": 0.0, "from_itself": 50.0}}, "calls_left": 1}
    nobody = {"protocols": {"a": {"debt": 0.0, "from_others": 0.0, "from_itself": 0.0}}, "calls_left": 0}

    assert title(alone) == "50 of 200 of debt liquidated (25.0%) fell to its own sales; keepers left 1 call for want of money or room"
    assert title(nobody) == "nobody was liquidated"


_EDGE = {"channel": "keepers", "unit": "debt", "count": 1, "first_at_ns": 0, "blocks_late": 0.0}
_PROTOCOL = ({"kind": "protocol", "name": "alpha"},)

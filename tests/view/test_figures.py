"""Every figure, of a run in which much happens and of one in which nothing does."""

import re
import struct

import attrs
import pytest

from sim.cascade import Cascade
from sim.cascade.moves import Moves
from sim.metrics.analysis import Analysis
from sim.names import Names
from sim.scenario.run import run
from sim.storage import Manifest, Run
from sim.view.figure import Drawable, table
from sim.view.figures import FIGURES, attribution, bad_debt, clocks, depth, fitted, gas, keepers, price, tree
from sim.view.gather import gather
from sim.view.looks import Looks
from sim.view.material import Material
from sim.view.report import drawn_figures
from sim.view.words import amount, span
from tests.support.shared import REPOSITORY
from tests.support.tapes import FACTS
from tests.worlds.pocket import pocket

NAMES = [figure.NAME for figure in FIGURES]
RARE = (fitted, bad_debt)
"""What a run need not have."""


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures") / "run"
    run(pocket(), 4, out=folder)
    with Run(folder) as opened:
        return gather(opened)


def nothing_happened() -> Material:
    manifest = Manifest("none", "{}", {}, 1, 0, None, {}, "full")
    return Material(manifest, "complete: 0 entries", FACTS, Names(), {}, {}, Cascade(), Cascade(), Moves(), Analysis({}, {}), Looks(FACTS))


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    return int(width), int(height)


@pytest.mark.parametrize(
    "figure", [figure for figure in FIGURES if figure not in RARE], ids=[n for n in NAMES if n not in ("fitted", "bad_debt")]
)
def test_every_figure_of_a_run_has_a_title_a_caption_and_tables(material, figure: Drawable):
    tables = figure.data(material)

    assert figure.nothing(tables) == ""
    assert re.search(r"\d|[Aa]ll|[Nn]o", figure.title(tables))
    assert re.search(r"\d", figure.caption(tables))
    assert figure.caption(tables).endswith(".")
    for name, found in tables.items():
        assert len({len(values) for values in found.values()}) == 1, name


@pytest.mark.parametrize("figure", FIGURES, ids=NAMES)
def test_where_nothing_happened_a_sentence_stands_for_an_empty_axis(figure: Drawable):
    (drawn,) = drawn_figures(nothing_happened(), [figure])

    assert drawn.caption == figure.nothing(drawn.tables)
    assert drawn.caption.endswith(".")
    assert size(drawn.picture)[1] < 300
    assert all(len(set(map(len, found.values()))) <= 1 for found in drawn.tables.values())


def test_prices_and_the_cascade_have_every_liquidation(material):
    count = material.summary["liquidations"]
    settled, members = price.data(material)["price_liquidations"], tree.data(material)["tree_liquidations"]

    assert count == len(settled["seq"]) == len(members["seq"]) > 2
    assert all(value > 0 for value in settled["price"])
    assert f"{count:,} liquidations" in price.title(price.data(material))
    by_generation = [each["liquidations"] for each in material.summary["by_generation"]]
    found = tree.data(material)["tree_generations"]
    assert [
        sum(n for n, at in zip(found["liquidations"], found["generation"], strict=True) if at == number + 1)
        for number in range(len(by_generation))
    ] == by_generation


def test_the_fall_in_the_title_is_the_summarys(material):
    told = price.title(price.data(material))

    assert f"fell {material.summary['drawdown_bps'] / 100:.1f} %" in told


def test_whose_doing_sums_to_what_the_price_moved_by(material):
    found = attribution.data(material)["attribution"]
    places = list(dict.fromkeys(found["place"]))
    book = next(iter(material.cascade.books.values()))
    venue = material.facts.venues[0]
    step = venue.tick / 10 ** next(each.decimals for each in material.facts.assets if each.id == venue.quote) / 2

    last = max(at for place, at in zip(found["place"], found["at_ns"], strict=True) if place == places[0])
    whole = sum(
        moved for place, at, moved in zip(found["place"], found["at_ns"], found["moved"], strict=True) if (place, at) == (places[0], last)
    )
    assert len(places) == 2
    assert whole == pytest.approx((book.closing - book.opening) * step, abs=1e-6)


def test_parts_of_a_profit_sum_to_it(material):
    found = keepers.data(material)["keepers"]
    sums: dict[str, float] = {}
    for keeper, part, worth in zip(found["keeper"], found["part"], found["amount"], strict=True):
        sums[keeper] = sums.get(keeper, 0.0) + (-worth if part == "profit" else worth)

    assert sums
    assert all(abs(rest) < 1e-5 for rest in sums.values())


def test_medians_of_the_clocks_are_the_metrics(material):
    told = clocks.title(clocks.data(material))

    assert f"took {span(material.figures('clocks')['keepers_clock_ns_p50'])}" in told


def test_depth_is_told_per_percent_so_that_bands_sum_to_what_rests(material):
    found = depth.data(material)["depth"]
    at = found["at_ns"][-1]
    bands = [
        (high - low) * value
        for when, low, high, value in zip(*(found[key] for key in ("at_ns", "from_percent", "to_percent", "per_percent")), strict=True)
        if when == at
    ]
    venue = material.facts.venues[0]
    lots = [material.looks.depth[venue.place][band].lasts[-1] for band in ("bid_5", "ask_5")]

    assert sum(bands) == pytest.approx(sum(lots) * venue.lot / 10**18)


def test_waits_of_all_txs_are_counted(material):
    counted = material.summary["txs_included"] + sum(material.summary["txs_reverted"].values())

    assert gas.data(material)["gas_waits_in_all"]["txs"] == [counted]
    assert sum(gas.data(material)["gas_waits"]["txs"]) == counted


@pytest.mark.parametrize(("count", "generations", "pools"), [(1, 1, 1), (9, 4, 2), (3_000, 12, 3)])
def test_one_liquidation_and_three_thousand_can_be_drawn(count, generations, pools, monkeypatch):
    rows = [(seq, seq * 10**9, f"pool {seq % pools}", 1 + seq * generations // count, 10.0 + seq % 7, 0.5) for seq in range(count)]
    tables = {
        "tree_liquidations": table(("seq", "at_ns", "pool", "generation", "debt", "forced_weight"), rows) | {"money": ["USD"] * count},
        "tree_parents": table(("parent", "child", "weight", "debt"), [(seq - 1, seq, 0.5, 5.0) for seq in range(1, count)]),
        "tree_flows": table(("generation", "pool", "to_generation", "to_pool", "debt"), [(1, "pool 0", generations, "pool 0", 7.0)]),
    }
    tables["tree_generations"] = tree._generations(tables["tree_liquidations"])

    monkeypatch.setattr(tree, "data", lambda _: tables)
    (drawn,) = drawn_figures(nothing_happened(), [tree])

    assert ("The one liquidation" if count == 1 else f"{count:,} liquidations") in drawn.title
    assert size(drawn.picture)[1] > 500


def facts_of(*published: tuple[str, str], reached: dict[str, object]) -> Material:
    told = [{"figure": name, "value": value, "source": "s"} for name, value in published]
    study = {"figures": {name: name for name, _ in published}, "published": told}
    return attrs.evolve(nothing_happened(), scenario={"study": study}, summary=reached)


def test_a_fact_that_was_told_in_number_is_compared_and_another_is_listed():
    asked = facts_of(
        ("share", "40 % (4 of 10)"), ("debt", "4.5 to 6.7 million"), ("count", "100"), reached={"share": 0.5, "debt": 5.0, "count": 150}
    )

    found = fitted.data(asked)["fitted"]

    assert found["difference"] == [pytest.approx(0.25), None, pytest.approx(0.5)]
    assert fitted.title({"fitted": found}).startswith("0 of 2 facts")
    assert "Not compared in number: debt." in fitted.caption({"fitted": found})


def test_every_figure_and_table_is_on_the_guides_page_and_was_looked_at():
    guide = (REPOSITORY / "docs" / "guides" / "report.md").read_text(encoding="utf-8")
    looked_at = (REPOSITORY / "docs" / "figures" / "contact-sheet.md").read_text(encoding="utf-8")
    material = nothing_happened()

    for figure in FIGURES:
        assert f"| {figure.HEADING} |" in guide
        assert f"| {figure.NAME.replace('_', ' ')} |" in looked_at
        assert [name for name in figure.data(material) if f"`{name}`" not in guide] == []


def test_bad_debt_is_told_by_its_main_cause_and_by_who_bore_it(monkeypatch):
    losses = [(1, 5, "pool", 30.0, "gap", "USD"), (2, 9, "pool", 90.0, "oracle_error", "USD")]
    borne = [
        ("pool", "debt", "USD", "cushion", 20.0),
        ("pool", "debt", "USD", "suppliers", 100.0),
        ("pool", "collateral", "ETH", "keeper", 1.0),
    ]
    tables = {
        "bad_debt": table(("seq", "at_ns", "pool", "value", "cause", "money"), losses),
        "bad_debt_waterfall": table(("pool", "side", "asset", "who", "value"), borne),
    }

    monkeypatch.setattr(bad_debt, "data", lambda _: tables)
    (drawn,) = drawn_figures(nothing_happened(), [bad_debt])

    assert drawn.title == "120 USD of debt was left unpaid, 75 % of it by oracle error"
    assert "borne by: cushion 20, suppliers 100." in drawn.caption


@pytest.mark.parametrize(
    ("value", "told"), [(0, "0"), (0.5, "0.5"), (12.34, "12.3"), (999.9, "1k"), (584_244, "584k"), (9_833_675, "9.83m"), (-2.5e9, "-2.5bn")]
)
def test_amounts_have_three_digits_that_count(value, told):
    assert amount(value) == told


@pytest.mark.parametrize(
    ("nanos", "told"), [(None, "none"), (5 * 10**6, "5 ms"), (12 * 10**9, "12 s"), (600 * 10**9, "10 min"), (8_640 * 10**9, "2.4 h")]
)
def test_spans_are_told_in_the_unit_that_suits_them(nanos, told):
    assert span(nanos) == told

"""Lenders of every family in pocket worlds, each played once: accounts followed on the tape, solvency, losses and who bore them."""

import json
from collections import Counter, defaultdict
from typing import Any

import attrs
import pytest

from sim.cascade import stretches
from sim.contagion.accounts import accounts_of
from sim.contagion.fates import Fates
from sim.metrics.accounts import READS, Accounts
from sim.metrics.analyse import analyse
from sim.metrics.lender_tables import lender_tables
from sim.metrics.lending import LendingMetric
from sim.metrics.losses import CAUSES, LossesMetric
from sim.metrics.open_sales import READS as SALES
from sim.metrics.open_sales import OpenSales
from sim.metrics.stress import carried, worth
from sim.records.auctions import AuctionClosed
from sim.records.comet import Absorbed, SharesSeized
from sim.records.lending import BadDebt, Liquidated
from sim.records.liquity import TroveLiquidated
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.opened_lenders import parties_of
from sim.scenario.run import play
from sim.storage import MemoryTape
from sim.units import RAD, RAY
from tests.metrics.test_solvency import SHEET, lines
from tests.support.kept import kept
from tests.support.tapes import BORROWER, ETH, KEEPER, POOL, USDC
from tests.support.twins import WORLDS

INTEREST = 10**-6
"""Share of a debt that may have grown since the last entry that tells an index."""
WAYS = ("mark", "oracle", "liquidation")
NAMES = ("families", "vaults", "everything")


@attrs.frozen(repr=False)
class Played:
    """A world at its end, and its tape."""

    world: Any
    tape: MemoryTape


@kept
def played(name: str) -> Played:
    world = build(load(WORLDS / f"{name}.toml"))
    tape = MemoryTape(None, world.populations)
    world.tape.sink = tape
    play(world)
    world.tape.flush()
    return Played(world, tape)


def followed(name, listed=True):
    run = played(name)
    found = {sheet.place: Accounts(sheet) for sheet in run.world.facts.sheets}
    for each in found.values():
        each.open(run.tape.population if listed else None, {asset.symbol: asset.id for asset in run.world.facts.assets})
    houses = {vault.house: vault.place for vault in run.world.facts.vaults}
    for stretch in stretches(run.tape):
        for row in stretch.rows(READS):
            if (place := houses.get(row[4], row[4])) in found:
                found[place].take(row)
    return found


@kept
def analysed(name: str) -> Any:
    run = played(name)
    return analyse(run.tape, run.world.facts, str, ["solvency"])


@kept
def lost(name: str) -> LossesMetric:
    run = played(name)
    metric = LossesMetric(run.world.facts)
    metric.open(run.tape.population)
    for stretch in stretches(run.tape):
        metric.take(stretch)
    return metric


@pytest.fixture(params=NAMES)
def found(request):
    return analysed(request.param)


@attrs.frozen(repr=False)
class Measured:
    """What was lost in a world."""

    metric: LossesMetric
    tape: Any
    facts: Any


@pytest.fixture(params=NAMES)
def measured(request):
    run = played(request.param)
    return Measured(lost(request.param), run.tape, run.world.facts)


def test_every_share_of_an_aave_pool_is_where_the_pool_has_it():
    (pool,) = played("everything").world.pools.values()
    theirs, mine = pool.state.positions, followed("everything")[pool.place].positions

    assert len(mine.accounts) > 5
    for party in theirs.parties():
        here, there = mine.peek(party), theirs.peek(party)
        assert (here.debts, here.collaterals | here.idle) == (there.debts, there.collaterals | there.idle)


def test_who_liquidates_for_shares_has_them_from_then_on():
    mine = Accounts(SHEET)
    mine.take((1, Liquidated.kind, 0, 0, POOL, KEEPER, BORROWER, USDC, ETH, 0, 0, 0, 50 * 10**6, 3 * 10**17, 10**16, 0))
    mine.take((2, SharesSeized.kind, 0, 1, POOL, KEEPER, BORROWER, ETH, 1, 3 * 10**17, 10**16, 10**18))

    held, owed = mine.units(mine.positions.peek(BORROWER))
    assert (held, owed) == ({ETH: 69 * 10**16}, {USDC: 100 * 10**6})
    assert mine.units(mine.positions.peek(KEEPER)) == ({ETH: 3 * 10**17}, {})


def test_every_vault_has_what_the_engine_says_it_has_though_most_were_auctioned():
    (pool,) = played("vaults").world.vault_pools.values()
    mine = followed("vaults")[pool.place].positions

    assert sum(not mine.peek(party).debts for party in mine.accounts) > 5
    for party in pool.positions.parties():
        here, there = mine.peek(party), pool.positions.peek(party)
        assert (here.debts, here.collaterals) == (there.debts, there.collaterals)


@pytest.mark.parametrize("family", ["compound", "comet", "morpho", "euler", "liquity", "llamma"])
def test_accounts_of_the_other_families_are_right_but_for_interest_since_the_last_entry(family):
    world, ours = played("families").world, followed("families")
    for sheet in [each for each in world.facts.sheets if each.family == family]:
        lender, mine = world.lenders[sheet.place], ours[sheet.place]
        changed = 0
        for party in parties_of(lender):
            shown = lender.position(party, world.chain.timestamp)
            held, owed = mine.units(mine.positions.peek(party))
            changed += party in mine.positions.accounts
            compare(owed, {each.asset: each.units for each in shown.debts})
            if family != "llamma":  # Swaps turn collateral in bands into money, and no entry says whose.
                compare(held, {each.asset: each.units for each in shown.collaterals})

        assert changed > 0


def compare(mine, theirs):
    for asset in mine.keys() | theirs.keys():
        assert abs(mine.get(asset, 0) - theirs.get(asset, 0)) <= 2 + theirs.get(asset, 0) * INTEREST


def test_accounts_whose_file_is_not_to_be_had_are_counted_as_left_out():
    assert [each.left_out for each in followed("vaults", listed=False).values()] == [40]


def test_what_lies_in_auctions_is_what_they_close_with():
    run = played("vaults")
    open_sales, most = OpenSales(run.world.facts), 0
    for stretch in stretches(run.tape):
        for row in stretch.rows(SALES):
            if row[1] == AuctionClosed.kind and row[7] in open_sales.sales:
                sold, returned, debt = row[10], row[11], row[14]
                sale = open_sales.sales[row[7]]
                assert (sale.offered, sale.due) == (sold + returned, debt * 10**18 // RAD)
            open_sales.take(row)
            most = max(most, len(open_sales.sales))

    (system,) = run.world.systems.values()
    assert len(open_sales.sales) == sum(len(house.sales) for house in system.houses.values())
    assert most > 5


def test_at_every_sample_of_every_lender_assets_are_debts_and_equity_less_what_is_uncovered(found):
    points = lines(found.tables["solvency_points"])

    assert len(points) > 60
    for line in points:
        assert line["collateral"] == pytest.approx(line["debt"] + line["equity_mark"] - line["uncovered_mark"])
        assert line["accounts"] == line["healthy"] + line["liquidatable"]
        for way in WAYS:
            assert line[f"net_{way}"] == pytest.approx(line[f"equity_{way}"] - line[f"uncovered_{way}"], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_in_the_end_as_many_can_be_liquidated_as_the_lender_says(name):
    world, points = played(name).world, lines(analysed(name).tables["solvency_points"])
    for sheet in [each for each in world.facts.sheets if each.family != "llamma"]:  # Its health counts bands.
        lender = world.pools.get(sheet.place) or world.vault_pools.get(sheet.place) or world.lenders[sheet.place]
        mine = [line["liquidatable"] for line in points if line["pool"] == str(sheet.place)]

        assert mine[-1] == len(lender.view(world.chain.timestamp).unhealthy)
        assert max(mine) > 0


def test_what_a_sale_fetches_never_makes_anybody_more_solvent_than_the_mark(found):
    for line in lines(found.tables["solvency_points"]):
        assert line["net_liquidation"] <= line["net_mark"] + 1e-6
        assert line["insolvent_liquidation"] >= line["insolvent_mark"]


def test_all_together_is_the_sum_of_the_lenders_but_for_the_joint_sale(found):
    points = lines(found.tables["solvency_points"])
    for at in {line["at_ns"] for line in points}:
        here = [line for line in points if line["at_ns"] == at]
        (together,) = [line for line in here if line["pool"] == "all"]
        for key in ("accounts", "healthy", "debt", "net_mark", "net_oracle", "bad_debt", "sale"):
            assert together[key] == pytest.approx(sum(line[key] for line in here if line is not together))
        assert together["sale_beyond_depth"] + 1e-6 >= sum(line["sale_beyond_depth"] for line in here if line is not together)
        assert together["net_liquidation"] <= sum(line["net_liquidation"] for line in here if line is not together) + 1e-6


def test_figures_are_plain_and_the_surface_is_the_stress_of_all_together(found):
    json.dumps(found.figures, allow_nan=False)
    stress = {
        (line["moment"], line["shock_percent"], line["depth_times"]): line["bad_debt"]
        for line in lines(found.tables["solvency_stress"])
        if line["pool"] == "all"
    }

    for row in lines(found.tables["solvency_surface"]):
        for depth in ("0.25", "0.5", "1", "2", "infinite"):
            assert row[f"bad_debt_{depth}"] == stress[row["moment"], row["shock_percent"], depth]


def test_every_unit_of_bad_debt_has_one_cause(measured):
    wanted: Counter[Any] = Counter()
    for row in measured.tape.entries(records=["BadDebt"]):
        wanted[row.place, row.record.asset] += row.record.amount
    houses = {vault.house: vault for vault in measured.facts.vaults}
    for row in measured.tape.entries(records=["AuctionClosed"]):
        unpaid = row.record.debt - row.record.raised
        if row.place in houses and unpaid > 0:
            wanted[houses[row.place].place, houses[row.place].money] += unpaid * 10**18 // RAD
    found: Counter[Any] = Counter()
    for each in measured.metric.losses:
        found[each.pool, each.asset] += each.amount

    assert found == wanted
    assert {each.cause for each in measured.metric.losses} <= set(CAUSES)
    figures = measured.metric.figures()
    assert sum(figures["by_cause"].values()) == pytest.approx(figures["bad_debt"]) == pytest.approx(sum(figures["by_lender"].values()))
    json.dumps(figures, allow_nan=False)


@pytest.mark.parametrize("name", NAMES)
def test_bad_debt_is_the_same_wherever_it_is_counted(name):
    run, losses = played(name), lost(name).losses
    facts = run.world.facts
    summary, fates = LendingMetric(facts), Fates(facts)
    for stretch in stretches(run.tape):
        summary.take(stretch)
        fates.take(stretch)
    units: Counter[Any] = Counter()
    values: defaultdict[Any, float] = defaultdict(float)
    for each in losses:
        units[each.asset] += each.amount
        values[each.pool] += each.value
    end = {line["pool"]: line["bad_debt"] for line in lines(analysed(name).tables["solvency_points"])}

    assert (sum(units.values()) > 0) == (name != "everything")
    assert {asset: amount for asset, amount in summary.bad_debt.items() if amount} == +units
    for sheet in facts.sheets:
        assert fates.found[sheet.place].bad_debt / 10**8 == pytest.approx(values[sheet.place], abs=1e-6)
        assert end[str(sheet.place)] == pytest.approx(values[sheet.place])


@pytest.mark.parametrize("name", NAMES)
def test_before_anything_happened_accounts_are_those_that_contagion_is_foretold_of(name):
    run = played(name)
    facts, symbols = run.world.facts, {asset.symbol: asset.id for asset in run.world.facts.assets}
    for table in lender_tables(facts):
        table.open(run.tape.population, symbols)
        foretold, followed = accounts_of(facts, table.accounts.sheet, run.tape.population), table.sheet()
        owed, carries = worth(followed.owed, table.prices, len(followed)), carried(followed, table.prices)

        assert len(owed) > 0
        assert sorted(foretold.owed.sum(axis=1).tolist()) == pytest.approx(sorted(owed.tolist()))
        assert sorted((foretold.held * foretold.thresholds).sum(axis=1).tolist()) == pytest.approx(sorted(carries.tolist()))


def test_who_bore_it_adds_up_to_what_was_settled_and_who_got_it_to_what_was_seized(measured):
    for each in measured.metric.falls.values():
        borne: Counter[Any] = Counter()
        got: Counter[Any] = Counter()
        for (asset, _), units in each.told().items():
            borne[asset] += units
        for (asset, _), units in each.got.items():
            got[asset] += units

        assert borne == Counter(each.settled_units())
        assert got == Counter(each.seized)
        assert min([*each.told().values(), 0]) == 0


def test_collateral_went_where_liquidations_say(measured):
    said: Counter[Any] = Counter()
    families = {sheet.place: sheet.family for sheet in measured.facts.sheets}
    for row in measured.tape.entries(records=["Liquidated"]):
        said[row.place, row.record.collateral_asset, "liquidator"] += row.record.seized
        said[row.place, row.record.collateral_asset, "lender"] += row.record.protocol_fee
    told = {
        (place, asset, who): units
        for place, each in measured.metric.falls.items()
        for (asset, who), units in each.got.items()
        if units and families[place] not in ("vaults", "comet") and who in ("liquidator", "lender")
    }

    assert told == {key: units for key, units in said.items() if units}


def test_what_was_settled_is_what_the_tape_says_was_owed(measured):
    debts: Counter[Any] = Counter()
    families = {sheet.place: sheet.family for sheet in measured.facts.sheets}
    houses = {vault.house: vault.place for vault in measured.facts.vaults}
    for row in measured.tape.entries(
        records=[Liquidated.__name__, BadDebt.__name__, Absorbed.__name__, TroveLiquidated.__name__, AuctionClosed.__name__]
    ):
        said, family = row.record, families.get(row.place)
        if isinstance(said, Liquidated) and family != "liquity":
            debts[row.place] += said.repaid
        elif (isinstance(said, BadDebt) and family != "comet") or isinstance(said, Absorbed):
            debts[row.place] += said.amount if isinstance(said, BadDebt) else said.debt
        elif isinstance(said, TroveLiquidated):
            debts[row.place] += said.offset + said.redistributed
        elif isinstance(said, AuctionClosed) and row.place in houses:
            debts[houses[row.place]] += said.debt
    for place, each in measured.metric.falls.items():
        total = debts[place] // RAY if each.vault is not None else debts[place]

        assert sum(each.settled_units().values()) == total

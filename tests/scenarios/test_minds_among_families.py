"""Minds among lenders of several families, in the pocket world: plans, redemptions, deposits, fees, and what they earn."""

from fractions import Fraction
from typing import Any

import pytest

from sim.cascade import cascade
from sim.errors import StrategyError
from sim.scenario.build import build
from sim.scenario.lender_debts import debt_of
from sim.scenario.run import Result, run
from sim.scenario.world import World
from sim.storage.columns import Columns
from sim.units import SECOND
from sim.vocabulary import Motive
from tests.support.kept import kept
from tests.worlds.pocket_families import LENDERS, families

END = 1_727_776_800 + 240
GONE = ("debt_repaid", "bad_debt")


@kept
def whole() -> Result:
    return run(families())


def party(result: Result, name: str) -> int:
    return next(agent.party for agent in result.facts.agents if agent.name == name)


def place(result: Result, name: str) -> int:
    return next(pool.place for pool in result.facts.pools if pool.name == name)


def asset(result: Result, symbol: str) -> int:
    return next(each.id for each in result.facts.assets if each.symbol == symbol)


def own(result: Result, record: str, name: str) -> Columns:
    """Return an agent's records of a kind."""
    columns = result.records(record)
    mask = columns["party"] == party(result, name)
    return {column: values[mask] for column, values in columns.items()}


# A borrower with a plan.


@pytest.mark.parametrize(
    ("pool", "debt", "symbol"),
    [
        ("old", 4_000, "USDC"),
        ("new", 4_000, "USDC"),
        ("blue", 4_000, "USDC"),
        ("kit", 7_500, "USDC"),
        ("first", 3_000, "USDC"),
        ("troves", 4_000, "LUSD"),
        ("bands", 4_000, "USDC"),
    ],
)
def test_a_borrower_opens_an_account_in_a_lender_of_any_family(pool, debt, symbol):
    result = whole()
    borrowed = own(result, "Borrowed", "planner")
    there = [
        (int(amount), int(at) <= 8 * SECOND)
        for at, where, which, amount in zip(borrowed["at_ns"], borrowed["place"], borrowed["asset"], borrowed["amount"], strict=True)
        if (where, which) == (place(result, pool), asset(result, symbol))
    ]

    unit = 10**18 if symbol == "LUSD" else 10**6
    assert there == [(debt * unit, True)]


@kept
def at_the_end() -> World:
    world = build(families())
    world.kernel.run_until(240 * SECOND)
    return world


def position(name: str, pool: str) -> Any:
    """Return an agent's account when the run is over."""
    world = at_the_end()
    me, where = world.names.id(name), world.names.id(pool)
    assert me is not None and where is not None
    return world.lenders[where].position(me, END)


@pytest.mark.parametrize("pool", [name for name in LENDERS if name != "kit"])
def test_who_closes_an_account_owes_nothing_and_has_nothing_there_afterwards(pool):
    account = position("planner", pool)

    assert (account.debts, account.collaterals) == ((), ())


def test_who_is_liquidated_to_the_end_owes_nothing_either():
    liquidated = whole().records("Liquidated")["account"].tolist()

    assert party(whole(), "planner") in liquidated
    assert position("planner", "kit").debts == ()


def test_a_trove_that_was_redeemed_leaves_its_owner_what_it_can_claim():
    result = whole()
    redeemed, claimed = result.records("TroveRedeemed"), own(result, "SurplusClaimed", "thin")
    mine = redeemed["account"] == party(result, "thin")

    assert mine.sum() == 1 and redeemed["is_closed"][mine].tolist() == [1]
    assert [int(each) for each in claimed["amount"]] == [int(each) for each in redeemed["surplus"][mine]]


def test_a_kept_health_borrows_as_the_price_rises_and_repays_as_it_falls():
    result = whole()
    repaid, borrowed = own(result, "Repaid", "steady"), own(result, "Borrowed", "steady")

    assert min(len(repaid["seq"]), len(borrowed["seq"])) > 2
    assert position("steady", "new").health / 10**18 == pytest.approx(1.5, rel=0.1)
    assert len(own(result, "HealthFell", "steady")["seq"]) == 0


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ({"at": "5 s", "do": "supply", "amount": "5 ETX"}, "no asset has that name"),
        ({"at": "5 s", "do": "supply"}, "is to supply and names no amount"),
        ({"at": "5 s", "do": "open", "amount": "5 ETH"}, "is to open and names no debt"),
        ({"at": "5 s", "do": "borrow", "amount": "5 ETH", "pool": 3}, "plan.0.pool is 3, and it has 1"),
    ],
)
def test_a_plan_that_cannot_be_is_told(act, told):
    with pytest.raises(StrategyError, match=told):
        run(families({"agents.steady.parameters.plan": [act]}), tape="none")


# What became of all debts.


def test_debts_repaid_and_written_off_are_what_is_owed_no_more():
    result, world = whole(), at_the_end()
    dollars = asset(result, "USDC")
    summary = result.summary
    gone = sum(
        Fraction(summary[key]["USDC"].split()[0]) if isinstance(summary[key], dict) else Fraction(summary[key].split()[0]) for key in GONE
    )
    opened = sum(Fraction(debt) for name, debt in result.facts.opening_debt.items() if name != "troves")
    borrowed, repaid = (of_asset(result, record, dollars) for record in ("Borrowed", "Repaid"))
    taken_over = result.records("DebtTakenOver")
    fees = sum(int(fee) for fee in taken_over["fee"])  # Euler v1: what liquidators owe the reserves besides.
    left = sum(Fraction(debt_of(lender), 10**8) for place, lender in world.lenders.items() if world.names.name(place) != "troves")

    grown = opened + Fraction(borrowed - repaid + fees, 10**6) - gone
    assert 0 <= left - grown < Fraction(opened, 10**5)  # Interest of four minutes.


def test_a_troves_debt_goes_where_the_system_says():
    result, world = whole(), at_the_end()
    money = asset(result, "LUSD")
    system = world.lenders[place(result, "troves")]
    offset = sum(int(each) for each in result.records("TroveLiquidated")["offset"])
    redeemed = result.records("TroveRedeemed")
    reserves = 200 * 10**18
    closed = int(redeemed["is_closed"].sum())
    opened = 2 * reserves + of_asset(result, "Borrowed", money) + sum(int(fee) for fee in result.records("FeePaid")["fee"])
    repaid = sum(int(each) for each in result.records("TroveClosed")["repaid"]) + reserves

    expected = 116_000 * 10**18 + opened - repaid - offset - sum(int(each) for each in redeemed["debt"]) - closed * reserves
    assert debt_of(system) == expected // 10**10


def of_asset(result: Result, record: str, wanted: int) -> int:
    """Return the sum of a record's amounts in one asset."""
    columns = result.records(record)
    return sum(int(amount) for amount, which in zip(columns["amount"], columns["asset"], strict=True) if which == wanted)


# Redeemers.


def test_a_redeemer_works_while_the_money_is_cheap_and_sells_what_it_got():
    result = whole()
    redeemed, orders = own(result, "Redeemed", "redeemer"), own(result, "OrderAccepted", "redeemer")

    assert redeemed["at_ns"].min() < 100 * SECOND
    assert len(redeemed["seq"]) > 1
    assert set(orders["motive"].tolist()) == {Motive.ARBITRAGE}
    sold = [int(lots) * 10**15 for lots in orders["lots"]]
    assert sold == [int(each) // 10**15 * 10**15 for each in redeemed["drawn"] - redeemed["fee"]]


def test_nothing_is_redeemed_where_the_money_is_worth_one_or_the_system_forbids_it():
    calm = run(families({"run.duration": "100 s", "agents.flight.venue_funds": ["1 LUSD"], "agents.flight.parameters.total": 1}))
    forbidden = run(families({"run.duration": "100 s", "liquity.troves.no_redemption": "4 min"}))

    assert len(own(calm, "Redeemed", "redeemer")["seq"]) == 0
    assert len(own(forbidden, "Redeemed", "redeemer")["seq"]) == 0
    assert len(own(forbidden, "TxReverted", "redeemer")["seq"]) == 0


# Depositors.


def test_a_depositor_provides_when_liquidations_are_ahead_and_sells_what_it_gains():
    result = whole()
    provided, gains = own(result, "Supplied", "depositor"), own(result, "GainPaid", "depositor")
    fallen = result.records("HealthFell")
    first_call = min(int(at) for at, where in zip(fallen["at_ns"], fallen["place"], strict=True) if where == place(result, "troves"))

    assert int(provided["at_ns"][0]) > first_call
    assert len(gains["seq"]) > 0 and all(int(gain) > 0 for gain in gains["gain"])
    assert len(own(result, "OrderAccepted", "depositor")["seq"]) > 0


def test_who_leaves_below_a_ratio_takes_what_is_left_out_of_the_pool():
    deep = {"liquity.troves.deposits.trove_berta.amount": "200_000 LUSD"}
    result = run(families({**deep, "run.duration": "100 s", "agents.depositor.parameters.leave_ratio": "150 %"}))
    withdrawn = own(result, "Withdrawn", "depositor")

    assert withdrawn["asset"].tolist() and set(withdrawn["asset"].tolist()) == {asset(result, "LUSD")}
    assert own(result, "Supplied", "depositor")["seq"].max() < withdrawn["seq"].min()


def test_what_a_depositor_sells_descends_from_the_troves_it_paid_for():
    result = whole()
    found = cascade(result.tape, result.facts)
    troves = set(result.records("TroveLiquidated")["liquidated"].tolist())
    me = party(result, "depositor")

    origins = [origin for sale in found.sales.values() if sale.party == me for (_, origin), _ in sale.origins]
    assert origins and set(origins) <= troves


# Collectors, and what all of them earn.


@pytest.mark.parametrize(("name", "amm"), [("owners", "ranges"), ("stable_owners", "stable")])
def test_the_protocols_part_of_fees_is_collected_by_whom_it_belongs_to(name, amm):
    result, world = whole(), build(families())
    taken = own(result, "ProtocolFeeTaken", name)

    assert {world.names.name(int(each)) for each in taken["place"]} == {amm}
    assert min(int(each) for each in taken["amount"]) > 0


def test_a_redemption_earns_what_it_brings_less_the_money_and_a_gain_what_it_is_worth_less_the_loss():
    result = whole()
    keepers = result.summary["keepers"]

    def told(name: str, part: str) -> Fraction:
        return Fraction(keepers[name]["LUSD"][part].split()[0])

    redeemed = own(result, "Redeemed", "redeemer")
    fees = sum(
        Fraction(int(fee) * int(paid), int(drawn))
        for fee, paid, drawn in zip(redeemed["fee"], redeemed["paid"], redeemed["drawn"], strict=True)
    )
    assert told("redeemer", "bonus") == pytest.approx(float(-fees / 10**18), abs=0.01)
    assert told("depositor", "bonus") > 0
    for name in ("redeemer", "depositor"):
        assert list(keepers[name]) == ["LUSD"]
        parts = [told(name, part) for part in keepers[name]["LUSD"] if part not in ("profit", "liquidations")]
        assert sum(parts) == told(name, "profit")

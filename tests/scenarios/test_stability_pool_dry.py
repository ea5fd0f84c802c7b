"""What stands behind a Liquity system: deposits, then the other troves, then recovery mode; redemptions hold the money near one."""

from decimal import Decimal

import pytest

from sim.scenario.run import Result
from sim.units import WAD
from tests.scenarios.runs import Changes, ran, seeds

SEEDS = seeds(1, 7)
ENOUGH: Changes = (("liquity.troves.deposits.saver.amount", "8_000_000 LUSD"),)
NO_REDEEMER: Changes = (("agents.redeemer.parameters.min_profit", "1_000_000 LUSD"),)
OPENING = 1_000_000 * WAD
MINIMUM = 110 * WAD // 100

Flow = tuple[int, int, dict[str, int]]
"""Place on the tape, what was provided, the liquidated trove."""


def money_of(result: Result) -> int:
    return next(asset.id for asset in result.facts.assets if asset.symbol == "LUSD")


def provided(result: Result) -> list[tuple[int, int]]:
    """Return what was put into the stability pool, with its place on the tape; nothing is taken out of it."""
    supplied, withdrawn = result.records("Supplied"), result.records("Withdrawn")
    assert money_of(result) not in withdrawn["asset"].tolist()
    own = supplied["asset"] == money_of(result)
    return [(int(seq), int(amount)) for seq, amount in zip(supplied["seq"][own], supplied["amount"][own], strict=True)]


def troves(result: Result) -> list[dict[str, int]]:
    """Return the liquidated troves in sequence, each with its ratio, the system's price being the one it was liquidated at."""
    rows, liquidated = result.records("TroveLiquidated"), result.records("Liquidated")
    prices = {int(seq): int(price) for seq, price in zip(liquidated["seq"], liquidated["collateral_price"], strict=True)}
    caller = {int(seq): int(seized) for seq, seized in zip(liquidated["seq"], liquidated["seized"], strict=True)}
    found = [{name: int(rows[name][each]) for name in rows} for each in range(len(rows["seq"]))]
    for each in found:
        each["debt"] = each["offset"] + each["redistributed"]
        collateral = each["to_pool"] + each["to_troves"] + each["surplus"] + caller[each["liquidated"]]
        each["ratio"] = collateral * prices[each["liquidated"]] * WAD // (each["debt"] * 10**8)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_deposits_pay_until_there_are_none_and_other_troves_take_over_the_rest(seed):
    result = ran("stability_pool_dry", seed)
    deposits: list[Flow] = [(seq, amount, {}) for seq, amount in provided(result)]
    flows = sorted([*deposits, *((each["seq"], 0, each) for each in troves(result))], key=seq_of)
    left, times_dry = OPENING, 0

    for _, amount, trove in flows:
        left += amount
        if trove:
            spared = trove["is_recovery"] and trove["ratio"] <= WAD
            assert trove["offset"] == (0 if spared else min(left, trove["debt"]))
            left -= trove["offset"]
            times_dry += left == 0 and trove["offset"] > 0

    assert times_dry > 3
    assert sum(each["redistributed"] for each in troves(result)) > 1_000_000 * WAD


def seq_of(flow: Flow) -> int:
    return flow[0]


@pytest.mark.parametrize("changes", [(), ENOUGH])
def test_only_in_recovery_and_only_deposits_reach_above_the_minimum(changes):
    found = troves(ran("stability_pool_dry", 1, changes))
    above = [each for each in found if each["ratio"] >= MINIMUM]

    assert above
    assert all(each["is_recovery"] and not each["redistributed"] for each in above)
    assert {each["surplus"] > 0 for each in above} == {True}
    assert not any(each["surplus"] for each in found if each["ratio"] < MINIMUM)


def test_deposits_for_all_cost_more_owners_their_troves():
    dry, rich = (troves(ran("stability_pool_dry", 1, changes)) for changes in ((), ENOUGH))

    assert not any(each["redistributed"] for each in rich)
    assert len(rich) > 1.3 * len(dry)
    assert sum(each["surplus"] > 0 for each in rich) > 3 * sum(each["surplus"] > 0 for each in dry)


@pytest.mark.parametrize("changes", [(), ENOUGH])
def test_no_debt_goes_unpaid(changes):
    summary = ran("stability_pool_dry", 1, changes).summary

    assert Decimal(summary["bad_debt"].split()[0]) == 0
    assert summary["unhealthy_at_end"] == 0


def test_redemptions_come_last_and_bring_the_money_back_towards_one():
    with_one, without = ran("stability_pool_dry", 1), ran("stability_pool_dry", 1, NO_REDEEMER)
    redeemed = with_one.records("Redeemed")

    assert len(redeemed["seq"]) > 0
    assert redeemed["at_ns"].min() > with_one.records("TroveLiquidated")["at_ns"].max()
    assert len(without.records("Redeemed")["seq"]) == 0
    assert 1_500 < last_price(with_one) < last_price(without) - 10
    assert Decimal(with_one.summary["keepers"]["redeemer"]["LUSD"]["profit"].split()[0]) > 0


def last_price(result: Result) -> float:
    """Return what one ETH costs in LUSD at the end; 1,500 dollars buy one."""
    venue = next(each.place for each in result.facts.venues if each.name == "eth_lusd")
    trades = result.records("Traded")
    return float(trades["price"][trades["place"] == venue][-1]) / 100

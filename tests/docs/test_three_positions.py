"""The scenario `three_positions` does, to the unit, what its page works out by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from sim.cascade import cascade
from sim.scenario.load import load
from sim.scenario.run import Result, run
from tests.support.shared import REPOSITORY

PAGE = REPOSITORY / "docs" / "tutorial" / "three-positions.md"
SECOND = Decimal(10**9)


def table(*head: str) -> list[dict[str, str]]:
    """Return the rows of the page's table with this head."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("| " + " | ".join(head) + " |") + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append(dict(zip(head, (cell.strip() for cell in line.strip("|").split("|")), strict=True)))
    assert rows
    return rows


def seconds(nanos: int) -> str:
    """Return an instant as the page writes it."""
    return f"{(nanos / SECOND).quantize(Decimal('0.001')).normalize():f} s"


def whole(units: int, decimals: int) -> str:
    """Return units of an asset as the page writes them."""
    return f"{(Decimal(int(units)).scaleb(-decimals)).normalize():f}"


@pytest.fixture(scope="module")
def done() -> Result:
    return run(load("three_positions"))


def rows_of(done: Result, record: str) -> list[dict[str, int]]:
    columns = done.records(record)
    return [{name: int(values[each]) for name, values in columns.items()} for each in range(len(columns["seq"]))]


def name(done: Result, party: int) -> str:
    known = {agent.party: agent.name for agent in done.facts.agents}
    return known[party]


def test_every_trade_is_on_the_page_and_every_trade_of_the_page_happened(done):
    traded = [(seconds(row["at_ns"]), str(row["lots"]), whole(row["price"], 1)) for row in rows_of(done, "Traded")]

    assert [(row["at"], row["lots"], row["price"]) for row in table("at", "seller", "lots", "price")] == traded


def test_every_post_is_on_the_page(done):
    posts = [(seconds(row["at_ns"]), whole(row["price"], 8)) for row in rows_of(done, "PricePosted") if row["at_ns"]]

    assert [(row["at"], row["posted price"]) for row in table("at", "posted price", "mid it stands for")] == posts


def test_the_mids_add_up_to_the_posts():
    for row in table("at", "posted price", "mid it stands for"):
        bid, ask = row["mid it stands for"].split(" / ")[0].strip("()").split(" + ")

        assert 2 * Decimal(row["posted price"]) == Decimal(bid) + Decimal(ask)


def test_every_liquidation_is_on_the_page_to_the_last_digit(done):
    head = ("at", "account", "health", "repaid in USDC", "seized in ETH", "at", "generation")
    found = cascade(done.tape, done.facts)
    liquidated = [
        (
            seconds(row["at_ns"]),
            whole(row["health"], 18),
            whole(row["repaid"], 6),
            whole(row["seized"], 18),
            whole(row["collateral_price"], 8),
            str(found.liquidations[row["seq"]].generation),
        )
        for row in rows_of(done, "Liquidated")
    ]
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("| " + " | ".join(head) + " |") + 2
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start : start + 3]]

    assert [(at, health, repaid, seized, price, generation) for at, _, health, repaid, seized, price, generation in cells] == liquidated


def test_triggers_are_what_makes_health_one():
    for row in table("position", "debt in USDC", "trigger price"):
        assert Decimal(row["debt in USDC"]) == 500 * Decimal(row["trigger price"]) * Decimal("0.8")


def test_the_page_lists_the_positions_of_the_scenario():
    accounts = load("three_positions").pools[0].accounts

    listed = [(row["position"], f"{row['debt in USDC']} USDC") for row in table("position", "debt in USDC", "trigger price")]
    assert [(account.name, str(account.debt[0])) for account in accounts] == listed


def test_the_keeper_earned_what_the_page_says(done):
    earned = done.summary["keepers"]["keeper"]["USDC"]

    for row in table("part", "in USDC", "how"):
        assert f"{row['in USDC']} USDC" == earned[row["part"]]


def test_each_descends_from_the_one_before_but_for_a_remainder(done):
    found = cascade(done.tape, done.facts)
    anna, ben, carl = found.liquidations
    # Ten lots of Anna's went into the first of the two levels that called Carl. The 14/33 of a lot that were left of hers went, with
    # Ben's, into an order of 211 lots, 190 of them into these levels. Shares are rounded at a billionth of a half tick.
    share = (10 + 190 * Fraction(14, 33) / 211) / 200
    (heavier, of_ben), (lighter, of_anna) = found.parents_of(carl)

    assert [found.parents_of(each) for each in (anna, ben)] == [[], [(anna, Fraction(1))]]
    assert (heavier, lighter) == (ben, anna)
    assert of_ben + of_anna == 1 and abs(of_anna - share) < Fraction(1, 10**9)


def test_what_the_summary_says_is_the_sum_of_the_page(done):
    sold = sum(int(row["lots"]) for row in table("at", "seller", "lots", "price") if row["seller"] == "keeper")

    assert done.summary["collateral_sold"] == f"{sold} ETH"
    assert done.summary["debt_repaid"] == "56082.654028 USDC"
    assert (done.summary["drawdown_bps"], done.summary["generations"], done.summary["bad_debt"]) == (400, 3, "0 USDC")

"""Position files and what is read out of them."""

from fractions import Fraction
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.lending.aave.terms import EMode, PoolTerms
from sim.lending.aave.versions import VERSIONS
from sim.lending.snapshot import Snapshot, read_positions
from sim.lending.summary import Disagreement, Rung, debt_per_percent_fall, position_ladder, positions_of, split_unhealthy, summarise
from sim.units import WAD
from tests.lending.world import ASSETS, DOLLAR, USDC, WBTC, WETH, build, reserve

BY_SYMBOL = {asset.symbol: asset for asset in ASSETS}
PRICES = {1: 2_000 * DOLLAR, 2: 40_000 * DOLLAR, 3: DOLLAR, 4: DOLLAR}
STAMP = "# snapshot: 2020-03-12T09:54:00Z\n"
HEADER = "account,asset,side,amount\n"
GOOD = STAMP + HEADER + "ann,WETH,collateral,10\nann,USDC,debt,15000.5\nbob,WBTC,collateral,0.00000001\n"


def terms(e_modes=()) -> PoolTerms:
    return PoolTerms(VERSIONS["v3_7"], tuple(reserve(asset) for asset in ASSETS), e_modes)


@pytest.fixture
def read(tmp_path):
    def reader(text: str, taken_at: int | None = None) -> Snapshot:
        path = tmp_path / "positions.csv"
        path.write_text(text, encoding="utf-8")
        return read_positions(path, BY_SYMBOL, taken_at)

    return reader


@pytest.fixture
def refused(read):
    def complaints(text: str, taken_at: int | None = None) -> list[str]:
        with pytest.raises(InputError) as refusal:
            read(text, taken_at)
        return [line.split("positions.csv: ")[1] for line in str(refusal.value).splitlines()]

    return complaints


def test_a_file_is_read_to_the_last_unit(read):
    snapshot = read(GOOD)

    ann, bob = snapshot.accounts
    assert (ann.name, ann.collaterals, ann.debts) == ("ann", {WETH.id: 10**19}, {USDC.id: 15_000_500_000})
    assert bob.collaterals == {WBTC.id: 1}
    assert (snapshot.taken_at, snapshot.unknown_assets, snapshot.left_out) == (1_584_006_840, (), 0)


def test_the_time_may_come_with_the_call(read):
    assert read(GOOD.removeprefix(STAMP), taken_at=5).taken_at == 5


def test_without_a_time_nothing_is_read(refused):
    assert refused(GOOD.removeprefix(STAMP)) == ["line 1: no snapshot time; begin with `# snapshot: 2020-03-12T09:54:00Z` or give one"]


@pytest.mark.parametrize(("text", "taken_at"), [("# snapshot: noon\n" + HEADER + "a,WETH,debt,1\n", None), (GOOD, 7)])
def test_a_time_that_is_none_or_another_is_refused(refused, text, taken_at):
    assert [line[:6] for line in refused(text, taken_at)] == ["line 1"]


def test_all_mistakes_are_told_at_once_with_their_lines(refused):
    rows = [
        "ann,WETH,collateral,1",
        "ann,WETH,collateral,2",
        ",WETH,debt,1",
        "bob,USDC,credit,1",
        "cat,USDC,debt,0.0000001",
        "dan,USDC,debt,-5",
        "eve,USDC,debt,NaN",
        "fay,USDC,debt,0.00",
        "gus,USDC,debt",
        "hal,USDC,debt,1e3",
    ]

    said = refused(STAMP + HEADER + "\n".join(rows) + "\n")

    assert [int(line.split(":")[0].removeprefix("line ")) for line in said] == list(range(4, 13))
    assert said[0] == "line 4: ann has WETH as collateral in line 3 already; add the two up"
    assert said[3] == "line 7: amount 0.0000001 has more than the 6 decimals of USDC"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: no snapshot time"),
        (STAMP, "line 2: the header is ''"),
        (STAMP + "account,asset,amount\n", "line 2: the header is 'account,asset,amount'; it needs side"),
        (STAMP + HEADER, "line 2: no position in it"),
        (STAMP + "account,asset,side,amount,colour\n", "line 2: column 'colour' is unknown"),
    ],
)
def test_an_empty_file_and_a_strange_header_are_refused(refused, text, complaint):
    assert refused(text)[0].startswith(complaint)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.csv is not there; give the path of a CSV file"):
        read_positions(Path(tmp_path) / "nowhere.csv", BY_SYMBOL, 1)


def test_unknown_assets_are_counted_and_their_accounts_left_out(read):
    snapshot = read(GOOD + "bob,DOGE,collateral,5\nzoe,DOGE,debt,1\nzoe,PEPE,debt,1\n")

    assert [account.name for account in snapshot.accounts] == ["ann"]
    assert (snapshot.unknown_assets, snapshot.left_out) == ((("DOGE", 2), ("PEPE", 1)), 2)


def test_a_category_and_a_stated_health_belong_to_the_account(read, refused):
    header = STAMP + "account,asset,side,amount,emode,health\n"

    [ann] = read(header + "ann,WETH,collateral,10,1,1.1\nann,USDC,debt,15000,,\n").accounts
    assert (ann.e_mode, ann.health) == (1, 11 * WAD // 10)
    assert len(refused(header + "ann,WETH,collateral,10,1,1.1\nann,USDC,debt,15000,2,1.2\nbob,WETH,debt,1,x,y\n")) == 4


def test_a_category_the_pool_does_not_have_is_refused(read):
    accounts = read(STAMP + "account,asset,side,amount,emode\nann,WETH,collateral,10,3\n").accounts

    with pytest.raises(InputError, match="ann: emode is 3"):
        summarise(accounts, PRICES, terms())


def test_a_summary_counts_what_is_there(read):
    text = STAMP + "account,asset,side,amount,health\n"
    rows = [
        "ann,WETH,collateral,10,1.1",  # 20,000 * 0.825 / 15,000 = 1.1
        "ann,USDC,debt,15000,",
        "bob,WETH,collateral,1,1.5",  # 1,650 / 1,000 = 1.65
        "bob,DAI,debt,1000,",
        "cat,WETH,collateral,1,0.8",  # 1,650 / 2,000 = 0.825: unhealthy
        "cat,USDC,debt,2000,",
        "dan,WBTC,collateral,1,",
    ]
    accounts = read(text + "\n".join(rows)).accounts

    summary = summarise(accounts, PRICES, terms())

    assert (summary.accounts, summary.debtors, summary.unhealthy) == (4, 3, 1)
    assert summary.debt_by_asset == ((3, 17_000 * 10**6), (4, 1_000 * 10**18))
    assert (summary.total_debt, summary.unhealthy_debt) == (18_000 * DOLLAR, 2_000 * DOLLAR)
    assert dict(summary.health_quantiles)[0.5] == 11 * WAD // 10
    assert [each.account for each in summary.top] == ["ann", "cat", "bob"]
    assert summary.disagreement == Disagreement("bob", 15 * WAD // 10, 165 * WAD // 100)
    # Bitcoin is worth the most, but nobody owes against it.
    assert (summary.ladder_asset, summary.ladder[-1]) == (WBTC.id, Rung(50, 0, 0))


def test_the_ladder_holds_the_debt_whose_trigger_lies_within_each_fall(read):
    owed = {"ann": (10, 15_000), "bob": (1, 1_000), "cat": (1, 1_650)}
    rows = [f"{name},WETH,collateral,{ether}\n{name},USDC,debt,{debt}\n" for name, (ether, debt) in owed.items()]
    accounts = read(STAMP + HEADER + "".join(rows)).accounts

    ladder = position_ladder(terms(), positions_of(accounts), PRICES, WETH.id)

    # cat's health is one: any fall; ann falls at 1 - 1/1.1 = 9.09 %, bob at 1 - 1/1.65 = 39.4 %.
    assert [(rung.fall_percent, rung.debt // DOLLAR, rung.accounts) for rung in ladder] == [
        (1, 1_650, 1),
        (2, 1_650, 1),
        (5, 1_650, 1),
        (10, 16_650, 2),
        (20, 16_650, 2),
        (30, 16_650, 2),
        (50, 17_650, 3),
    ]
    assert debt_per_percent_fall(ladder)[3] == (5, 10, Fraction(15_000 * DOLLAR, 5))


def test_a_trigger_is_where_the_contract_changes_its_mind(read):
    accounts = read(STAMP + HEADER + "ann,WETH,collateral,7\nann,WBTC,collateral,0.1\nann,USDC,debt,11000\n").accounts
    world = build(VERSIONS["v3_7"])
    fall = 1 - (11_000 - 4_000 * 0.75) / (14_000 * 0.825)

    ladder = position_ladder(terms(), positions_of(accounts), PRICES, WETH.id, falls=(int(fall * 100), int(fall * 100) + 1))

    assert [rung.accounts for rung in ladder] == [0, 1]
    for percent, count in ((int(fall * 100), 0), (int(fall * 100) + 1, 1)):
        prices = {**world.prices.prices, WETH.id: 2_000 * DOLLAR * (100 - percent) // 100}
        assert len(split_unhealthy(accounts, prices, terms())[1]) == count


def test_those_already_unhealthy_stand_apart(read):
    accounts = read(GOOD + "cat,WETH,collateral,1\ncat,USDC,debt,2000\n").accounts

    healthy, unhealthy = split_unhealthy(accounts, PRICES, terms((EMode(1, (1,), (3,), 9_000, 9_300, 100),)))

    assert ([each.name for each in healthy], [each.name for each in unhealthy]) == (["ann", "bob"], ["cat"])


@pytest.mark.parametrize("before", ["# file: accounts.csv\n" + STAMP, STAMP + "# taken by hand\n", "# one\n" + STAMP + "# two\n"])
def test_remarks_may_stand_around_the_snapshot_time(before, read):
    remarked, bare = read(before + GOOD.removeprefix(STAMP)), read(GOOD)

    assert (remarked.taken_at, len(remarked.accounts)) == (bare.taken_at, len(bare.accounts))
    assert remarked.accounts[0].line > bare.accounts[0].line

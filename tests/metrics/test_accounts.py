"""Accounts followed on the tape alone end where the world's own are; one pocket world for each set of families, played once."""

import attrs
import pytest

from sim.cascade import stretches
from sim.metrics.accounts import READS, Accounts
from sim.scenario.build import build
from sim.scenario.load import load
from sim.scenario.opened_lenders import parties_of
from sim.scenario.run import play
from sim.storage import MemoryTape
from tests.support.twins import WORLDS

INTEREST = 10**-6
"""Share of a debt that may have grown since the last entry that tells an index."""


@attrs.frozen(repr=False)
class Played:
    world: object
    followed: dict


def played(name, listed=True):
    world = build(load(WORLDS / f"{name}.toml"))
    tape = MemoryTape(None, world.populations)
    world.tape.sink = tape
    play(world)
    world.tape.flush()
    followed = {sheet.place: Accounts(sheet) for sheet in world.facts.sheets}
    for each in followed.values():
        each.open(tape.population if listed else None, {asset.symbol: asset.id for asset in world.facts.assets})
    houses = {vault.house: vault.place for vault in world.facts.vaults}
    for stretch in stretches(tape):
        for row in stretch.rows(READS):
            if (place := houses.get(row[4], row[4])) in followed:
                followed[place].take(row)
    return Played(world, followed)


@pytest.fixture(scope="module")
def families():
    return played("families")


@pytest.mark.parametrize("name", ["everything"])
def test_every_share_of_an_aave_pool_is_where_the_pool_has_it(name):
    run = played(name)
    (pool,) = run.world.pools.values()
    theirs, mine = pool.state.positions, run.followed[pool.place].positions

    assert len(mine.accounts) > 5
    for party in theirs.parties():
        here, there = mine.peek(party), theirs.peek(party)
        assert (here.debts, here.collaterals | here.idle) == (there.debts, there.collaterals | there.idle)


def test_every_vault_has_what_the_engine_says_it_has_though_most_were_auctioned():
    run = played("vaults")
    (pool,) = run.world.vault_pools.values()
    mine = run.followed[pool.place].positions

    assert sum(not mine.peek(party).debts for party in mine.accounts) > 5
    for party in pool.positions.parties():
        here, there = mine.peek(party), pool.positions.peek(party)
        assert (here.debts, here.collaterals) == (there.debts, there.collaterals)


@pytest.mark.parametrize("family", ["compound", "comet", "morpho", "euler", "liquity", "llamma"])
def test_accounts_of_the_other_families_are_right_but_for_interest_since_the_last_entry(families, family):
    for sheet in [each for each in families.world.facts.sheets if each.family == family]:
        lender, mine = families.world.lenders[sheet.place], families.followed[sheet.place]
        changed = 0
        for party in parties_of(lender):
            shown = lender.position(party, families.world.chain.timestamp)
            held, owed = mine.units(mine.positions.peek(party))
            changed += party in mine.positions.accounts
            compare(owed, {each.asset: each.units for each in shown.debts})
            if family != "llamma":  # Swaps turn collateral in bands into money, and no entry says whose.
                compare(held, {each.asset: each.units for each in shown.collaterals})

        assert changed > 1


def compare(mine, theirs):
    for asset in mine.keys() | theirs.keys():
        assert abs(mine.get(asset, 0) - theirs.get(asset, 0)) <= 2 + theirs.get(asset, 0) * INTEREST


def test_accounts_whose_file_is_not_to_be_had_are_counted_as_left_out():
    run = played("vaults", listed=False)

    assert [each.left_out for each in run.followed.values()] == [40]

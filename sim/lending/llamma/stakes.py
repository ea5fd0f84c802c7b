"""What deposits, withdrawals and swaps write into the bands.

Source: ``deposit_range``, ``withdraw``, ``_exchange`` in AMM.vy [curvefi/curve-stablecoin cf1d05f].
"""

from sim.errors import Revert
from sim.lending.llamma.bands import Bands, Stake
from sim.lending.llamma.grid import Trade
from sim.lending.llamma.rules import DEAD_SHARES, MOST_SKIPPED
from sim.units import WAD, Party, Wad
from sim.vocabulary import Refusal

TOO_LITTLE = 100
"""A band must get more than this."""


def deposit(bands: Bands, party: Party, amount: int, first: int, last: int) -> None:
    """Spread collateral evenly over bands; the first gets what division leaves. Reverts: AMOUNT_TOO_LOW, BAND_NOT_EMPTY.

    The active band moves down to below the first one if all between are without money.
    """
    assert party not in bands.stakes
    each = amount // (last - first + 1)
    if each <= TOO_LITTLE:
        raise Revert(Refusal.AMOUNT_TOO_LOW)
    _skip_to(bands, first)
    own = []
    for n in range(first, last + 1):
        if bands.x.get(n, 0):
            raise Revert(Refusal.BAND_NOT_EMPTY)
        y = each if n != first else amount - each * (last - first)
        has, shares = bands.y.get(n, 0), bands.shares.get(n, 0)
        given = (shares + DEAD_SHARES) * y // (has + 1)
        if not given:
            raise Revert(Refusal.AMOUNT_TOO_LOW)
        bands.put(bands.shares, n, shares + given)
        bands.put(bands.y, n, has + y)
        own.append(given)
    bands.set("lowest", min(bands.lowest, first))
    bands.set("highest", max(bands.highest, last))
    bands.put_stake(party, Stake(first, tuple(own)))


def can_skip(bands: Bands, end: int) -> bool:
    """Say whether bands from the active one down to above ``end`` are without money. Reverts with AMOUNT_TOO_LOW when too many."""
    if bands.active - end > MOST_SKIPPED:
        raise Revert(Refusal.DEBT_TOO_HIGH)
    return not any(bands.x.get(n, 0) for n in range(end + 1, bands.active + 1))


def _skip_to(bands: Bands, first: int) -> None:
    """Make sure that the active band lies below the first of a deposit. Reverts with BAND_NOT_EMPTY."""
    n = bands.active
    while first <= n:
        if bands.x.get(n, 0) or bands.active - n >= MOST_SKIPPED:
            raise Revert(Refusal.BAND_NOT_EMPTY)
        n -= 1
    if n != bands.active:
        bands.set("active", n)


def withdraw(bands: Bands, party: Party, share: Wad, quanta: tuple[int, int]) -> tuple[int, int]:
    """Take a share of an owner's part; return money and collateral in whole units, with 18 decimals. Reverts with AMOUNT_TOO_LOW.

    Whoever leaves a band last leaves dust behind. Without a part there is nothing to take, and that is refused.
    """
    stake = bands.stakes.get(party)
    if stake is None:
        raise Revert(Refusal.AMOUNT_TOO_LOW)
    got_x = got_y = lost_x = lost_y = 0
    lowest, highest, kept = bands.lowest, stake.first - 1, []
    for n, each in enumerate(bands.slices(party), start=stake.first):
        shares, dx, dy = each.taken(share)
        kept.append(each.own - shares)
        is_left = each.total > shares
        x, y = (each.x - dx, each.y - dy) if is_left else (0, 0)
        bands.put(bands.shares, n, each.total - shares)
        lost_x -= bands.put(bands.x, n, x)
        lost_y -= bands.put(bands.y, n, y)
        got_x, got_y = got_x + dx, got_y + dy
        if n == lowest and not (x or y):
            lowest += 1
        if x or y:
            highest = n
    _set_ends(bands, lowest, highest, stake.last)
    bands.put_stake(party, None if share == WAD else Stake(stake.first, tuple(kept)))
    whole = got_x // quanta[0] * quanta[0], got_y // quanta[1] * quanta[1]
    bands.add_dust(lost_x - whole[0], lost_y - whole[1])
    return whole


def _set_ends(bands: Bands, lowest: int, highest: int, last: int) -> None:
    if lowest != bands.lowest:
        bands.set("lowest", lowest)
    if bands.highest <= last:
        bands.set("highest", highest)


def write_trade(bands: Bands, done: Trade, upwards: bool) -> None:
    """Write what a swap leaves in each band it went through."""
    near, far = (bands.x, bands.y) if upwards else (bands.y, bands.x)
    step, came, went = (1 if upwards else -1), 0, 0
    for n, paid in zip(range(done.first, done.last + step, step), done.paid, strict=True):
        came += bands.put(near, n, paid)
        went -= bands.put(far, n, done.left if n == done.last else 0)
    bands.set("active", done.last)
    dust = done.amount_in - came, went - done.amount_out
    bands.add_dust(*(dust if upwards else dust[::-1]))

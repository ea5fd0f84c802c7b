"""Calls made of calls: what one tx may do in one breath, all of it or nothing, and amounts that are known only while it runs.

An ``AtomicCall`` is sent to oneself: an account and the contract its owner has deployed for such work are one party with one purse, so
every contract called sees the owner as its sender, and units stay in one place. Steps are ``(place, call)``; place 0 is oneself. A
step that is an ``AtomicCall`` with ``may_fail`` is undone alone when it reverts, and the rest goes on.

Amounts that a contract would work out while it runs stand in a call's amount fields as *stand-ins*: whole numbers below any real amount,
so that calls stay plain named tuples of integers. ``held``, ``gained``, ``brought`` and ``owed`` make them; the sender's own code puts
the real amount in their place just before the step is made. No other contract knows them: sent as they are, they are refused.

A liquidation with borrowed money, half of what it gains for the builder::

    steps = (
        (pool, LiquidateCall(account, usdc, weth, brought(usdc))),
        (amm, SwapCall(weth, gained(weth), least_out=owed(usdc))),
        (0, RequireGainCall(usdc, 1)),
    )
    call = AtomicCall(((lender, FlashLoanCall(usdc, debt, steps)), (amm, SwapCall(usdc, gained(usdc, 5_000), 0)),
                       (0, TipBuilderCall(gained(weth)))))
    SendTx(desk.me, call, max_fee, tip, gas_limit)
"""

from typing import Any, NamedTuple, TypeAlias

from sim.units import BPS_ONE, AssetId, Bps, Party, Place, Units

Step: TypeAlias = tuple[Place, Any]
"""Where to, and the call; place 0 is the sender's own account."""

KINDS = _HELD, _GAINED, _BROUGHT, _OWED = 0, 1, 2, 3
"""Of stand-ins."""
_NONE = -(1 << 256)
"""Stand-ins lie below: no contract could be given such an amount."""
_PART_BITS = 32
_KIND_BITS = 4


class AtomicCall(NamedTuple):
    """A call: several calls in sequence, all of them or none. Sent to oneself."""

    calls: tuple[Step, ...]
    may_fail: bool = False
    """Within another: if it reverts it is undone alone, and what comes after it is done all the same."""


class FlashLoanCall(NamedTuple):
    """A call: lend units for the length of some calls, which must leave enough to give them back with the fee."""

    asset: AssetId
    amount: Units
    calls: tuple[Step, ...]


class RequireGainCall(NamedTuple):
    """A call, to oneself: revert unless one has this much more of an asset than when the tx's own code began."""

    asset: AssetId
    least: Units


class TipBuilderCall(NamedTuple):
    """A call, to oneself: pay the block's builder so much of the gas asset, beside what the tx bids per gas."""

    amount: Units


class LoanCallback(NamedTuple):
    """A call: a lender has sent units and lets the borrower's own code go on."""

    initiator: Party
    """Who asked for the loan."""
    brought: tuple[tuple[AssetId, Units], ...]
    """What was sent."""
    owed: tuple[tuple[AssetId, Units], ...]
    """What must be given back; of several assets one of them will do."""
    calls: tuple[Step, ...]


COMPOSITES: tuple[type[Any], ...] = (AtomicCall, FlashLoanCall, RequireGainCall, TipBuilderCall, LoanCallback)
"""In the sequence of their numbers on the tape, which follow those of every other call of the chain."""


class StandIn(NamedTuple):
    """What an amount stands for."""

    kind: int
    asset: AssetId
    part: Bps


def held(asset: AssetId, part: Bps = BPS_ONE) -> Units:
    """Return the stand-in for all units of an asset in the sender's purse on the chain, or of a part of them, rounded down."""
    return _stand_in(_HELD, asset, part)


def gained(asset: AssetId, part: Bps = BPS_ONE) -> Units:
    """Return the stand-in for the units beyond those that the sender had when its own code began; none where it has less now."""
    return _stand_in(_GAINED, asset, part)


def brought(asset: AssetId, part: Bps = BPS_ONE) -> Units:
    """Return the stand-in for the units that the loan (or the auction) one is within has sent."""
    return _stand_in(_BROUGHT, asset, part)


def owed(asset: AssetId) -> Units:
    """Return the stand-in for the units that the loan (or the auction) one is within must be given."""
    return _stand_in(_OWED, asset, BPS_ONE)


def is_stand_in(value: object) -> bool:
    """Say whether a field's value stands for an amount that is not known yet."""
    return isinstance(value, int) and value < _NONE


def stand_in_of(value: int) -> StandIn:
    """Return what a stand-in says."""
    rest = _NONE - 1 - value
    rest, kind = rest >> _KIND_BITS, rest & ((1 << _KIND_BITS) - 1)
    return StandIn(kind, rest >> _PART_BITS, rest & ((1 << _PART_BITS) - 1))


def amount_of(stand_in: StandIn, now: Units, before: Units, sent: Units, due: Units) -> Units:
    """Return the amount behind a stand-in, rounded down: from what one has now and had before, what was sent, what is due."""
    whole = {_HELD: now, _GAINED: max(0, now - before), _BROUGHT: sent, _OWED: due}[stand_in.kind]
    return whole * stand_in.part // BPS_ONE


def _stand_in(kind: int, asset: AssetId, part: Bps) -> int:
    assert asset > 0 and 0 <= part < 1 << _PART_BITS
    return _NONE - 1 - ((asset << _PART_BITS | part) << _KIND_BITS | kind)

"""What agents may ask for. A command is a named tuple: it is declared once, reads with names and travels as it is.

Machines find their handler by the command's class. Commands to a venue name their order by a number the sender chose
(``Desk.new_order``); 0 lets the venue choose. ``account``, always the last field, is the index of the sender's own account: most
agents have one, a crowd has many members and a keeper may have several nonce lines. ``motive`` says why, for the tape,
and decides nothing.
"""

from typing import Any, NamedTuple, get_args

from sim.units import AssetId, Gas, Lots, Nanos, Party, Place, Rad, Ray, Seconds, Seq, Ticks, Units, WeiPerGas
from sim.vocabulary import Motive, Refusal, Side, TimeInForce


class PlaceOrder(NamedTuple):
    """Trade at ``limit`` or better; no limit is a market order."""

    venue: Place
    side: Side | int
    lots: Lots
    limit: Ticks | None = None
    tif: TimeInForce | int = TimeInForce.GTC
    motive: Motive | int = Motive.VOLUNTARY
    order: int = 0
    account: int = 0


class CancelOrder(NamedTuple):
    """Take a resting order out of the book."""

    venue: Place
    order: int
    account: int = 0


class ReduceOrder(NamedTuple):
    """Leave fewer lots in a resting order; it keeps its place."""

    venue: Place
    order: int
    lots: Lots
    account: int = 0


class RepriceOrder(NamedTuple):
    """Move a resting order to another limit (and size); it goes to the back and may trade at once."""

    venue: Place
    order: int
    limit: Ticks
    lots: Lots | None = None
    account: int = 0


class PlaceStop(NamedTuple):
    """Wait until the price has come to ``trigger``, then trade: at ``limit`` or better, or at market."""

    venue: Place
    side: Side | int
    lots: Lots
    trigger: Ticks
    limit: Ticks | None = None
    order: int = 0
    account: int = 0


class SendTx(NamedTuple):
    """Send a signed request to the chain."""

    contract: Place
    call: Any
    """A call: one of the named tuples that a contract's folder declares."""
    max_fee: WeiPerGas
    """Most to pay per gas; under ``first_price`` the gas price."""
    tip: WeiPerGas
    gas_limit: Gas
    nonce: int = -1
    """-1: the account's next. A pending nonce asks for a replacement."""
    motive: Motive | int = Motive.VOLUNTARY
    private: bool = False
    """To the builder alone: no other node sees it wait, and it is left out, free of charge, when it would revert. Where builders take
    nothing in private (``Connections.private_door``) it is dropped."""
    account: int = 0


class SendBundle(NamedTuple):
    """Show the builder alone txs that belong together, with a sealed bid: they enter a block in sequence, all of them or none.

    What fails costs nothing. A tx of somebody else is named by its number while it waits; one's own before it come first, one's
    own behind it follow at once. All of one's own are the bundle's account's, whatever they name.
    """

    chain: Place
    txs: tuple[SendTx | int, ...]
    bid: Units = 0
    """What the builder gets in the gas asset, beside gas, if the bundle enters."""
    blocks: int = 1
    """How many of the next blocks it is meant for."""
    account: int = 0


class Withdraw(NamedTuple):
    """Ask a venue to send units to the same account on the chain."""

    venue: Place
    asset: AssetId
    amount: Units
    account: int = 0


class WakeMe(NamedTuple):
    """Ask to be woken after a span (at least 1)."""

    after: Nanos


class TellAnswer(NamedTuple):
    """Tell the other reporters of a feed one's answer, off the chain."""

    feed: Place
    answer: int
    observed: tuple[tuple[Place, Seq, Nanos, int], ...]
    """Per source: place, entry in view, its instant, weight in bps."""
    account: int = 0


class Note(NamedTuple):
    """Have a reason for leaving an opportunity written on the tape (``Declined``)."""

    account: Party
    pool: Place
    reason: Refusal | int
    expected: int = 0


class TransferCall(NamedTuple):
    """A call: move units of an asset to another purse owner on the chain (a deposit goes to the venue)."""

    asset: AssetId
    to: Party
    amount: Units


class PostPriceCall(NamedTuple):
    """A call: give the feed an answer, or several with who gave them."""

    answers: tuple[tuple[Party, int, tuple[tuple[Place, Seq, Nanos, int], ...]], ...]
    """Per reporter: party, answer, and per source place, entry in view, its instant, weight in bps."""
    round: int = 0
    """The round it is for; 0 for whichever is next."""
    told_at: tuple[Seconds, ...] = ()
    """For a median: when each answer was told, Unix time."""


class LiquidateCall(NamedTuple):
    """A call: repay part of an account's debt and seize collateral."""

    account: Party
    debt_asset: AssetId
    collateral_asset: AssetId
    amount: Units
    """2^256-1 for as much as may be."""


class SupplyCall(NamedTuple):
    """A call: put units into a pool."""

    asset: AssetId
    amount: Units
    on_behalf: Party = 0


class WithdrawCall(NamedTuple):
    """A call: take units out of a pool."""

    asset: AssetId
    amount: Units


class BorrowCall(NamedTuple):
    """A call: borrow against one's collateral."""

    asset: AssetId
    amount: Units


class RepayCall(NamedTuple):
    """A call: pay debt back."""

    asset: AssetId
    amount: Units
    on_behalf: Party = 0


class JoinCall(NamedTuple):
    """A call: bring units from the chain into a vault engine."""

    asset: AssetId
    amount: Units


class ExitCall(NamedTuple):
    """A call: take units out of a vault engine onto the chain."""

    asset: AssetId
    amount: Units


class PokeCall(NamedTuple):
    """A call: let a delayed feed take its next price up."""


class RefreshPriceCall(NamedTuple):
    """A call: let a pool of vaults read its feed anew."""


class AccrueCall(NamedTuple):
    """A call: let a pool of vaults charge the stability fee up to now."""


class BiteCall(NamedTuple):
    """A call: start an English auction of an unhealthy vault's collateral (Cat)."""

    pool: Place
    account: Party


class BarkCall(NamedTuple):
    """A call: start a Dutch auction of an unhealthy vault's collateral (Dog)."""

    pool: Place
    account: Party
    reward_to: Party = 0
    """Who is paid the reward; 0 for the sender."""


class TakeCall(NamedTuple):
    """A call: buy offered collateral at the auction price of the block."""

    sale: int
    amount: Units
    max_price: Ray
    """Most to pay, internal money per unit of collateral in ray."""
    receiver: Party = 0
    """Who gets the collateral; 0 for the sender."""
    callee: Place = 0
    """Contract that is called between collateral and payment; 0 for none."""
    data: tuple[Any, ...] = ()
    """For the callee; steps of one's own where that is oneself."""


class SaleCallback(NamedTuple):
    """A call: a house tells the callee of a take what it must find the money for."""

    sender: Party
    owed: Rad
    bought: Units
    data: tuple[Any, ...]
    internal: AssetId = 0
    """What it is owed in."""
    money: AssetId = 0
    """The same on the chain."""
    collateral: AssetId = 0


class RedoCall(NamedTuple):
    """A call: restart a Dutch auction that ran too long or fell too far."""

    sale: int
    reward_to: Party = 0


class BidCall(NamedTuple):
    """A call: offer more for the lot of an English auction (tend)."""

    sale: int
    lot: Units
    bid: Rad


class BidDownCall(NamedTuple):
    """A call: accept less of what is offered for the sum that is covered (dent)."""

    sale: int
    lot: Units
    bid: Rad


class SettleCall(NamedTuple):
    """A call: give the winner of an auction what was won (deal)."""

    sale: int


class RearmCall(NamedTuple):
    """A call: restart an English auction that ended without a bid (tick)."""

    sale: int


class ReleaseDebtCall(NamedTuple):
    """A call: let debt that has waited long enough out of the queue (flog)."""

    queued_at: Seconds


class HealCall(NamedTuple):
    """A call: cancel the house's own money against its debt."""

    amount: Rad


class StartDebtAuctionCall(NamedTuple):
    """A call: sell new governance units for money against the house's debt (flop)."""


Command = PlaceOrder | CancelOrder | ReduceOrder | RepriceOrder | PlaceStop | SendTx | SendBundle | Withdraw | WakeMe | TellAnswer | Note
Call = (
    TransferCall
    | PostPriceCall
    | LiquidateCall
    | SupplyCall
    | WithdrawCall
    | BorrowCall
    | RepayCall
    | JoinCall
    | ExitCall
    | PokeCall
    | RefreshPriceCall
    | AccrueCall
    | BiteCall
    | BarkCall
    | TakeCall
    | SaleCallback
    | RedoCall
    | BidCall
    | BidDownCall
    | SettleCall
    | RearmCall
    | ReleaseDebtCall
    | HealCall
    | StartDebtAuctionCall
)
CALLS: tuple[type[Any], ...] = get_args(Call)
"""Calls known to the house, in the sequence of their numbers on the tape (``TxPending.call`` is the index plus one)."""

"""What vault engines and auction houses say, as sentences; ``telling`` asks here for the records that it has no words for itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sim.metrics.auction_tally import is_zero_bid
from sim.storage import Entry
from sim.units import RAY, Price, Rad, Ray

if TYPE_CHECKING:
    from sim.cli.telling import Teller


def money_within(teller: Teller, entry: Entry, amount: Rad) -> str:
    """Return money within an engine, named after the vaults' money."""
    vault = teller.vault(entry.place)
    return f"{amounts(amount / 10**45)} {teller.symbol(vault.money) if vault else 'of internal money'}"


def amounts(amount: float) -> str:
    """Return an amount to a cent from one on, to four digits below."""
    return f"{amount:,.2f}" if abs(amount) >= 1 or not amount else f"{amount:.4g}"


def collateral(teller: Teller, entry: Entry, units: int) -> str:
    """Return units of what a house sells."""
    vault = teller.vault(entry.place)
    if vault is None:
        return f"{units:,} units"
    return teller.money(vault.governance if entry.place == vault.debt_house else vault.collateral, units)


def _price_of_ray(price: Ray) -> str:
    return f"{price / RAY:,.2f}"


def _queued(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    name = teller.name(entry.place)
    return f"feed {name} takes {_posted(teller, record.price)} up, to be read when it is poked next"


def _posted(teller: Teller, price: Price) -> str:
    return teller.price(price) if price else "no price"


def _refreshed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    name = teller.name(entry.place)
    if not record.price:
        return f"{name} reads its feed, which has no price: nobody can be liquidated"
    return f"{name} reads its feed: from now on its vaults are judged at {teller.price(record.price)}"


def _started(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    offered = teller.money(record.collateral_asset, record.offered)
    owed, debt = (money_within(teller, entry, each) for each in (record.owed, record.debt))
    falls = f", from {_price_of_ray(record.start_price)} down" if record.start_price else ""
    return (
        f"{teller.name(entry.party)} starts auction {record.sale} of {teller.name(entry.place)}: {offered} of {teller.name(record.account)}"
        f" for the {owed} it owes ({debt} without penalty){falls}, at a posted {teller.price(record.reference_price)}"
    )


def _bid(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    lot, bid = collateral(teller, entry, record.lot), money_within(teller, entry, record.bid)
    last = f"{money_within(teller, entry, record.last_bid)} for {collateral(teller, entry, record.last_lot)}"
    who = "its own" if record.last_bidder == entry.party else f"{teller.name(record.last_bidder)}'s"
    before = f"betters {who} {last}" if record.last_bidder else "the first bid"
    return f"{teller.name(entry.party)} bids {bid} for {lot} in auction {record.sale} of {teller.name(entry.place)} ({before})"


def _taken(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    bought, paid = teller.money(record.collateral_asset, record.bought), money_within(teller, entry, record.paid)
    left = teller.money(record.collateral_asset, record.offered_left)
    where = f"auction {record.sale} of {teller.name(entry.place)}"
    return f"{teller.name(entry.party)} buys {bought} from {where} for {paid}, at {_price_of_ray(record.price)}; {left} is left"


def _restarted(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    why = f"from {_price_of_ray(record.start_price)} down" if record.start_price else "which ended without a bid"
    return f"{teller.name(entry.party)} has auction {record.sale} of {teller.name(entry.place)} begin anew, {why}"


def _closed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    sold = teller.money(record.collateral_asset, record.sold)
    raised, owed = (money_within(teller, entry, each) for each in (record.raised, record.owed))
    back = f"; {teller.money(record.collateral_asset, record.returned)} goes back" if record.returned else ""
    unpaid = f"; {money_within(teller, entry, record.debt - record.raised)} of debt stays unpaid" if record.raised < record.debt else ""
    zero = ", a zero bid" if is_zero_bid(record.raised, record.owed) else ""
    over = f"auction {record.sale} of {teller.name(entry.place)} is over"
    return f"{over}: {sold} sold for {raised} of the {owed} owed{zero}, last to {teller.name(entry.party)}{unpaid}{back}"


def _rewarded(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.party)} is paid {money_within(teller, entry, record.amount)} for starting auction {record.sale}"


def _joined(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.party)} brings {teller.money(record.asset, record.amount)} into {teller.name(entry.place)}"


def _exited(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.party)} takes {teller.money(record.asset, record.amount)} out of {teller.name(entry.place)}"


def _debt_queued(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    when = datetime.fromtimestamp(record.releases, UTC)
    amount = money_within(teller, entry, record.amount)
    return f"{teller.name(entry.place)} takes {amount} of debt over, to be auctioned from {when:%d %B %H:%M} on"


def _debt_released(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{money_within(teller, entry, record.amount)} of debt has waited long enough: {teller.name(entry.place)} may auction it"


def _debt_healed(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.place)} cancels {money_within(teller, entry, record.amount)} of debt against money of its own"


def _debt_auction(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    lot, bid = teller.money(record.asset, record.lot), money_within(teller, entry, record.bid)
    return f"{teller.name(entry.place)} offers up to {lot} for {bid} (auction {record.sale})"


def _fee(teller: Teller, entry: Entry) -> str:
    record: Any = entry.record
    return f"{teller.name(entry.place)} charges its vaults a stability fee of {money_within(teller, entry, record.amount)}"


SENTENCES: dict[str, Callable[[Teller, Entry], str]] = {
    "PriceQueued": _queued,
    "PriceRefreshed": _refreshed,
    "AuctionStarted": _started,
    "BidMade": _bid,
    "AuctionTaken": _taken,
    "AuctionRestarted": _restarted,
    "AuctionClosed": _closed,
    "RewardPaid": _rewarded,
    "Joined": _joined,
    "Exited": _exited,
    "DebtQueued": _debt_queued,
    "DebtReleased": _debt_released,
    "DebtHealed": _debt_healed,
    "DebtAuctionStarted": _debt_auction,
    "FeeAccrued": _fee,
}
"""By record."""

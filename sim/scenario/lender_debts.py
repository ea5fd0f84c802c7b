"""What all accounts of a lender owe together, whatever its family."""

from typing import Any

from sim.lending.comet import rules
from sim.lending.comet.pool import CometPool
from sim.lending.compound.pool import CompoundPool
from sim.lending.euler.pool import EulerPool
from sim.lending.liquity.system import Liquity
from sim.lending.liquity.views import ONE
from sim.lending.llamma.market import LlammaMarket
from sim.lending.morpho.market import MorphoMarket
from sim.units import WAD, Units


def debt_of(lender: Any) -> Units:
    """Return a lender's debt at posted prices (8 decimals), as it is written down: without interest since the last call."""
    match lender:
        case CompoundPool():
            state, stored = lender.state, lender.state.stored()
            owed = [(stored.markets[asset].borrows, stored.prices[asset], each.terms.asset.unit) for asset, each in state.markets.items()]
            return sum(borrows * price // unit for borrows, price, unit in owed)
        case CometPool():
            comet = lender.state
            return rules.present(comet.owed, comet.indices.debt) * max(0, comet.prices.price(comet.base)) // comet.terms.base.unit
        case MorphoMarket():
            loan = lender.terms.loan
            return lender.totals.borrow_assets * max(0, lender.oracle.posted(loan.id)) // loan.unit
        case EulerPool():
            prices = lender.state.posted_prices()
            books = [(book, prices[asset]) for asset, book in lender.state.books.items()]
            return sum(book.owed * price // (book.precision.per_unit * book.terms.asset.unit) for book, price in books)
        case Liquity():
            return lender.book.debt * ONE // WAD
        case LlammaMarket():
            money = lender.terms.money
            return lender.total.initial * max(0, lender.amm.oracle.price_of(money.id)) // money.unit
    raise AssertionError(f"nobody says what {type(lender).__name__} is owed")

"""A cascade as tidy tables: a dictionary of lists by column, one row a thing, ready for Parquet, CSV or a data frame.

Weights and shares are floats here; the exact ones are in ``Cascade``. Instants are nanoseconds of the run (``at_ns``), debt is in
the pools' base currency as a decimal number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from sim.cascade.descent import Cascade, Fall, MoveShares
from sim.cascade.generations import Row, cohorts, generations, trees
from sim.cascade.groups import group_of
from sim.cascade.moves import Moves
from sim.cascade.origin import SHARE, Origin, OriginKind
from sim.cascade.push import by_group
from sim.facts import Facts
from sim.units import MINUTE, Nanos, Place, Seq

Name: TypeAlias = Callable[[int], str]
Table: TypeAlias = dict[str, list[Any]]
_BASE_CURRENCY = 10**8


def tables(cascade: Cascade, facts: Facts, name: Name, moves: Moves | None = None, window: Nanos = MINUTE) -> dict[str, Table]:
    """Return every table by name; those of single moves only where ``moves`` were kept."""
    found = {
        "liquidations": _liquidations(cascade, name),
        "parents": _parents(cascade),
        "since_peak": _since_peak(cascade, name),
        "since_peak_origins": _since_peak_origins(cascade, name),
        "generations": _generations(cascade, name),
        "trees": _trees(cascade, name),
        "cohorts": _cohorts(cascade, window, name),
        "sales": _sales(cascade, name),
        "shares": _shares(cascade, facts, name),
    }
    if moves is not None:
        found |= {"post_moves": _post_moves(moves, name), "quote_moves": _quote_moves(moves, facts, name)}
    return found


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    found = [list(column) for column in zip(*rows, strict=True)]
    return dict(zip(columns, found or [[] for _ in columns], strict=True))


def _liquidations(cascade: Cascade, name: Name) -> Table:
    columns = ("seq", "at_ns", "pool", "keeper", "account", "fell", "post", "debt", "generation", "root")
    roots = cascade.roots()
    rows = (
        (
            *(seq, each.at, name(each.fall.pool), name(each.keeper), name(each.fall.account), each.fall.seq, each.fall.post),
            *(each.debt_value / _BASE_CURRENCY, each.generation, roots[seq]),
            *(float(each.fall.forced), float(each.fall.since_peak), cascade.unsold.get(seq, 0)),
        )
        for seq, each in cascade.liquidations.items()
    )
    return _table((*columns, "forced_weight", "forced_since_peak", "units_unsold"), rows)


def _parents(cascade: Cascade) -> Table:
    rows = ((seq, *_named(origin), float(weight)) for seq, each in cascade.liquidations.items() for origin, weight in each.fall.parents)
    return _table(("seq", "kind", "group", "id", "weight"), rows)


def _since_peak(cascade: Cascade, name: Name) -> Table:
    """One row for each post that made anybody of a pool fall, and each group that had pushed the price down since its last peak."""
    rows = []
    for pool, falls in _by_pool(cascade).items():
        for fall, weights in zip(falls, by_group((each.push for each in falls), group_of), strict=True):
            rows += [
                (fall.post, fall.at, name(pool), fall.price / _BASE_CURRENCY, group, float(weight)) for group, weight in weights.items()
            ]
    return _table(("post", "at_ns", "pool", "price", "group", "weight"), rows)


def _since_peak_origins(cascade: Cascade, name: Name) -> Table:
    """One row for each origin that had pushed the price down to the lowest at which anybody of a pool fell."""
    rows = []
    for pool, falls in _by_pool(cascade).items():
        lowest = min(falls, key=lambda fall: fall.price)
        weights = lowest.weights_since_peak().items()
        rows += [(lowest.post, name(pool), *_named(origin), float(weight)) for origin, weight in weights]
    return _table(("post", "pool", "kind", "group", "id", "weight"), rows)


def _by_pool(cascade: Cascade) -> dict[Place, list[Fall]]:
    """Return by pool one margin call of each post that made anybody fall, in sequence."""
    found: dict[Place, dict[Seq, Fall]] = {}
    for each in cascade.falls.values():
        if each.push.until:
            found.setdefault(each.pool, {})[each.post] = each
    return {pool: list(falls.values()) for pool, falls in found.items()}


def _named(origin: Origin) -> tuple[str, str, int]:
    return OriginKind(origin[0]).name.lower(), group_of(origin), origin[1]


_ROW = ("liquidations", "accounts", "debt", "protocols", "first_at_ns", "last_at_ns", "duration_ns", "is_open")


def _row(row: Row, name: Name) -> tuple[Any, ...]:
    hit = ", ".join(f"{name(pool)} {count}" for pool, count in row.pools.items())
    debt = row.debt_value / _BASE_CURRENCY
    return (row.liquidations, row.accounts, debt, hit, row.first_at, row.last_at, row.duration, row.is_open)


def _generations(cascade: Cascade, name: Name) -> Table:
    rows = ((each.number, *_row(each.row, name), each.ratio, each.ratio_by_count, each.forced) for each in generations(cascade))
    return _table(("generation", *_ROW, "ratio_by_debt", "ratio_by_count", "forced_weight"), rows)


def _trees(cascade: Cascade, name: Name) -> Table:
    rows = ((each.root, *_row(each.row, name), each.depth, each.breadth) for each in trees(cascade))
    return _table(("root", *_ROW, "depth", "breadth"), rows)


def _cohorts(cascade: Cascade, window: Nanos, name: Name) -> Table:
    rows = (
        (
            *(each.start, *_row(each.row, name), float(each.children), float(each.children_debt) / _BASE_CURRENCY),
            *(each.ratio, each.ratio_by_count),
        )
        for each in cohorts(cascade, window)
    )
    return _table(("start_ns", *_ROW, "children", "children_debt", "ratio_by_debt", "ratio_by_count"), rows)


def _sales(cascade: Cascade, name: Name) -> Table:
    rows = (
        (seq, each.at, name(each.venue), name(each.party), each.lots, each.after - each.before, group_of(origin), origin[1], units)
        for seq, each in cascade.sales.items()
        for origin, units in each.origins
    )
    return _table(("seq", "at_ns", "venue", "seller", "lots", "half_ticks_moved", "group", "id", "units"), rows)


def _shares(cascade: Cascade, facts: Facts, name: Name) -> Table:
    """What each origin moved each price by, over the run: falls and rises apart, in units of the price."""
    rows = (
        (name(place), origin_kind, group, id, falls, rises)
        for place, shares in {**cascade.books, **cascade.feeds}.items()
        for origin_kind, group, id, falls, rises in _by_origin(shares, price_scale(facts, place))
    )
    return _table(("place", "kind", "group", "id", "falls", "rises"), rows)


def _by_origin(shares: MoveShares, scale: float) -> Iterable[tuple[str, str, int, float, float]]:
    for origin in {**shares.falls, **shares.rises}:
        falls, rises = (sums.get(origin, 0) / SHARE * scale for sums in (shares.falls, shares.rises))
        yield *_named(origin), falls, rises


def price_scale(facts: Facts, place: Place) -> float:
    """Return what one unit of a place's price is, in quote per base: a half tick of a venue, 10^-8 of a feed."""
    for venue in facts.venues:
        if venue.place == place:
            decimals = next((each.decimals for each in facts.assets if each.id == venue.quote), 0)
            return float(venue.tick / 10**decimals / 2)
    return 1 / 10**8


def _post_moves(moves: Moves, name: Name) -> Table:
    return _table(("post", "at_ns", "feed", "group", "share"), ((seq, at, name(feed), *rest) for seq, at, feed, *rest in moves.posts))


def _quote_moves(moves: Moves, facts: Facts, name: Name) -> Table:
    rows = (
        (start, name(place), group, down * price_scale(facts, place), up * price_scale(facts, place))
        for (start, place, group), (down, up) in moves.books.items()
    )
    return _table(("start_ns", "venue", "group", "falls", "rises"), rows)

"""Whose doing a posted price was: the change between two posts, shared over what moved in between.

A post is one reporter's answer, a function of that reporter's cursors (source -> entry in view). From the cursors of the last post
to those of the new one the change telescopes: moves that now lie ahead of the view are undone, newest first, then the new ones are
applied in tape order, and each gets the answer after it less the answer before it. So views may run backwards between reporters
and the answer may be any function; ours is the weighted mean, rounded down (``sim.oracle.sources``). Other weights or another set
of sources are the origin REPORTER, what a reporter adds to the mean (its offset, rounding, a fault) is OFFSET, and a first post is
START. A post whose view was not told (an opening) counts as seen where it stands on the tape.

A feed may read another: a delayed one tells, under its own name, which post of its source it hands on, and the source's posts, with
their shares, are the moves it telescopes over. A pool of vaults is judged at the price it last read from its feed: what it reads
(``PriceRefreshed``) is told over the feed's posts in the same way, however many of them lie in between.

Promised: the shares of a post sum to its change exactly. Memory: changes back to the oldest cursor in use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import attrs

from sim.cascade.amms import AmmReplay
from sim.cascade.formulae import Formula
from sim.cascade.origin import OFFSET, REPORTER, SHARE, START, Origin, add_shares, apportion
from sim.cascade.series import Series
from sim.cascade.stretch import Row
from sim.units import BPS_ONE, Bps, Nanos, Party, Place, Price, Seconds, Seq

_POSTS_KEPT = 64
"""Posts of a feed that a margin call may still name."""


@attrs.define
class View:
    """What one answer rests on."""

    told_by: tuple[int, Seq]
    """Round and tx: rows of one answer share them."""
    cursors: dict[Place, Seq] = attrs.field(factory=dict)
    weights: dict[Place, Bps] = attrs.field(factory=dict)


@attrs.frozen
class Window:
    """The change a post made, by origin."""

    post: Seq
    feed: Place
    price: Price
    """After it."""
    change: Price
    net: dict[Origin, int]
    """In ``SHARE`` of a unit of the posted price; sums to the change exactly, and a share may exceed it."""
    so_far: dict[Origin, int]
    """The same of every post of the feed at that instant up to this one."""

    @property
    def weighed(self) -> dict[Origin, int]:
        """The shares that parents are weighed by.

        Posts of one block count together, since a feed to which every reporter posts for itself changes in several small steps
        within one; unless the last step went against the others, which then is weighed alone.
        """
        return self.so_far if sum(self.so_far.values()) * self.change > 0 else self.net

    def renamed(self, rename: Callable[[Mapping[Origin, int]], dict[Origin, int]]) -> Window:
        """Return it with other names for some origins."""
        return Window(self.post, self.feed, self.price, self.change, rename(self.net), rename(self.so_far))

    def weights(self, shares: Mapping[Origin, int] | None = None) -> dict[Origin, Fraction]:
        """Return the weights of origins that moved the price its own way, summing to one; none if nothing did.

        ``shares`` are ``weighed``, with other names for some origins.
        """
        kept = {origin: share for origin, share in (shares or self.weighed).items() if share * self.change > 0}
        total = sum(kept.values())
        return {origin: Fraction(share, total) for origin, share in kept.items()}


@attrs.define
class FeedReplay:
    """One feed's posts."""

    place: Place
    formula: Formula | None = None
    """What it makes of its inputs; None: the weighted mean that its view says."""
    amm: AmmReplay | None = None
    """What it reads, where that is an amm."""
    views: dict[Party, View] = attrs.field(factory=dict)
    """Each reporter's last answer."""
    last: View | None = None
    """What the last post rests on; None where that was not told."""
    last_seq: Seq = 0
    last_price: Price = 0
    windows: dict[Seq, Window] = attrs.field(factory=dict)
    """The latest posts."""
    opening: Price = 0
    """What the first post on the tape said, or what stood before it."""
    falls: dict[Origin, int] = attrs.field(factory=dict)
    """Shares down of every change after the opening, by origin."""
    rises: dict[Origin, int] = attrs.field(factory=dict)
    _heard: Seq = 0
    """The feed's post that a pool of vaults read last."""
    _instant: Nanos = -1
    _so_far: dict[Origin, int] = attrs.field(factory=dict)
    """Shares of the posts at that instant."""

    def observed(self, row: Row) -> None:
        """Take one source of one reporter's view."""
        _, _, _, cause, _, _, round, reporter, _, source, seen, _, weight = row
        view = self.views.get(reporter)
        if view is None or view.told_by != (round, cause):
            view = self.views[reporter] = View((round, cause))
        view.cursors[source] = seen
        view.weights[source] = weight

    def posted(self, row: Row, series: dict[Place, Series], now: Seconds = 0) -> Window:
        """Take a post in a block of this timestamp and share its change out.

        Where nobody is selected, it is the view of a delayed or derived feed, or an opening.
        """
        seq, _, at, _, _, _, _, price, previous, _, selected, _ = row
        view, amm = self.views.get(selected or self.place), self.amm
        if amm is None:
            return self._step(seq, at, price, previous, view, series)
        if not amm.series.seqs:
            amm.open(seq, now, price)
        if view is not None and not view.cursors.get(amm.amm):
            view.cursors[amm.amm] = amm.series.seqs[0]  # Nobody had swapped yet: it is seen as it opened.
        if amm.window and previous:
            return self._close(seq, at, price, previous, view, amm.mean_shares(now, price - previous))
        return self._step(seq, at, price, previous, view, {amm.amm: amm.series})

    def refreshed(self, row: Row, feed: Place, series: dict[Place, Series]) -> Window | None:
        """Take what a pool of vaults read from its feed. A feed without a price makes nobody fall: it is passed over (None)."""
        seq, _, at, _, _, _, price, _, post = row
        if not price:
            return None
        known = series[feed]
        opening = known.seqs[0] if known.seqs else 0
        if self.last is None and known.seqs:
            # Nothing was read on the tape before: the pool opened at what its feed opened with.
            self.last, self.last_price = View((0, 0), {feed: opening}, {feed: BPS_ONE}), known.prices[0]
        view = View((0, seq), {feed: max(post or seq, opening)}, {feed: BPS_ONE})
        self._heard = post
        return self._step(seq, at, price, self.last_price, view, series)

    def window_of(self, post: Seq) -> Window | None:
        """Return the change that a margin call names: by the post, or by what a pool of vaults read last."""
        return self.windows.get(post) or (self.windows.get(self.last_seq) if post and post == self._heard else None)

    def _step(self, seq: Seq, at: Nanos, price: Price, previous: Price, view: View | None, series: dict[Place, Series]) -> Window:
        net: dict[Origin, int] = {}
        if previous:
            before, after = self.last or _standing(self.last_seq, view, series), view or _standing(seq, self.last, series)
            telescope(before, after, series, net, self.formula, previous)
        return self._close(seq, at, price, previous, view, net)

    def _close(self, seq: Seq, at: Nanos, price: Price, previous: Price, view: View | None, net: dict[Origin, int]) -> Window:
        """Give names to what is left of a change, and keep it."""
        if not previous:
            net = {START: price * SHARE}
            self.opening += price - self.last_price  # Also where a feed had lost its price in between.
        else:
            self.opening = self.opening or previous
            add_shares(net, self._rest((price - previous) * SHARE - sum(net.values())))
        self.last, self.last_seq, self.last_price = view, seq, price
        if at != self._instant:
            self._instant, self._so_far = at, {}
        add_shares(self._so_far, net.items())
        window = Window(seq, self.place, price, price - previous, net, dict(self._so_far))
        self._keep(window)
        return window

    def _rest(self, rest: int) -> list[tuple[Origin, int]]:
        """Return whose doing it is what no move explains: an entry of an amm that said no price, else a rounding, an offset or a fault."""
        unpriced = self.amm.unpriced if self.amm is not None else []
        origins: list[tuple[Origin, int]] = [(origin, 1) for _, shares in unpriced for origin, _ in shares]
        unpriced.clear()
        return apportion(rest, origins or [(OFFSET, 1)]) if rest else []

    def oldest_cursor(self, since: Seq) -> Seq:
        """Return the oldest entry in any view, views older than ``since`` left out."""
        views = [*self.views.values(), *([self.last] if self.last else [])]
        cursors = [seq for view in views for seq in view.cursors.values() if seq >= since]
        return min(cursors, default=since)

    def _keep(self, window: Window) -> None:
        self.windows[window.post] = window
        if START not in window.net:
            for origin, share in window.net.items():
                sums = self.falls if share < 0 else self.rises
                sums[origin] = sums.get(origin, 0) + share
        if len(self.windows) > _POSTS_KEPT:
            del self.windows[next(iter(self.windows))]


def telescope(
    before: View,
    after: View,
    series: dict[Place, Series],
    net: dict[Origin, int],
    formula: Formula | None = None,
    standing: Price = 0,
) -> None:
    """Add to ``net`` what each origin did to the answer between two views: a mean, or what a formula makes of its inputs."""
    steps: list[tuple[Seq, Place, int, bool]] = []
    prices: dict[Place, Price] = {}
    for source in {**before.weights, **after.weights}:
        known = series.get(source)
        start, end = _cursors(source, before, after, known)
        if known is None or start < 0 or end < 0:
            continue
        prices[source] = known.prices[start]
        steps += [(-known.seqs[each], source, each, False) for each in range(end + 1, start + 1)]
        steps += [(known.seqs[each], source, each, True) for each in range(start + 1, end + 1)]
    steps.sort()  # Undoing steps carry negative numbers: newest first, and all before the first new one.
    if formula is None:
        _along_the_mean(before, after, series, prices, steps, net)
        return
    answer = formula.value(prices, after.weights, standing)
    if (recounted := answer - formula.value(prices, before.weights, standing)) != 0:
        add_shares(net, [(REPORTER, recounted * SHARE)])
    for _, source, each, is_new in steps:
        known = series[source]
        prices[source] = known.prices[each if is_new else each - 1]
        changed = formula.value(prices, after.weights, standing) - answer
        answer += changed
        if changed:
            add_shares(net, apportion(changed * SHARE, known.shares[each]))


def _along_the_mean(
    before: View,
    after: View,
    series: dict[Place, Series],
    prices: dict[Place, Price],
    steps: list[tuple[Seq, Place, int, bool]],
    net: dict[Origin, int],
) -> None:
    """Walk the steps with a weighted mean: each costs the same, however many sources there are."""
    mean = _mean(prices, after.weights)
    if (reweighted := mean - _mean(prices, before.weights)) != 0:
        add_shares(net, [(REPORTER, reweighted * SHARE)])
    total = sum(price * after.weights.get(source, 0) for source, price in prices.items())
    for _, source, each, is_new in steps:
        known = series[source]
        total += (known.prices[each] - known.prices[each - 1]) * after.weights.get(source, 0) * (1 if is_new else -1)
        changed = total // BPS_ONE - mean
        mean += changed
        if changed:
            add_shares(net, apportion(changed * SHARE, known.shares[each]))


def _cursors(source: Place, before: View, after: View, known: Series | None) -> tuple[int, int]:
    """Return the places in a source's series that two views stand at; a view without the source stands where the other does."""
    if known is None:
        return -1, -1
    seen, now = before.cursors.get(source, 0), after.cursors.get(source, 0)
    return known.place(seen or now), known.place(now or seen)


def _mean(prices: dict[Place, Price], weights: dict[Place, Bps]) -> Price:
    return sum(price * weights.get(source, 0) for source, price in prices.items()) // BPS_ONE


def _standing(seq: Seq, like: View | None, series: dict[Place, Series]) -> View:
    """Return the view of someone who saw everything up to an entry (at 0: the first of everything), with another's weights."""
    view = View((0, seq))
    for source, weight in (like.weights if like else {}).items():
        known = series.get(source)
        view.cursors[source] = max(seq, known.seqs[0] if known and known.seqs else 0)
        view.weights[source] = weight
    return view

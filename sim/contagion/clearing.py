"""Who can pay what to whom: clearing vectors of a network of obligations, with what is lost when somebody fails.

Model: node i owes ``owed[i, j]`` to j, has ``outside[i]`` from outside, and pays its creditors in proportion. It pays in full where it
can. Where it cannot it fails, and passes on the share ``alpha`` of what it has from outside and ``beta`` of what it is paid by others.
``alpha = beta = 1`` is Eisenberg and Noe (2001), Management Science 47, 236-249; below one it is Rogers and Veraart (2013),
Management Science 59, 882-898.

Promised: the greatest and the least vector of payments that clear, and whether they are one. Between them others may lie, and which
of them comes true the model does not say. Left out: seniority, maturities, anything sold on the way (``sim.contagion.fire_sales``).
"""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from sim.errors import InputError

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]
_NEAR = 1e-12
"""Short of an obligation by less than this share of it counts as paid: sums of floats are no finer."""
_DOUBLINGS = 60


@attrs.frozen(eq=False)
class Obligations:
    """A network of n nodes. Amounts in one unit of money, none below zero, nobody owes itself."""

    owed: Floats
    """(n, n): row owes column."""
    outside: Floats
    """(n): what each has besides the claims in ``owed``."""
    alpha: float | Floats = 1.0
    """Share of ``outside`` that a failed node still passes on; one for all, or (n)."""
    beta: float | Floats = 1.0
    """Share of what others pay it that a failed node still passes on; one for all, or (n)."""

    def __attrs_post_init__(self) -> None:
        """Refuse with InputError what is no network."""
        size = len(self.outside)
        if self.owed.shape != (size, size):
            raise InputError(f"obligations have shape {self.owed.shape} beside {size} nodes; give one row and one column a node")
        if not (np.isfinite(self.owed).all() and np.isfinite(self.outside).all() and (self.owed >= 0).all() and (self.outside >= 0).all()):
            raise InputError("an obligation or an outside asset is below zero or no number; what a node owes outside is a node of its own")
        if self.owed.diagonal().any():
            raise InputError("a node owes itself; leave the diagonal of the obligations at zero")
        for name, kept in (("alpha", self.alpha), ("beta", self.beta)):
            if not (np.isfinite(kept).all() and (np.asarray(kept) >= 0).all() and (np.asarray(kept) <= 1).all()):
                raise InputError(f"{name} is {kept}; give a share from 0 to 1")

    @property
    def total(self) -> Floats:
        """(n): what each owes."""
        found: Floats = self.owed.sum(axis=1)
        return found

    def received(self, payments: Floats) -> Floats:
        """Return (n) what each is paid when everybody pays so much, divided over its creditors in proportion."""
        return self._shares().T @ payments

    def failing(self, payments: Floats) -> Marks:
        """Return (n) who could not pay in full if it were paid so."""
        return self.outside + self.received(payments) < self.total * (1 - _NEAR)

    def paid(self, payments: Floats) -> Floats:
        """Return (n) what each would pay if it were paid so. Payments clear when this gives them back."""
        received = self.received(payments)
        return np.where(self.failing(payments), self.alpha * self.outside + self.beta * received, self.total)

    def _shares(self) -> Floats:
        total = self.total[:, None]
        return np.divide(self.owed, total, out=np.zeros_like(self.owed), where=total > 0)


@attrs.frozen(eq=False)
class Clearing:
    """One vector of payments that clears."""

    payments: Floats
    failed: Marks
    rounds: int
    """In how many rounds of failures (or recoveries) it was reached: 0, where nobody fails (or recovers)."""
    since: npt.NDArray[np.int64]
    """(n): the round in which each failed, from 1; 0 for who did not. In the least vector all in the last."""


@attrs.frozen(eq=False)
class Clearings:
    """The two ends of all that clear."""

    greatest: Clearing
    """Everybody is trusted until it fails. This is the one to report."""
    least: Clearing
    """Nobody is trusted until it has been paid."""

    @property
    def is_unique(self) -> bool:
        """Nothing else clears."""
        return bool(np.allclose(self.greatest.payments, self.least.payments, rtol=1e-10, atol=1e-12))

    @property
    def remark(self) -> str:
        """What has to be said beside the figures; nothing if the vector is unique."""
        if self.is_unique:
            return ""
        low, high = self.least.payments.sum(), self.greatest.payments.sum()
        return f"more than one vector clears: payments add up to anything from {low:.6g} to {high:.6g}; the greatest is reported"


def clearings(network: Obligations) -> Clearings:
    """Return the greatest and the least vector of payments that clear. Cost: at most n solutions of n equations, and see ``least``."""
    return Clearings(greatest(network), least(network))


def clears(network: Obligations, payments: Floats) -> bool:
    """Return whether payments clear, to a part in 10^10."""
    return bool(np.allclose(network.paid(payments), payments, rtol=1e-10, atol=1e-12))


def greatest(network: Obligations) -> Clearing:
    """Return the greatest vector that clears, by fictitious defaults: trust all, find who fails, solve for what these pay, and again."""
    payments, failed = network.total, np.zeros(len(network.outside), bool)
    since = np.zeros(len(network.outside), np.int64)
    rounds = 0
    while not np.array_equal(found := failed | network.failing(payments), failed):
        failed, rounds = found, rounds + 1
        since[failed & (since == 0)] = rounds
        payments = _paid_by(network, failed)
    return Clearing(payments, failed, rounds, since)


def least(network: Obligations) -> Clearing:
    """Return the least vector that clears: from no payments up, as the money goes round, until nobody recovers any more.

    Cost: some sixty products of n x n matrices for each round of recoveries.
    """
    payments = np.zeros(len(network.outside))
    failed, rounds = network.failing(payments), 0
    since = np.where(failed, 1, 0)
    while True:
        payments, has_ended = _gone_round(network, payments, failed)
        found = network.failing(payments)
        if has_ended and np.array_equal(found, failed):
            return Clearing(payments, failed, rounds, since)
        if not np.array_equal(found, failed):
            failed, rounds = found, rounds + 1
            since = np.where(failed, rounds + 1, 0)


def _paid_by(network: Obligations, failed: Marks) -> Floats:
    """Return payments where these fail and all others pay in full."""
    payments = network.total
    if failed.any():
        shares = network._shares()
        among = shares[np.ix_(failed, failed)].T
        beta = np.broadcast_to(network.beta, network.outside.shape)[failed]
        base = (network.alpha * network.outside)[failed] + beta * (shares[~failed].T @ payments[~failed])[failed]
        payments[failed] = np.linalg.solve(np.eye(len(base)) - beta[:, None] * among, base)
    return payments


def _gone_round(network: Obligations, payments: Floats, failed: Marks) -> tuple[Floats, bool]:
    """Return payments after money went round among the failed, as often as nobody recovers and once more; and whether it is still there.

    Twice as often with each try, so that a trickle into a circle that nothing leaves does not take as many steps as it has drops.
    """
    shares = network._shares()
    turn = np.broadcast_to(network.beta, network.outside.shape)[:, None] * shares.T * failed[:, None]
    base = np.where(failed, network.alpha * network.outside, network.total)
    reached = network.paid(payments)
    for _ in range(_DOUBLINGS):
        if not np.array_equal(network.failing(reached), failed):
            return reached, False
        further = turn @ reached + base
        if np.allclose(further, reached, rtol=1e-15, atol=0):
            return further, True
        if not np.array_equal(network.failing(further), failed):
            return reached, False
        reached, turn, base = further, turn @ turn, turn @ base + base
    return reached, True

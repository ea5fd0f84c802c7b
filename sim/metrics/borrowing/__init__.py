"""What borrowers had and lost: margins before the fall, losses beyond the debt, liquidations that a day's patience would have spared."""

from sim.metrics.borrowing.metric import BorrowingMetric

__all__ = ["BorrowingMetric"]

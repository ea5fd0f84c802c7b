"""How keepers' business was spread and what became of it: shares, idle capital, declined opportunities, every bonus followed to its end."""

from sim.metrics.keeping.metric import KeepingMetric

__all__ = ["KeepingMetric"]

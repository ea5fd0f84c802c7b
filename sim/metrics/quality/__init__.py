"""How good the markets were to trade in: spread, depth, volatility, impact, recovery, who traded why, who moved first.

One measure a file.
"""

from sim.metrics.quality.metric import QualityMetric

__all__ = ["QualityMetric"]

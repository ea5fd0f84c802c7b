"""matplotlib, which is an extra: its names, or a sentence that says how to get it."""

from sim.errors import InputError

try:
    from matplotlib import rc_context
    from matplotlib.axes import Axes
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter
except ModuleNotFoundError as missing:
    raise InputError(f"figures need {missing.name}, which is not installed: pip install 'downtick[plot]'") from None

__all__ = ["Axes", "Figure", "FuncFormatter", "LogNorm", "NullFormatter", "rc_context"]

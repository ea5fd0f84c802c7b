"""Gymnasium, which is an extra: its names, or a sentence that says how to get it."""

from sim.errors import InputError

try:
    import gymnasium
    from gymnasium import spaces
except ModuleNotFoundError as missing:
    raise InputError(f"learning needs {missing.name}, which is not installed: pip install 'downtick[gym]'") from None

__all__ = ["gymnasium", "spaces"]

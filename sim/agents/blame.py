"""Whose line it was: where in a strategy's own file a failure came from."""

import traceback
from typing import Any


def where_of(strategy: Any, failure: BaseException) -> traceback.FrameSummary:
    """Return the last line of the strategy's own file that led to a failure; if none did, where its ``decide`` (or ``run``) begins."""
    frames = traceback.extract_tb(failure.__traceback__)
    beginning = beginning_of(type(strategy))
    own = [frame for frame in frames if beginning and frame.filename == beginning.filename]
    return own[-1] if own else beginning or frames[-1]


def beginning_of(cls: type[Any]) -> traceback.FrameSummary | None:
    """Return where a strategy's ``decide`` (or ``run``) begins; None where Python does not know."""
    code = getattr(getattr(cls, "written", getattr(cls, "decide", None)), "__code__", None)
    return traceback.FrameSummary(code.co_filename, code.co_firstlineno, code.co_name) if code is not None else None

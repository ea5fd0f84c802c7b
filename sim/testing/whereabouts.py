"""Where a stranger's code is, and which of its lines led to a failure."""

import inspect
import traceback
from pathlib import Path


def file_of(cls: type) -> str:
    """Return the file of a class; empty where there is none."""
    try:
        return inspect.getsourcefile(cls) or ""
    except TypeError:
        return ""


def home_of(cls: type) -> str:
    """Return where a class's own code is: its file, or the folder of its package."""
    file = file_of(cls)
    package = cls.__module__.split(".")[0]
    for parent in Path(file).parents:
        if parent.name == package:
            return str(parent)
    return file


def where_it_failed(failure: BaseException, own: str, place: str) -> str:
    """Return file and line of the last of its own lines that led to a failure; where it begins, if none did."""
    frames = traceback.extract_tb(failure.__traceback__)
    found = [frame for frame in frames if own and frame.filename.startswith(own)]
    return f"{found[-1].filename}:{found[-1].lineno}" if found else place

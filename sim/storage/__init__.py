"""The tape kept and read back: in a run folder as Parquet, or in memory.

``RunFolder`` and ``MemoryTape`` are sinks of a ``Tape``; ``Run`` opens a folder. All three give entries through the same
``TapeReader``. What a folder looks like is told in ``sim.storage.folder``. DuckDB is imported when a file is written or read.
"""

from sim.storage.folder import KEEP, RunFolder
from sim.storage.manifest import Manifest, Opening, versions
from sim.storage.memory import MemoryTape
from sim.storage.population import column_digest
from sim.storage.reading import Entry, TapeReader
from sim.storage.run import Run

__all__ = ["KEEP", "Entry", "Manifest", "MemoryTape", "Opening", "Run", "RunFolder", "TapeReader", "column_digest", "versions"]

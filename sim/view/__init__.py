"""A run looked at: the report (``sim.view.report``), and two runs side by side (``sim.view.compare``).

Reads a run's tape and manifest, through the folds of ``sim.metrics`` and ``sim.cascade``; nothing here is read by a run. Figures are
tables first (``sim.view.figures``), which are kept beside the pictures, and drawn second, with the extra ``plot``.
"""

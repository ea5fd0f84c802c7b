"""``gather(run)``: everything figures are made of, in one pass over the tape.

The metrics of ``downtick analyse``, the cascade, what figures look at besides, and the summary where the run left none (it was killed)
are all fed stretch by stretch, so a record type is read once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from sim.cascade import CascadeFold, stretches
from sim.cascade.moves import Moves
from sim.errors import InputError
from sim.facts import Facts
from sim.metrics.analyse import analyses
from sim.metrics.analysis import open_accounts, told
from sim.metrics.contagion import ContagionMetric
from sim.metrics.table import built_in, table
from sim.scenario.quantity import TIME, Mistake
from sim.storage import Run
from sim.units import MINUTE, SECOND, Nanos
from sim.view.looks import Looks
from sim.view.material import Material

Progress: TypeAlias = Callable[[float, str], None]
"""Told how much is done, and what comes next."""
CONTAGION = "contagion"
SPANS = 240
"""About how many rows of moves a run is cut into."""


def gather(run: Run, progress: Progress | None = None) -> Material:
    """Return what figures are made of. InputError if the tape was not kept in full, or its facts were not.

    Cost: about that of ``downtick analyse`` and ``downtick cascade`` together.
    """
    facts = facts_of(run)
    scenario = json.loads(run.scenario_text)
    moves, looks, metrics = Moves(_span_of(scenario)), Looks(facts), analyses(facts)
    fold = CascadeFold(facts, watch=moves)
    fold.carry()
    contagion = ContagionMetric.beside(facts, fold)  # Follows the cascade that is followed here anyway, so that it is followed once.
    metrics.pop(CONTAGION, None)
    summed = [] if run.summary else built_in(facts)
    open_accounts(metrics, run.population)
    for number, stretch in enumerate(stretches(run)):
        if progress is not None:
            progress(number / max(len(run.parts), 1), "reading")
        for metric in (*metrics.values(), *summed):
            metric.take(stretch)
        fold.take(stretch)
        looks.take(stretch)
        contagion.take(stretch)
    summary = run.summary or table(summed)
    plain, with_makers = fold.results()
    analysis = told({**metrics, CONTAGION: contagion}, run.name)
    return Material(run.manifest, run.standing, facts, run.names, scenario, summary, plain, with_makers, moves, analysis, looks)


def facts_of(run: Run) -> Facts:
    """Return what a reader of a run's tape must know. InputError if the run does not say it."""
    if not run.manifest.facts:
        raise InputError(f"{run.folder} was written without its facts; run the scenario again")
    return Facts.from_json(run.manifest.facts)


def _span_of(scenario: Any) -> Nanos:
    """Return the span in which moves are summed: a round number of seconds that cuts the run into some hundred."""
    length = nanos_of(scenario.get("run", {}).get("duration", 0)) or MINUTE
    steps = (SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE)
    return next((step for step in steps if length // step <= SPANS), 30 * MINUTE)


def nanos_of(value: Any) -> Nanos:
    """Return a duration as the scenario's own text has it; 0 where it cannot be read."""
    try:
        return TIME.read(value)
    except Mistake:
        return 0

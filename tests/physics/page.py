"""The page of measured effects: what was compared, what was found, and whether that is what was claimed.

Written by ``make physics``; nothing on it is typed by hand, so a claim that does not hold says so.
"""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from sim.errors import InputError
from sim.experiment.statistics import Interval
from tests.physics.arms import Study
from tests.physics.claims import CURVE, Claim
from tests.worlds.impact import Impact

HEAD = """# Effects, measured

Written by `make physics` (`tests/physics/`); nothing here is typed by hand. Each effect is a difference between runs and their twins: the
same seeds, one mechanism or key changed. Intervals are 95 % paired bootstraps over seeds. That is what may be called causal; what
descends from what ([attribution](attribution.md)) is accounting.
"""
IMPACT = """## Metaorders

Base units worth a share of a day's volume, sold evenly over four hours into a market of makers, value traders and a crowd, against the
same seeds without the order (`tests/worlds/impact.py`). Expected: a log-log slope of 0.4 to 0.7, and half of the peak gone within three
times the duration, not all of it.
"""


def page_of(parts: Iterable[str]) -> str:
    """Return the page."""
    return "\n".join([HEAD, *parts]) + ""


def study_part(title: str, words: str, study: Study, claims: Sequence[Claim]) -> str:
    """Return the section of one scenario: its claims, the curve of descent, the spread over seeds, and who won."""
    lines = [
        f"## {title}\n",
        f"{words}\n",
        f"{len(study.seeds)} seeds.\n",
        "| change: effect claimed | figure | before | after | difference | 95 % interval | holds |",
        "|---|---|---:|---:|---:|---:|---|",
        *(_claim_row(study, claim) for claim in claims),
        "",
        *_curve(study),
        "",
        *_spread(study),
    ]
    return "\n".join(lines) + "\n"


def impact_part(found: Sequence[Impact], shares: Sequence[float], slope: float) -> str:
    """Return the section on metaorders."""
    lines = [IMPACT, "| share of a day's volume | peak | left at 3 times the duration | left at 4 times |", "|---:|---:|---:|---:|"]
    for share, each in zip(shares, found, strict=True):
        peak = f"{each.peak_bps:.0f} ± {each.error_bps:.0f} bps"
        lines.append(f"| {100 * share:g} % | {peak} | {100 * each.left[3.0]:.0f} % | {100 * each.left[4.0]:.0f} % |")
    holds = 0.4 <= slope <= 0.7 and all(0 < each.left[3.0] <= 0.5 for each in found)
    lines.append(f"\nSlope of log impact over log size: {slope:.2f}. {'As expected.' if holds else '**Not as expected.**'}")
    return "\n".join(lines) + "\n"


def _claim_row(study: Study, claim: Claim) -> str:
    try:
        found: Interval = study.difference(claim.key, claim.base, claim.treated)
    except InputError as missing:
        return f"| {claim.says} | {claim.key} | | | | {missing} | **no** |"
    holds = found.is_positive if claim.is_more else found.is_negative
    before, after = (_mean(study.column(arm, claim.key)) for arm in (claim.base, claim.treated))
    numbers = [_told(each) for each in (before, after, found.value, found.low, found.high)]
    unit = f" ({claim.unit})" if claim.unit else ""
    interval = f"{numbers[3]} to {numbers[4]}"
    name = claim.key.removesuffix("_bps").removesuffix("_s").replace("_", " ")
    return f"| {claim.says} | {name}{unit} | {numbers[0]} | {numbers[1]} | {numbers[2]} | {interval} | {'yes' if holds else '**no**'} |"


def _curve(study: Study) -> list[str]:
    shares = [study.descending_share(arm) for arm in CURVE]
    rises = all(before <= after for before, after in itertools.pairwise(shares))
    names = [arm.removeprefix("depth-").replace("tenth", "1/10").replace("base", "1") for arm in CURVE]
    return [
        "| depth, times that of the scenario | " + " | ".join(names) + " |",
        "|---|" + "---:|" * len(CURVE),
        "| liquidations that descend from others | " + " | ".join(f"{100 * share:.1f} %" for share in shares) + " |",
        "| liquidations in a run | " + " | ".join(_told(_mean(study.column(arm, "liquidations"))) for arm in CURVE) + " |",
        "",
        "Descent grows from point to point." if rises else "**Descent does not grow from point to point.**",
    ]


def _spread(study: Study) -> list[str]:
    sizes = np.array(study.column("base", "liquidations"))
    wins = study.column("base", "wins")
    won = {name: sum(row[name] for row in wins) for name in wins[0]}
    depth = [each for each in study.column("base", "bid_depth_left") if each is not None]
    differ = [each for each in study.column("base", "answers_differ") if each is not None]
    return [
        f"- Liquidations in a run: {sizes.min()} to {sizes.max()}, deviation {100 * sizes.std() / sizes.mean():.0f} % of the mean.",
        f"- Margin calls won among clones: {', '.join(f'{name} {count}' for name, count in won.items())}.",
        f"- Bids within 1 % at their least in the fall: {100 * _mean(depth):.0f} % of the opening's; nobody was told to withdraw.",
        f"- Posts whose reporters did not all look at the same entry: {100 * _mean(differ):.0f} %.",
    ]


def _mean(values: Sequence[float | None]) -> float:
    return float(np.mean([value for value in values if value is not None]))


def _told(value: float) -> str:
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.4f}"

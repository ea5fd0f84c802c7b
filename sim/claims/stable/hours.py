"""When an issuer works: hours of the day, and whether at weekends. Unix time, so that days are those of UTC."""

import attrs

from sim.units import Seconds

DAY_SECONDS: Seconds = 86_400
FRIDAY = 4
"""Days of the week are counted from Monday."""


@attrs.frozen
class Hours:
    """A window of every day; of working days only, unless weekends count."""

    opens: Seconds = 0
    """After midnight."""
    closes: Seconds = DAY_SECONDS
    works_weekends: bool = True

    def is_open(self, timestamp: Seconds) -> bool:
        """Say whether the issuer works at an instant; when it closes it is closed."""
        day, second = divmod(timestamp, DAY_SECONDS)
        is_working_day = self.works_weekends or weekday(day) <= FRIDAY
        return is_working_day and self.opens <= second < self.closes

    def next_open(self, timestamp: Seconds) -> Seconds:
        """Return the first instant, from one on, at which the issuer works."""
        found = timestamp
        while not self.is_open(found):
            day, second = divmod(found, DAY_SECONDS)
            found = day * DAY_SECONDS + self.opens + (DAY_SECONDS if second >= self.opens else 0)
        return found


def weekday(day: int) -> int:
    """Return the day of the week of a day since 1 January 1970, which was a Thursday; Monday is 0."""
    return (day + 3) % 7

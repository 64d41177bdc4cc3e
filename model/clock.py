"""What time it is: handed in wherever it decides something, so that a year can be played in minutes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present moment, with a time zone."""

SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def clock_ahead(seconds: float) -> Clock:
    """A clock that goes as this machine's does, so many seconds ahead of it."""
    return lambda: utc_now() + timedelta(seconds=seconds)


def seconds_ahead(clock: Clock) -> float:
    """By how much a clock is ahead of this machine's, in seconds; exactly 0 for the machine's own."""
    return 0.0 if clock is utc_now else (clock() - utc_now()).total_seconds()


def legal_day(moment: datetime) -> date:
    """The day in China at that moment: the law's days, due dates too, are days of Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()

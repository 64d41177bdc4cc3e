"""What time it is: handed in wherever it decides something, so that a year can be played in minutes."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present moment, with a time zone."""

SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def legal_day(moment: datetime) -> date:
    """The day in China at that moment: the law's days, due dates too, are days of Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()

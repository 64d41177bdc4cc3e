"""What the watching knows of its own health: `state/liveness/`.

`problems/<subject>.json` stands while something is wrong, so that it is told once, when it begins.
`days/<date>.json` holds the figures of a day's check; writing it first is what makes a check the day's.
"""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, Field, JsonValue

from model.capture import Record
from storage.objects import checked_segment
from storage.records import Shelf, create_record, read_record

PROBLEMS = "state/liveness/problems/"
DAYS = "state/liveness/days/"


class Problem(Record):
    """Something that is wrong with the watching, since it was seen first."""

    subject: str
    since: AwareDatetime
    details: dict[str, JsonValue] = Field(default_factory=dict)


class Liveness(Shelf):
    """Problems that go on, and the figures of each day."""

    def begin_problem(self, subject: str, since: datetime, details: dict[str, JsonValue]) -> Problem:
        """Take down a problem; the one that goes on already, if there is one."""
        key = f"{PROBLEMS}{checked_segment(subject)}.json"
        problem = Problem(subject=subject, since=since, details=details)
        return problem if create_record(self.store, key, problem) else read_record(self.store, key, Problem)

    def end_problem(self, subject: str) -> None:
        """It is over; the next one will be told again."""
        self.store.delete(f"{PROBLEMS}{checked_segment(subject)}.json")

    def problem_subjects(self) -> list[str]:
        """What is wrong now, by its subjects alone."""
        return [key.removeprefix(PROBLEMS).removesuffix(".json") for key in self.store.list(PROBLEMS)]

    def problems(self) -> list[Problem]:
        """What is wrong now."""
        return [read_record(self.store, key, Problem) for key in self.store.list(PROBLEMS)]

    def note_day(self, day: date, figures: dict[str, JsonValue]) -> bool:
        """Keep a day's figures; False when somebody has checked that day already."""
        return create_record(self.store, f"{DAYS}{day.isoformat()}.json", figures)

    def days_checked(self) -> list[date]:
        """Days whose figures were kept, oldest first."""
        return [date.fromisoformat(key.removeprefix(DAYS).removesuffix(".json")) for key in self.store.list(DAYS)]

    def day_figures(self, day: date) -> dict[str, Any]:
        """The figures of a day that was checked."""
        return read_record(self.store, f"{DAYS}{day.isoformat()}.json", dict[str, Any])

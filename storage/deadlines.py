"""Which reports were told to be overdue: `state/deadlines/<report year>/<report id>.json`, written once."""

from model.document import Event
from storage.objects import checked_segment
from storage.records import Shelf, create_record, read_record

PREFIX = "state/deadlines/"


class Deadlines(Shelf):
    """A report is overdue once, whichever run finds it out first."""

    def tell_overdue(self, year: int, event: Event) -> Event:
        """Take down that a report is overdue; the event that holds, which is an earlier one if there was one."""
        key = f"{PREFIX}{year}/{checked_segment(event.subject)}.json"
        return event if create_record(self.store, key, event) else read_record(self.store, key, Event)

    def told_overdue(self, year: int) -> set[str]:
        """Ids of the reports on a year that were told."""
        prefix = f"{PREFIX}{year}/"
        return {key.removeprefix(prefix).removesuffix(".json") for key in self.store.list(prefix)}

    def overdue_event(self, year: int, report_id: str) -> Event | None:
        """The event of a report that was told, None where none was."""
        key = f"{PREFIX}{year}/{checked_segment(report_id)}.json"
        return read_record(self.store, key, Event) if self.store.exists(key) else None

"""What happened, each thing once: `events/<UTC date of the cause>/<id>.json`."""

from datetime import UTC, datetime

from model.document import Event
from storage.objects import ObjectStore, checked_segment
from storage.records import Shelf, before_day, create_record, read_record

REMEMBERED = 20_000
"""Events that a process keeps in mind."""


class Events(Shelf):
    """The outbox of alerts and the memory of the feeds."""

    def __init__(self, store: ObjectStore) -> None:
        super().__init__(store)
        self._told: dict[str, Event] = {}

    def _event(self, key: str) -> Event:
        """An event is never changed: a process that looks again and again reads each of the last ones once."""
        if key not in self._told:
            if len(self._told) >= REMEMBERED:
                self._told.clear()
            self._told[key] = read_record(self.store, key, Event)
        return self._told[key]

    def add_event(self, event: Event) -> bool:
        """Write an event; False when it was written before. Its id comes of its cause, so a restart can't double it."""
        return create_record(self.store, event_key(event), event)

    def events(self, since: datetime | None = None) -> list[Event]:
        """Events whose cause is not older than `since`, by time of cause, then id."""
        start = before_day("events/", since.astimezone(UTC).date()) if since else None
        found = [self._event(key) for key in self.store.list("events/", start_after=start)]
        return sorted((e for e in found if since is None or e.at >= since), key=lambda e: (e.at, e.id))


def event_key(event: Event) -> str:
    """Key of an event."""
    return f"events/{event.at.astimezone(UTC).date().isoformat()}/{checked_segment(event.id)}.json"

"""What happened, newest first."""

from functools import partial
from typing import Any

from model.document import Event
from storage.catalogue.browsing import Question, page_of_events
from storage.records import read_record
from storage.restrictions import Withheld
from web.library.opened import Opened
from web.remembered import Remembered


class Happenings(Opened):
    """Events by what they are about."""

    def __init__(self, *opened: Any) -> None:
        super().__init__(*opened)
        self._events = Remembered[Event](512)

    def events(
        self,
        asked: Question,
        kinds: tuple[str, ...] = (),
        subject: str | None = None,
        after: str | None = None,
        limit: int = 50,
        silent: bool = False,
    ) -> tuple[list[Event], str | None]:
        """Events, newest first; what is withheld is left out."""
        withheld = self.withheld()
        with self._database() as database:
            page, cursor = page_of_events(database, asked, kinds, subject, withheld, after, limit, silent)
        events = [self._events.get(one.key, partial(read_record, self.archive.store, one.key, Event)) for one in page]
        return [e for e in events if not _hidden(withheld, e)], cursor


def _hidden(withheld: Withheld, event: Event) -> bool:
    version = event.details.get("version")
    return withheld.hides(event.subject, version if isinstance(version, int) else None)

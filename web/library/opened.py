"""An archive and its catalogue, opened for readers: connections, and what is withheld from them."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from sqlite3 import Connection

from model.errors import Restricted
from model.portal import Portal
from storage.archive import Archive
from storage.catalogue import Catalogue, ReportRow
from storage.catalogue.searching import COLUMNS, FROM, rows_of
from storage.restrictions import Withheld
from web.remembered import Remembered

PRAGMAS = "PRAGMA mmap_size = 2000000000; PRAGMA cache_size = -1000; PRAGMA temp_store = MEMORY;"


class Opened:
    """What the parts of the library share."""

    def __init__(self, archive: Archive, catalogue: Catalogue, registry: Mapping[str, Portal] | None = None) -> None:
        """`registry`: the portals that are known by their files, visited or not."""
        self.registry = registry or {}
        self.archive = archive
        self.catalogue = catalogue
        self._own = threading.local()
        self._withheld = Remembered[Withheld](2)
        self._heard: tuple[float, Withheld] | None = None

    def row(self, report_id: str) -> ReportRow | None:
        with self._database() as database:
            found = database.execute(f"SELECT {COLUMNS} {FROM} WHERE r.report_id = ?", (report_id,))
            return next((row for row, _ in rows_of(found)), None)

    def withheld(self) -> Withheld:
        """All that is withheld; a decision is heard of within two seconds."""
        now = time.monotonic()
        if self._heard is None or now - self._heard[0] > 2:
            keys = tuple(self.archive.store.list("restrictions/"))
            self._heard = now, self._withheld.get(keys, self.archive.withheld)
        return self._heard[1]

    def _require_open(self, report_id: str, n: int | None) -> None:
        if self.withheld().hides(report_id, n):
            self.archive.require_open(report_id, n)
            raise Restricted(f"{report_id} is restricted (451)")

    def _parser(self, report_id: str, n: int) -> str | None:
        with self._database() as database:
            asked = "SELECT parser FROM versions WHERE report_id = ? AND n = ?"
            found = database.execute(asked, (report_id, n)).fetchone()
        return str(found[0]) if found and found[0] else None

    @contextmanager
    def _database(self) -> Iterator[Connection]:
        """This thread's connection; a new one when the catalogue was built anew."""
        place = self.catalogue.state[0]
        if getattr(self._own, "place", None) != place:
            if held := getattr(self._own, "database", None):
                held.close()
            self._own.database = self.catalogue.reading()
            self._own.database.executescript(PRAGMAS)
            self._own.place = place
        yield self._own.database


def is_name(name: str) -> bool:
    """Could it be one segment of a key?"""
    return (
        bool(name)
        and len(name) < 200
        and name.isprintable()
        and not name.startswith(".")
        and not {"/", "\\"} & set(name)
    )

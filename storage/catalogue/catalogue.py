"""The catalogue's file: brought up to date, rebuilt, checked.

SQLite and a folder of Parquet files, in `catalogue/` of an archive in a folder, in a local cache for a bucket. Objects
of the archive are immutable, so bringing it up to date means reading those that it has not seen: the ones that runs
have noted under `state/changes/`, or, where nothing was ever noted, what a listing shows.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from model.document import VersionRecord
from model.errors import StorageUnavailable
from model.forms_printed import in_reading_order
from storage.archive import Archive
from storage.local_folder import LocalFolder
from storage.records import read_record
from storage.settings import StorageSettings

from .rows import Passage, ReportRow
from .schema import LAYOUT, drop_indexes, lay_out, make_indexes
from .searching import place_of, reports_by_text, reports_by_words
from .taking import PREFIXES, Taking, is_catalogued
from .values import Values

BATCH = 5_000  # records in a transaction
CACHE = 65_536  # KiB of the file in memory
AT_ONCE = 500  # keys read at a time
CONTEXT = 40  # characters around a place in a text


def find_reports(
    archive: Archive, words: list[str], settings: StorageSettings, *, restricted: bool = False
) -> list[ReportRow]:
    """Search the archive as it is now: `Catalogue.find_reports` after bringing the catalogue up to date.

    Reports that are withheld (`gongkai restrict`) are left out unless `restricted` asks for them.
    """
    catalogue = Catalogue.of(archive, settings)
    catalogue.refresh()
    found = catalogue.find_reports(words)
    if restricted:
        return found
    withheld = {record.report_id for record in archive.standing_restrictions() if record.version is None}
    return [row for row in found if row.report_id not in withheld]


class Catalogue:
    """Search over an archive. `refresh` first: the catalogue may be behind the archive, never ahead of it."""

    def __init__(self, archive: Archive, path: Path) -> None:
        self._archive = archive
        self._path = path
        self.values = Values(path.parent / f"{path.stem}-values")

    @classmethod
    def of(cls, archive: Archive, settings: StorageSettings) -> "Catalogue":
        """The catalogue of an archive, in its place; a folder that can't be written gets its catalogue in the cache."""
        store = archive.store
        if isinstance(store, LocalFolder) and os.access(store.root, os.W_OK):
            return cls(archive, store.root / "catalogue" / "gongkai.sqlite")
        name = hashlib.sha256(store.describe().encode()).hexdigest()[:24]
        return cls(archive, Path(settings.cache).expanduser() / f"{name}.sqlite")

    @property
    def where(self) -> str:
        """Its file, for people."""
        return str(self._path)

    def reading(self) -> sqlite3.Connection:
        """A connection that can't write, for whoever browses with `browsing`; the caller closes it.

        StorageUnavailable where nothing has been catalogued yet, or only in another layout: `refresh` first.
        """
        try:
            database = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
            if database.execute("PRAGMA user_version").fetchone()[0] == LAYOUT:
                return database
            database.close()
        except sqlite3.OperationalError as error:
            raise StorageUnavailable(f"the catalogue {self._path} can't be read ({error}); try again later") from error
        raise StorageUnavailable(f"the catalogue {self._path} is of another layout; gongkai catalogue builds it anew")

    @property
    def state(self) -> tuple[int, int, int]:
        """Changes whenever the catalogue does: for those who remember answers."""
        try:
            found = self._path.stat()
        except OSError as error:
            raise StorageUnavailable(f"the catalogue {self._path} is being built; try again in a minute") from error
        return found.st_ino, found.st_mtime_ns, found.st_size

    def find_reports(self, words: list[str], limit: int | None = None) -> list[ReportRow]:
        """Reports that answer every word: `searching.reports_by_words`."""
        with self._open() as database:
            return reports_by_words(database, words, limit)

    def search_text(self, words: list[str], years: list[int], limit: int) -> list[Passage]:
        """Reports whose text holds all words, with the place of the first one; what is withheld is left out."""
        withheld, found = self._archive.withheld(), list[Passage]()
        with self._open() as database:
            for row in reports_by_text(database, words, years):
                if not withheld.hides(row.report_id, row.newest) and (passage := self._passage(database, row, words)):
                    found.append(passage)
                    if len(found) >= limit:
                        break
        return found

    def count(self) -> dict[str, int]:
        """How many rows each table has."""
        tables = ("reports", "versions", "agencies", "events", "captures", "findings", "texts")
        with self._open() as database:
            return {t: int(database.execute(f"SELECT count(*) FROM {t}").fetchone()[0]) for t in tables}

    def refresh(self, on_record: Callable[[int, int], None] | None = None) -> int:
        """Take in what the archive has and the catalogue has not; how many records those were. Mends a damaged file.

        `on_record` hears how many were taken, of how many.
        """
        try:
            return self._refresh(on_record)
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise StorageUnavailable(
                    f"the catalogue {self._path} is being written; try again in a minute"
                ) from error
            return self.rebuild(on_record)

    def rebuild(self, on_record: Callable[[int, int], None] | None = None) -> int:
        """Throw the catalogue away and build it from the archive; how many records it holds."""
        for leftover in ("", "-journal", "-wal", "-shm"):
            self._path.with_name(self._path.name + leftover).unlink(missing_ok=True)
        self.values.clear()
        return self._refresh(on_record)

    def disagreements(self, *, deep: bool) -> Iterator[tuple[str, str]]:
        """(key, what) where the catalogue says something else than the archive; being behind it is no fault.

        `deep`: each version's row is compared with its record. Nothing is mended here; `rebuild` does that.
        """
        if not self._path.exists():
            return
        try:
            with self._open() as database:
                yield from self._disagreements(database, deep)
        except sqlite3.DatabaseError as error:
            yield "catalogue/", f"{self._path} can't be read ({error}); it is built anew at the next use"

    def _disagreements(self, database: sqlite3.Connection, deep: bool) -> Iterator[tuple[str, str]]:
        # On disk, like a refresh: an archive has millions of keys.
        database.execute("CREATE TEMP TABLE there (key TEXT PRIMARY KEY) WITHOUT ROWID")
        listed = (key for prefix in PREFIXES for key in self._archive.store.list(prefix))
        database.executemany("INSERT OR IGNORE INTO there VALUES (?)", ((key,) for key in listed))
        gone = "SELECT key FROM seen WHERE key NOT IN (SELECT key FROM there) ORDER BY key"
        yield from (
            (key, "is in the catalogue and not in the archive")
            for (key,) in database.execute(gone)
            if is_catalogued(key)
        )
        told = "SELECT report_id, n, title, url, captured_at, key FROM versions WHERE key IN (SELECT key FROM there)"
        for *row, key in database.execute(f"{told} ORDER BY report_id, n") if deep else ():
            v = read_record(self._archive.store, key, VersionRecord)
            if row != [v.report_id, v.n, v.title, v.url, v.captured_at.isoformat()]:
                yield key, "stands in the catalogue in other words than in the archive; `gongkai catalogue --rebuild`"

    def _refresh(self, on_record: Callable[[int, int], None] | None) -> int:
        with self._open() as database:
            noted = self._archive.changes()
            notes = [note for note in noted if not _has_seen(database, note)]
            new_file = database.execute("SELECT count(*) FROM seen").fetchone()[0] == 0
            parser = self._archive.last_parser(noted)
            database.execute("CREATE TEMP TABLE due (key TEXT PRIMARY KEY) WITHOUT ROWID")
            if notes and not new_file:
                # What a run noted last may stand in another parse now: it is taken anew.
                keys = (key for note in notes for key in self._archive.changed(note))
                _put(database, (key for key in keys if is_catalogued(key)))
            elif new_file or not noted:
                self._list(database)
            if new_file:
                drop_indexes(database)
            total = int(database.execute("SELECT count(*) FROM due").fetchone()[0])
            taking = Taking(self._archive, database, self.values, parser)
            for taken, key in enumerate(_due(database), 1):
                taking.take(key)
                if taken % BATCH == 0:
                    self._commit(database)
                if on_record is not None:
                    on_record(taken, total)
            # Also what a first filling that was killed has left out.
            make_indexes(database)
            database.executemany("INSERT OR IGNORE INTO seen VALUES (?)", [(note,) for note in notes])
            self._commit(database)
        return total

    def _list(self, database: sqlite3.Connection) -> None:
        """Make due what a listing shows and was not taken. On disk: an archive has millions of keys."""
        listed = (key for prefix in PREFIXES for key in self._archive.store.list(prefix) if is_catalogued(key))
        _put(database, listed)
        gone = "SELECT key FROM seen WHERE key NOT LIKE 'state/%' AND key NOT IN (SELECT key FROM due) LIMIT 1"
        if database.execute(gone).fetchone() is not None:
            raise sqlite3.DatabaseError("objects are gone that it was built from")
        database.execute("DELETE FROM due WHERE key IN (SELECT key FROM seen)")

    def _commit(self, database: sqlite3.Connection) -> None:
        """Values first: a database that is behind them takes the same records once more."""
        self.values.flush()
        database.commit()

    def _passage(self, database: sqlite3.Connection, row: ReportRow, words: list[str]) -> Passage | None:
        manifest, parser = database.execute(
            "SELECT manifest, parser FROM versions WHERE report_id = ? AND n = ?", (row.report_id, row.newest)
        ).fetchone()
        parsed = self._archive.parsed(manifest, parser) if parser else None
        sections = in_reading_order((parsed or {}).get("sections") or {})
        whole = "\n".join(str(section.get("text") or "") for section in sections.values())
        if place_of(whole, words) is None:
            return None
        for name, section in sections.items():
            text = str(section.get("text") or "")
            if (place := place_of(text, words[:1])) is not None:
                start, end = place
                before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
                return Passage(report=row, section=name, before=before, found=text[start:end], after=after)
        return None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=30)
        except (OSError, sqlite3.OperationalError) as error:
            raise StorageUnavailable(
                f"the catalogue {self._path} can't be opened ({error}); mend its folder"
            ) from error
        try:
            database.execute(f"PRAGMA cache_size = -{CACHE}")
            if database.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                lay_out(database)
                self.values.clear()
            yield database
        finally:
            database.close()


def _put(database: sqlite3.Connection, keys: Iterable[str]) -> None:
    database.executemany("INSERT OR IGNORE INTO due VALUES (?)", ((key,) for key in keys))


def _due(database: sqlite3.Connection) -> Iterator[str]:
    """Keys in order, read so many at a time: the table changes nothing meanwhile, and no cursor outlives a commit."""
    last = ""
    while batch := database.execute(
        "SELECT key FROM due WHERE key > ? ORDER BY key LIMIT ?", (last, AT_ONCE)
    ).fetchall():
        yield from (key for (key,) in batch)
        last = batch[-1][0]


def _has_seen(database: sqlite3.Connection, key: str) -> bool:
    return database.execute("SELECT 1 FROM seen WHERE key = ?", (key,)).fetchone() is not None

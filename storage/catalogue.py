"""The index for searching and listing: SQLite, disposable, built from the bucket and never asked for the truth.

Objects of the archive are immutable, so bringing it up to date means reading those whose keys it has not seen. For an
archive in a folder it is `catalogue/gongkai.sqlite` there; for a bucket it lies in a local cache folder.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import AwareDatetime

from model.agency import Agency, seeded_register
from model.capture import Record
from model.document import Event, VersionRecord
from model.errors import StorageUnavailable
from storage.archive import Archive
from storage.local_folder import LocalFolder
from storage.records import read_record
from storage.search_words import readings, searchable, year_of
from storage.settings import StorageSettings

LAYOUT = 2
SCHEMA = """
CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE versions (report_id TEXT, n INTEGER, agency_id TEXT, agency_name TEXT, report_year INTEGER, scope TEXT,
  title TEXT, url TEXT, portal TEXT, captured_at TEXT, verdict TEXT, key TEXT, PRIMARY KEY (report_id, n));
CREATE TABLE agencies (id TEXT, n INTEGER, region TEXT, name TEXT, words TEXT, PRIMARY KEY (id, n));
CREATE TABLE events (id TEXT PRIMARY KEY, at TEXT, kind TEXT, subject TEXT, portal TEXT, key TEXT);
CREATE INDEX events_by_subject ON events (subject, at);
CREATE VIEW reports AS
  SELECT v.report_id, v.agency_id, coalesce(a.name, v.agency_name) AS agency_name, a.region, v.report_year, v.scope,
    v.title, v.url, v.portal, v.captured_at, v.verdict, v.n AS newest,
    (SELECT max(n) FROM versions WHERE report_id = v.report_id) AS versions, coalesce(a.words, '') AS words
  FROM versions v LEFT JOIN agencies a ON a.id = v.agency_id AND a.n = (SELECT max(n) FROM agencies WHERE id = a.id)
  WHERE v.n = (SELECT n FROM versions WHERE report_id = v.report_id ORDER BY captured_at DESC, n DESC LIMIT 1);
"""
PREFIXES = ("agencies/", "reports/", "events/")
BATCH = 500


class ReportRow(Record):
    """A report in a listing: the version captured last, whose number is `newest`, of so many `versions`."""

    report_id: str
    agency_id: str
    agency_name: str
    region: str | None
    report_year: int
    scope: str
    title: str
    url: str
    portal: str
    captured_at: AwareDatetime
    verdict: str | None
    versions: int
    newest: int


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

    @classmethod
    def of(cls, archive: Archive, settings: StorageSettings) -> "Catalogue":
        """The catalogue of an archive, in its place; a folder that can't be written gets its catalogue in the cache."""
        store = archive.store
        if isinstance(store, LocalFolder) and os.access(store.root, os.W_OK):
            return cls(archive, store.root / "catalogue" / "gongkai.sqlite")
        name = hashlib.sha256(store.describe().encode()).hexdigest()[:24]
        return cls(archive, Path(settings.cache).expanduser() / f"{name}.sqlite")

    def find_reports(self, words: list[str]) -> list[ReportRow]:
        """Reports that answer every word, by agency, newest year first; all reports when there is no word.

        A word is a year (2022, 2022年), part of an agency's name or of its short form (天津, 人社), of the title, a
        division code's beginning, a portal's id or a report's id.
        """
        conditions, values = ["1"], list[str | int]()
        for word in words:
            if (year := year_of(word)) is not None:
                conditions.append("report_year = ?")
                values.append(year)
                continue
            found = ["portal = ?", "report_id = ?", "region LIKE ?"]
            values += [word, word, f"{word}%" if word.isascii() and word.isdigit() else "-"]
            for spelled in readings(word):
                found.append("instr(words, ?) OR instr(agency_name, ?) OR instr(title, ?)")
                values += [spelled] * 3
            conditions.append(f"({' OR '.join(found)})")
        query = f"SELECT * FROM reports WHERE {' AND '.join(conditions)} ORDER BY agency_name, report_year DESC, scope"
        with self._open() as database:
            database.row_factory = sqlite3.Row
            rows = [dict(row) for row in database.execute(query, values)]
        return [ReportRow.model_validate({k: v for k, v in row.items() if k != "words"}) for row in rows]

    def refresh(self) -> int:
        """Take in what the archive has and the catalogue has not; how many records those were. Mends a damaged file."""
        try:
            return self._refresh()
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise StorageUnavailable(
                    f"the catalogue {self._path} is being written; try again in a minute"
                ) from error
            return self.rebuild()

    def rebuild(self) -> int:
        """Throw the catalogue away and build it from the archive; how many records it holds."""
        for leftover in (self._path, self._path.with_name(self._path.name + "-journal")):
            leftover.unlink(missing_ok=True)
        return self._refresh()

    def disagreements(self, *, deep: bool) -> Iterator[tuple[str, str]]:
        """(key, what) where the catalogue says something else than the archive; being behind it is no fault.

        `deep`: each version's row is compared with its record. Nothing is mended here; `rebuild` does that.
        """
        if not self._path.exists():
            return
        try:
            with self._open() as database:
                rows = database.execute("SELECT report_id, n, title, url, captured_at, key FROM versions").fetchall()
                seen = {key for (key,) in database.execute("SELECT key FROM seen")}
        except sqlite3.DatabaseError as error:
            yield "catalogue/", f"{self._path} can't be read ({error}); it is built anew at the next use"
            return
        there = {key for prefix in PREFIXES for key in self._archive.store.list(prefix)}
        for key in sorted(seen - there):
            yield key, "is in the catalogue and not in the archive"
        for *told, key in rows:
            if not deep or key not in there:
                continue
            v = read_record(self._archive.store, key, VersionRecord)
            if told != [v.report_id, v.n, v.title, v.url, v.captured_at.isoformat()]:
                yield key, "stands in the catalogue in other words than in the archive; delete the catalogue's file"

    def _refresh(self) -> int:
        taken = 0
        with self._open() as database:
            seen = {key for (key,) in database.execute("SELECT key FROM seen")}
            there = {key for prefix in PREFIXES for key in self._archive.store.list(prefix) if "/repeats/" not in key}
            for gone in seen - there:
                self._forget(database, gone)
            for taken, key in enumerate(sorted(there - seen), 1):
                self._take(database, key)
                if taken % BATCH == 0:
                    database.commit()
            database.commit()
        return taken

    def _take(self, database: sqlite3.Connection, key: str) -> None:
        store = self._archive.store
        if key.startswith("agencies/"):
            _put_agency(database, read_record(store, key, Agency))
        elif key.startswith("events/"):
            e = read_record(store, key, Event)
            happened = (e.id, e.at.isoformat(), e.kind.value, e.subject, e.portal, key)
            database.execute("INSERT OR REPLACE INTO events VALUES (?,?,?,?,?,?)", happened)
        else:
            v = read_record(store, key, VersionRecord)
            parsed = self._archive.parsed(v.manifest.digest, v.parser_digest)
            agency = (v.agency_id, v.agency_name, v.report_year, v.scope)
            found = (v.title, v.url, v.portal, v.captured_at.isoformat(), parsed["verdict"] if parsed else None)
            row = (v.report_id, v.n, *agency, *found, key)
            database.execute("INSERT OR REPLACE INTO versions VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", row)
        database.execute("INSERT OR REPLACE INTO seen VALUES (?)", (key,))

    def _forget(self, database: sqlite3.Connection, key: str) -> None:
        database.execute("DELETE FROM versions WHERE key = ?", (key,))
        database.execute("DELETE FROM events WHERE key = ?", (key,))
        database.execute("DELETE FROM seen WHERE key = ?", (key,))

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
            if database.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                _lay_out(database)
            yield database
        finally:
            database.close()


def _lay_out(database: sqlite3.Connection) -> None:
    things = "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')"
    for kind, name in database.execute(things).fetchall():
        database.execute(f"DROP {kind} {name}")
    database.executescript(SCHEMA)
    for agency in seeded_register():
        # Number 0: whatever the archive says of the same agency holds.
        _put_agency(database, agency.model_copy(update={"n": 0}))
    database.execute(f"PRAGMA user_version = {LAYOUT}")
    database.commit()


def _put_agency(database: sqlite3.Connection, agency: Agency) -> None:
    words = searchable([entry.name for entry in agency.names])
    row = (agency.id, agency.n, agency.region, agency.name, words)
    database.execute("INSERT OR REPLACE INTO agencies VALUES (?,?,?,?,?)", row)

"""Records of the archive as rows of the catalogue."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from model.agency import Agency
from model.capture import Capture
from model.document import Event, VersionRecord
from model.silence import is_silent
from storage.archive import Archive
from storage.ledger import LEDGER, read_lines
from storage.records import read_record

from .figures import Packing
from .grams import grams, year_word
from .schema import put_agency, put_name
from .values import Values

PREFIXES = ("agencies/", "captures/", "events/", "reports/")


def is_catalogued(key: str) -> bool:
    """Is an object taken into the catalogue?"""
    if key.startswith("captures/"):
        return key.endswith(LEDGER)
    return key.startswith(PREFIXES) and "/repeats/" not in key


class Taking:
    """Takes objects in by their keys, within one transaction of the caller."""

    def __init__(self, archive: Archive, database: sqlite3.Connection, values: Values, parser: str | None) -> None:
        self._archive = archive
        self._database = database
        self._values = values
        self._packing = Packing(database)
        self._parser = parser

    def take(self, key: str) -> None:
        """Read an object and put what it says in its tables; taken twice, it stands there once."""
        store = self._archive.store
        if key.startswith("agencies/"):
            put_agency(self._database, read_record(store, key, Agency))
        elif key.startswith("events/"):
            e = read_record(store, key, Event)
            happened = (e.id, e.at.isoformat(), e.kind.value, e.subject, e.portal, key, is_silent(e))
            self._database.execute("INSERT OR REPLACE INTO events VALUES (?,?,?,?,?,?,?)", happened)
        elif key.startswith("captures/"):
            captures = (c for c, _ in read_lines(store, key) if isinstance(c, Capture))
            rows = (_captured(c) for c in captures)
            self._database.executemany("INSERT OR REPLACE INTO captures VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        else:
            self.version(read_record(store, key, VersionRecord), key)
        self._database.execute("INSERT OR REPLACE INTO seen VALUES (?)", (key,))

    def version(self, v: VersionRecord, key: str) -> None:
        """A version with its verdict, findings, text and values, by the parser that read the archive last."""
        parser, parsed = self._parsed(v)
        verdict = parsed["verdict"] if parsed else None
        agency = (v.agency_id, v.agency_name, v.report_year, v.scope)
        found = (v.title, v.url, v.portal, v.captured_at.isoformat(), verdict, v.manifest.digest, parser)
        row = (v.report_id, v.n, *agency, *found, key)
        self._database.execute("INSERT OR REPLACE INTO versions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", row)
        self._database.execute("DELETE FROM findings WHERE report_id = ? AND n = ?", (v.report_id, v.n))
        if parsed is not None:
            self._findings(v, parsed)
        if self._newest(v.report_id) == v.n:
            self._packing.put(v.report_id, v.n, parsed)
            if parsed is not None:
                self._text(v, parsed)
                self._values.put(v, parsed)
        put_name(self._database, v.title)
        put_name(self._database, v.agency_name)

    def _parsed(self, v: VersionRecord) -> tuple[str | None, Mapping[str, Any] | None]:
        for parser in dict.fromkeys(p for p in (self._parser, v.parser_digest) if p):
            if (parsed := self._archive.parsed(v.manifest.digest, parser)) is not None:
                return parser, parsed
        return None, None

    def _findings(self, v: VersionRecord, parsed: Mapping[str, Any]) -> None:
        rows = [
            (v.report_id, v.n, f["code"], f["place"], f["severity"], f["fault"], f["message"])
            for f in parsed.get("findings", ())
        ]
        self._database.executemany("INSERT INTO findings VALUES (?,?,?,?,?,?,?)", rows)

    def _newest(self, report_id: str) -> int:
        """Write the report's row anew from its versions; the number of the one captured last."""
        last = self._database.execute(
            "SELECT agency_id, agency_name, report_year, scope, title, url, portal, captured_at, verdict, n,"
            " (SELECT count(*) FROM versions WHERE report_id = v.report_id)"
            " FROM versions v WHERE report_id = ? ORDER BY captured_at DESC, n DESC LIMIT 1",
            (report_id,),
        ).fetchone()
        columns = (
            "agency_id, agency_name, report_year, scope, title, url, portal, captured_at, verdict, newest, versions"
        )
        self._database.execute(
            f"INSERT INTO reports (report_id, {columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (report_id)"
            f" DO UPDATE SET ({columns}) = (?,?,?,?,?,?,?,?,?,?,?)",
            (report_id, *last, *last),
        )
        place = "(SELECT region, level, kind FROM agencies WHERE id = reports.agency_id)"
        self._database.execute(f"UPDATE reports SET (region, level, kind) = {place} WHERE report_id = ?", (report_id,))
        return int(last[9])

    def _text(self, v: VersionRecord, parsed: Mapping[str, Any]) -> None:
        """The text of the newest version. An older one's pairs stay in the index and lead to nothing."""
        sections = parsed.get("sections") or {}
        text = "\n".join(str(section.get("text") or "") for section in sections.values())
        if not text.strip():
            return
        self._database.execute("DELETE FROM texts WHERE report_id = ?", (v.report_id,))
        told = self._database.execute("INSERT INTO texts (rowid, report_id, n) VALUES (NULL,?,?)", (v.report_id, v.n))
        self._database.execute(
            "INSERT INTO text_grams (rowid, grams) VALUES (?,?)",
            (told.lastrowid, f"{year_word(v.report_year)} {grams(text)}"),
        )


def _captured(c: Capture) -> tuple[object, ...]:
    body = c.body.sha256 if c.body else None
    at = c.fetched_at.isoformat()
    return (c.id, c.portal, c.kind, c.url, c.document_url, c.status, c.state.value, at, body, c.run)

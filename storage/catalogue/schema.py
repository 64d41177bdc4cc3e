"""The tables of the catalogue."""

import sqlite3

from model.agency import Agency, seeded_register
from storage.search_words import searchable

from .grams import grams

LAYOUT = 7
SCHEMA = """
CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE versions (report_id TEXT, n INTEGER, agency_id TEXT, agency_name TEXT, report_year INTEGER, scope TEXT,
  title TEXT, url TEXT, portal TEXT, captured_at TEXT, verdict TEXT, manifest TEXT, parser TEXT, key TEXT,
  PRIMARY KEY (report_id, n));
CREATE TABLE reports (rowid INTEGER PRIMARY KEY, report_id TEXT UNIQUE, agency_id TEXT, agency_name TEXT,
  report_year INTEGER, scope TEXT, title TEXT, url TEXT, portal TEXT, captured_at TEXT, verdict TEXT, newest INTEGER,
  versions INTEGER, region TEXT, level TEXT, kind TEXT);
CREATE TABLE agencies (id TEXT PRIMARY KEY, n INTEGER, region TEXT, name TEXT, words TEXT,
  level TEXT, kind TEXT);
CREATE TABLE events (id TEXT PRIMARY KEY, at TEXT, kind TEXT, subject TEXT, portal TEXT, key TEXT,
  silent INTEGER);
CREATE TABLE captures (id TEXT PRIMARY KEY, portal TEXT, kind TEXT, url TEXT, document_url TEXT, status INTEGER,
  state TEXT, fetched_at TEXT, sha256 TEXT, run TEXT) WITHOUT ROWID;
CREATE TABLE findings (report_id TEXT, n INTEGER, code TEXT, place TEXT, severity TEXT, fault TEXT, message TEXT);
CREATE TABLE figures (place INTEGER PRIMARY KEY, n INTEGER, told BLOB);
CREATE TABLE value_ids (number INTEGER PRIMARY KEY, id TEXT UNIQUE);
CREATE TABLE texts (rowid INTEGER PRIMARY KEY AUTOINCREMENT, report_id TEXT, n INTEGER);
CREATE INDEX findings_by_report ON findings (report_id, n, code);
CREATE INDEX texts_by_report ON texts (report_id);
CREATE VIRTUAL TABLE text_grams USING fts5(grams, content='', detail=none, tokenize="unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE name_grams USING fts5(grams, content='', detail=none, tokenize="unicode61 remove_diacritics 0");
CREATE TABLE names (rowid INTEGER PRIMARY KEY, name TEXT UNIQUE);
INSERT INTO text_grams (text_grams, rank) VALUES ('hashsize', 16777216);
"""

# What only questions need: made when the tables are full, which is faster than keeping it while they fill.
INDEXES = {
    "versions_by_key": "versions (key)",
    "reports_by_agency": "reports (agency_id, report_year)",
    "reports_by_year": "reports (report_year)",
    "reports_by_portal": "reports (portal)",
    "reports_by_title": "reports (title)",
    "reports_by_facet": "reports (report_year, verdict, region, level, kind, scope, agency_id)",
    "reports_by_time": "reports (captured_at)",
    "reports_by_name": "reports (agency_name)",
    "agencies_by_region": "agencies (region)",
    "events_by_subject": "events (subject, at)",
    "events_by_time": "events (at)",
    "captures_by_document": "captures (document_url, fetched_at)",
    "findings_by_code": "findings (code)",
}


def lay_out(database: sqlite3.Connection) -> None:
    """Empty tables, with the agencies that ship with gongkai; whatever was there before is thrown away."""
    things = (
        "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view') AND sql NOT NULL"
        " AND name != 'sqlite_sequence'"
    )
    found = database.execute(things).fetchall()
    virtual = [name for _, name in found if name.endswith("_grams")]
    for name in virtual:
        database.execute(f"DROP TABLE {name}")
    for kind, name in found:
        if not any(name.startswith(v) for v in virtual):
            database.execute(f"DROP {kind} {name}")
    database.executescript(SCHEMA)
    for agency in seeded_register():
        # Number 0: whatever the archive says of the same agency holds.
        put_agency(database, agency.model_copy(update={"n": 0}))
    make_indexes(database)
    database.execute(f"PRAGMA user_version = {LAYOUT}")
    database.commit()


def make_indexes(database: sqlite3.Connection) -> None:
    """Those that are not there."""
    for name, columns in INDEXES.items():
        database.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")


def drop_indexes(database: sqlite3.Connection) -> None:
    """For a first filling; `make_indexes` ends it."""
    for name in INDEXES:
        database.execute(f"DROP INDEX IF EXISTS {name}")


def put_agency(database: sqlite3.Connection, agency: Agency) -> None:
    """The record with the highest number holds."""
    held = database.execute("SELECT n FROM agencies WHERE id = ?", (agency.id,)).fetchone()
    if held is not None and held[0] > agency.n:
        return
    words = searchable([entry.name for entry in agency.names])
    row = (agency.id, agency.n, agency.region, agency.name, words, agency.level, agency.kind)
    database.execute("INSERT OR REPLACE INTO agencies VALUES (?,?,?,?,?,?,?)", row)
    # So that reports are counted by these without looking each agency up.
    place = (agency.region, agency.level, agency.kind, agency.id)
    database.execute("UPDATE reports SET (region, level, kind) = (?,?,?) WHERE agency_id = ?", place)


def put_name(database: sqlite3.Connection, name: str) -> None:
    """A title, or the name of an agency as a report prints it. They repeat from year to year; each is indexed once."""
    told = database.execute("INSERT OR IGNORE INTO names (name) VALUES (?)", (name,))
    if told.rowcount:
        database.execute("INSERT INTO name_grams (rowid, grams) VALUES (?,?)", (told.lastrowid, grams(name)))

"""The tables of the catalogue."""

import sqlite3

from model.agency import Agency, seeded_register
from storage.search_words import searchable

from .grams import grams

LAYOUT = 4
SCHEMA = """
CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE versions (report_id TEXT, n INTEGER, agency_id TEXT, agency_name TEXT, report_year INTEGER, scope TEXT,
  title TEXT, url TEXT, portal TEXT, captured_at TEXT, verdict TEXT, manifest TEXT, parser TEXT, key TEXT,
  PRIMARY KEY (report_id, n));
CREATE INDEX versions_by_key ON versions (key);
CREATE TABLE reports (rowid INTEGER PRIMARY KEY, report_id TEXT UNIQUE, agency_id TEXT, agency_name TEXT,
  report_year INTEGER, scope TEXT, title TEXT, url TEXT, portal TEXT, captured_at TEXT, verdict TEXT, newest INTEGER,
  versions INTEGER, region TEXT, level TEXT, kind TEXT);
CREATE INDEX reports_by_agency ON reports (agency_id, report_year);
CREATE INDEX reports_by_year ON reports (report_year);
CREATE INDEX reports_by_portal ON reports (portal);
CREATE INDEX reports_by_title ON reports (title);
CREATE INDEX reports_by_facet ON reports (report_year, verdict, region, level, kind, scope, agency_id);
CREATE INDEX reports_by_time ON reports (captured_at);
CREATE INDEX reports_by_name ON reports (agency_name);
CREATE TABLE agencies (id TEXT PRIMARY KEY, n INTEGER, region TEXT, name TEXT, words TEXT,
  level TEXT, kind TEXT);
CREATE INDEX agencies_by_region ON agencies (region);
CREATE TABLE events (id TEXT PRIMARY KEY, at TEXT, kind TEXT, subject TEXT, portal TEXT, key TEXT,
  silent INTEGER);
CREATE INDEX events_by_subject ON events (subject, at);
CREATE INDEX events_by_time ON events (at);
CREATE TABLE captures (id TEXT PRIMARY KEY, portal TEXT, kind TEXT, url TEXT, document_url TEXT, status INTEGER,
  state TEXT, fetched_at TEXT, sha256 TEXT, run TEXT) WITHOUT ROWID;
CREATE INDEX captures_by_document ON captures (document_url, fetched_at);
CREATE TABLE findings (report_id TEXT, n INTEGER, code TEXT, place TEXT, severity TEXT, fault TEXT, message TEXT);
CREATE INDEX findings_by_report ON findings (report_id, n, code);
CREATE INDEX findings_by_code ON findings (code);
CREATE TABLE texts (rowid INTEGER PRIMARY KEY AUTOINCREMENT, report_id TEXT, n INTEGER);
CREATE INDEX texts_by_report ON texts (report_id);
CREATE VIRTUAL TABLE text_grams USING fts5(grams, content='', detail=none, tokenize="unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE name_grams USING fts5(grams, content='', detail=none, tokenize="unicode61 remove_diacritics 0");
CREATE TABLE names (rowid INTEGER PRIMARY KEY, name TEXT UNIQUE);
"""


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
    database.execute(f"PRAGMA user_version = {LAYOUT}")
    database.commit()


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

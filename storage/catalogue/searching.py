"""What people type, as questions to the tables."""

import sqlite3
from collections.abc import Iterator
from itertools import islice

from storage.search_words import plain, readings, year_of

from .grams import query, year_word
from .rows import ReportRow

COLUMNS = """r.report_id, r.agency_id, coalesce(a.name, r.agency_name) AS agency_name, r.region, r.report_year, r.scope,
  r.title, r.url, r.portal, r.captured_at, r.verdict, r.versions, r.newest"""
FROM = "FROM reports r LEFT JOIN agencies a ON a.id = r.agency_id"
SORTED = 500  # matches of a text put in order at once
ORDER = "ORDER BY agency_name, report_year DESC, r.scope"


def reports_by_words(database: sqlite3.Connection, words: list[str], limit: int | None = None) -> list[ReportRow]:
    """Reports that answer every word, by agency, newest year first; all when there is no word.

    A word is a year (2022, 2022年), part of an agency's name or of its short form (天津, 人社), of the title, a
    division code's beginning, a portal's id or a report's id.
    """
    conditions, values = ["1"], list[str | int]()
    for word in words:
        condition, given = _answers(word)
        conditions.append(condition)
        values += given
    bound = f" LIMIT {int(limit)}" if limit is not None else ""
    asked = f"SELECT {COLUMNS} {FROM} WHERE {' AND '.join(conditions)} {ORDER}{bound}"
    return list(_rows(database, asked, values))


def reports_by_text(database: sqlite3.Connection, words: list[str], years: list[int]) -> Iterator[ReportRow]:
    """Reports whose newest text may hold all words, newest year first; whoever shows one looks at its text.

    Within a year by name, so many at a time: of a word that every report has, nobody waits for the last one.
    """
    asked = " AND ".join(f"({found})" for word in words if (found := query(word)) is not None)
    if not asked:
        return
    # CROSS JOIN keeps the order of the tables: what the index finds first, then its reports by their key.
    found = (
        f"SELECT {COLUMNS} FROM text_grams g CROSS JOIN texts t ON t.rowid = g.rowid"
        " CROSS JOIN reports r ON r.report_id = t.report_id AND r.newest = t.n"
        " LEFT JOIN agencies a ON a.id = r.agency_id WHERE text_grams MATCH ? AND r.report_year = ?"
    )
    for year in sorted(set(years), reverse=True) if years else _years(database):
        rows = _rows(database, found, [f"{year_word(year)} AND {asked}", year])
        while some := list(islice(rows, SORTED)):
            yield from sorted(some, key=lambda row: (row.agency_name, row.scope))


def _years(database: sqlite3.Connection) -> Iterator[int]:
    """The years of all reports, the last one first; each is one look into an index."""
    year = 10_000
    while True:
        (year,) = database.execute("SELECT max(report_year) FROM reports WHERE report_year < ?", (year,)).fetchone()
        if year is None:
            return
        yield year


def _answers(word: str) -> tuple[str, list[str | int]]:
    if (year := year_of(word)) is not None:
        return "r.report_year = ?", [year]
    selects, values = names_found(word)
    return f"r.rowid IN ({' UNION ALL '.join(selects)})", values


def names_found(word: str) -> tuple[list[str], list[str | int]]:
    """Queries that give the rows of reports that a word names, and their values; each goes by an index."""
    by = "SELECT rowid FROM reports WHERE"
    selects = [f"{by} portal = ?", f"{by} report_id = ?"]
    values: list[str | int] = [word, word]
    if word.isascii() and word.isdigit():
        selects.append(f"{by} agency_id IN (SELECT id FROM agencies WHERE region BETWEEN ? AND ?)")
        values += [word, f"{word}~"]
    for spelled in readings(word):
        selects.append(f"{by} agency_id IN (SELECT id FROM agencies WHERE instr(words, ?))")
        values.append(spelled)
        if (pairs := query(spelled)) is not None:
            named = (
                "(SELECT name FROM names WHERE instr(name, ?)"
                " AND rowid IN (SELECT rowid FROM name_grams WHERE name_grams MATCH ?))"
            )
            selects += [f"{by} title IN {named}", f"{by} agency_name IN {named}"]
            values += [spelled, pairs] * 2
    return selects, values


def _rows(database: sqlite3.Connection, asked: str, values: list[str | int]) -> Iterator[ReportRow]:
    yield from (row for row, _ in rows_of(database.execute(asked, values)))


def rows_of(found: sqlite3.Cursor, extra: int = 0) -> Iterator[tuple[ReportRow, tuple[object, ...]]]:
    """Rows of `COLUMNS`, each with so many further columns that the query asked for behind them."""
    names = [column[0] for column in found.description]
    width = len(names) - extra
    for row in found:
        yield ReportRow.model_validate(dict(zip(names[:width], row[:width], strict=True))), tuple(row[width:])


def place_of(text: str, words: list[str]) -> tuple[int, int] | None:
    """Where the first word stands in a text that holds all of them; None when it lacks one."""
    squeezed = [(i, plain(c)) for i, c in enumerate(text)]
    joined = "".join(c for _, c in squeezed)
    origin = [i for i, c in squeezed for _ in c]
    place: tuple[int, int] | None = None
    for word in words:
        looked_for = plain(word)
        at = joined.find(looked_for)
        if at < 0:
            return None
        if place is None and looked_for:
            place = origin[at], origin[at + len(looked_for) - 1] + 1
    return place

"""Pages of reports and events with their counts, for whoever browses: SQL over an open catalogue, nothing cached."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from model.errors import BadQuery
from storage.restrictions import Withheld
from storage.search_words import plain, year_of

from .grams import query
from .rows import ReportRow
from .searching import COLUMNS, FROM, names_found, rows_of

FACETS_OF = (
    "CAST(r.report_year AS TEXT), coalesce(r.verdict, ''), coalesce(substr(r.region, 1, 2), ''), coalesce(r.level, ''),"
    " coalesce(r.kind, '')"
)
FACETS = ("year", "verdict", "region", "level", "kind")
"""What reports are counted by. `region` is the first two digits of the division code: the province."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which reports are meant. Empty fields ask for nothing; several values of one field mean any of them.

    `words`: each must be found in the agency's name, the title, the text, or be a year or code. `region`: a division
    code or its beginning. `finding`: the code of a finding of the newest version.
    """

    words: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    verdict: tuple[str, ...] = ()
    finding: tuple[str, ...] = ()
    portal: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    agency: tuple[str, ...] = ()

    def without_facets(self) -> "Question":
        """What is left when the five facets are counted instead of asked for; a deeper region stays."""
        deep = tuple(code for code in self.region if len(code) > 2)
        return replace(self, year=(), verdict=(), level=(), kind=(), region=deep)

    @property
    def looks_in_text(self) -> bool:
        """Does a word have to be looked for in texts by pairs that may stand apart? Then counts are upper bounds."""
        return any(year_of(word) is None and len(plain(word)) > 2 for word in self.words)


class Cube(NamedTuple):
    """Reports counted by all facets at once: one line for each combination that occurs."""

    lines: tuple[tuple[tuple[str, ...], int], ...]

    def counts(self, asked: Question) -> dict[str, dict[str, int]]:
        """Facet to value to number of reports, each facet counted as if nothing were chosen in it."""
        chosen = self.chosen(asked)
        found: dict[str, dict[str, int]] = {}
        everywhere = _narrowed(self.lines, chosen)
        for at, (name, some) in enumerate(zip(FACETS, chosen, strict=True)):
            others = [*chosen[:at], frozenset[str](), *chosen[at + 1 :]]
            counted: dict[str, int] = {}
            for values, number in _narrowed(self.lines, others) if some else everywhere:
                counted[values[at]] = counted.get(values[at], 0) + number
            found[name] = counted
        return found

    def total(self, asked: Question) -> int:
        return sum(number for _, number in _narrowed(self.lines, self.chosen(asked)))

    @staticmethod
    def chosen(asked: Question) -> list[frozenset[str]]:
        """What is chosen in each of the facets; places by their first two digits."""
        provinces = frozenset(value[:2] for value in asked.region)
        return [provinces if name == "region" else frozenset(getattr(asked, name)) for name in FACETS]


def _narrowed(
    lines: Sequence[tuple[tuple[str, ...], int]], chosen: Sequence[frozenset[str]]
) -> Sequence[tuple[tuple[str, ...], int]]:
    for at, some in enumerate(chosen):
        if some:
            lines = [line for line in lines if line[0][at] in some]
    return lines


class Happened(NamedTuple):
    """An event by its key, with its place in the order."""

    key: str
    at: str
    rowid: int


def reports_at(database: sqlite3.Connection, places: Sequence[int]) -> list[ReportRow]:
    """Reports by their row numbers, in that order."""
    asked = f"SELECT {COLUMNS}, r.rowid AS place {FROM} WHERE r.rowid IN ({','.join('?' * len(places))})"
    found = {extra[0]: row for row, extra in rows_of(database.execute(asked, list(places)), extra=1)}
    return [found[place] for place in places if place in found]


def page_of_reports(
    database: sqlite3.Connection, asked: Question, withheld: Withheld, after: str | None, limit: int
) -> tuple[list[ReportRow], str | None]:
    """Reports, newest year first, then those taken in last; and the cursor of the next page, None at the end."""
    where, values = conditions(asked, withheld)
    if after is not None:
        where += " AND (r.report_year, r.rowid) < (?, ?)"
        values += cursor_of(after)
    found = database.execute(
        f"SELECT {COLUMNS}, r.rowid AS place {FROM} WHERE {where} ORDER BY r.report_year DESC, r.rowid DESC LIMIT ?",
        [*values, limit + 1],
    )
    rows = list(rows_of(found, extra=1))
    more = len(rows) > limit
    shown = rows[:limit]
    cursor = f"{shown[-1][0].report_year}.{shown[-1][1][0]}" if more and shown else None
    return [row for row, _ in shown], cursor


def count_places(
    database: sqlite3.Connection, region: str, digits: int, withheld: Withheld
) -> Iterator[tuple[str, int, str, int]]:
    """(division code's beginning, year, verdict, reports) below a region, and ('', …) where no region is known."""
    where, values = conditions(Question(region=(region,) if region else ()), withheld)
    yield from database.execute(
        f"SELECT coalesce(substr(r.region, 1, {int(digits)}), ''), r.report_year, coalesce(r.verdict, ''), count(*)"
        f" FROM reports r WHERE {where} GROUP BY 1, 2, 3",
        values,
    )


def count_agencies(database: sqlite3.Connection, region: str, digits: int) -> dict[str, int]:
    """Division code's beginning to the number of agencies there that have ever been met with a report of their own."""
    where, values = conditions(Question(region=(region,) if region else ()), None)
    found = database.execute(
        f"SELECT coalesce(substr(r.region, 1, {int(digits)}), ''), count(DISTINCT r.agency_id) FROM reports r"
        f" WHERE {where} GROUP BY 1",
        values,
    )
    return dict(found.fetchall())


def page_of_events(
    database: sqlite3.Connection,
    asked: Question,
    kinds: Sequence[str],
    subject: str | None,
    withheld: Withheld,
    after: str | None,
    limit: int,
    silent: bool,
) -> tuple[list[Happened], str | None]:
    """Events, newest first, and the cursor of the next page. `silent`: also those of a portal's first crawl."""
    where, values = ["1"], list[str | int]()
    if not silent:
        where.append("e.silent = 0")
    if kinds:
        where.append(f"e.kind IN ({_marks(kinds)})")
        values += kinds
    if subject is not None:
        where.append("e.subject = ?")
        values.append(subject)
    if asked.portal:
        where.append(f"e.portal IN ({_marks(asked.portal)})")
        values += asked.portal
    of_reports = replace(asked, portal=())
    if of_reports != Question():
        inner, given = conditions(of_reports, withheld)
        where.append(f"e.subject IN (SELECT r.report_id FROM reports r WHERE {inner})")
        values += given
    if withheld.reports:
        where.append(f"e.subject NOT IN ({_marks(sorted(withheld.reports))})")
        values += sorted(withheld.reports)
    if after is not None:
        at, _, rowid = after.rpartition("_")
        if not at or not _is_number(rowid):
            raise BadQuery(f"the cursor {after!r} is none of ours; begin without one")
        where.append("(e.at, e.rowid) < (?, ?)")
        values += [at, int(rowid)]
    found = database.execute(
        f"SELECT e.key, e.at, e.rowid FROM events e WHERE {' AND '.join(where)}"
        " ORDER BY e.at DESC, e.rowid DESC LIMIT ?",
        [*values, limit + 1],
    )
    rows = [Happened(*row) for row in found]
    cursor = f"{rows[limit - 1].at}_{rows[limit - 1].rowid}" if len(rows) > limit else None
    return rows[:limit], cursor


def conditions(asked: Question, withheld: Withheld | None) -> tuple[str, list[str | int]]:
    """The WHERE of a question about `reports r`, and its values. What is withheld is left out."""
    where, values = ["1"], list[str | int]()
    for name in ("level", "kind", "verdict", "portal", "scope"):
        if some := getattr(asked, name):
            where.append(f"coalesce(r.{name}, '') IN ({_marks(some)})")
            values += some
    if asked.agency:
        where.append(f"r.agency_id IN ({_marks(asked.agency)})")
        values += asked.agency
    if asked.year:
        where.append(f"r.report_year IN ({_marks(asked.year)})")
        values += [int(year) if _is_number(year) else -1 for year in asked.year]
    if asked.region:
        where.append(
            f"({' OR '.join('r.region BETWEEN ? AND ?' if code else 'r.region IS NULL' for code in asked.region)})"
        )
        values += [end for code in asked.region if code for end in (code, f"{code}~")]
    for code in asked.finding:
        where.append(
            "EXISTS (SELECT 1 FROM findings f WHERE f.report_id = r.report_id AND f.n = r.newest AND f.code = ?)"
        )
        values.append(code)
    for word in asked.words:
        condition, given = _word(word)
        where.append(condition)
        values += given
    if withheld is not None and withheld.reports:
        where.append(f"r.report_id NOT IN ({_marks(sorted(withheld.reports))})")
        values += sorted(withheld.reports)
    if withheld is not None:
        for report_id, version in sorted(withheld.versions):
            where.append("NOT (r.report_id = ? AND r.newest = ?)")
            values += [report_id, version]
    return " AND ".join(where), values


def _word(word: str) -> tuple[str, list[str | int]]:
    """Reports by one word, as rows found by the indexes and put together: a scan of all would take as long as all."""
    if (year := year_of(word)) is not None:
        return "r.report_year = ?", [year]
    selects, values = names_found(word)
    if (pairs := query(word)) is not None:
        selects.append(
            "SELECT o.rowid FROM text_grams g CROSS JOIN texts t ON t.rowid = g.rowid"
            " CROSS JOIN reports o ON o.report_id = t.report_id AND o.newest = t.n WHERE text_grams MATCH ?"
        )
        values.append(pairs)
    return f"r.rowid IN ({' UNION ALL '.join(selects)})", values


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def cursor_of(text: str) -> list[int]:
    """Year and row behind which a page begins. BadQuery."""
    year, _, place = text.partition(".")
    if not (_is_number(year) and _is_number(place)):
        raise BadQuery(f"the cursor {text!r} is none of ours; begin without one")
    return [int(year), int(place)]

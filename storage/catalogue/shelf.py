"""All reports of a catalogue in the order in which they are shown, held in memory by number: so that whoever browses is
told at once how many there are of what, also of a word that every report holds.

About sixteen bytes a report and four a finding. Of a query for row numbers SQLite gives one long text: between single
rows it hands the processor to other threads, which with many readers takes longer than the query.
"""

import sqlite3
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import compress, islice
from typing import NamedTuple

from storage.restrictions import Withheld
from storage.search_words import year_of

from .browsing import FACETS, FACETS_OF, Cube, Question, conditions, cursor_of
from .grams import query
from .searching import names_found

Mask = bytes
"""A byte for each report in order, 1 for those that are meant."""


class Selection(NamedTuple):
    """What a question means without its five facets; `cube` counts it by them."""

    mask: Mask
    cube: Cube


class Shelf:
    """One state of a catalogue. Never changes, so several threads may ask."""

    def __init__(self, database: sqlite3.Connection) -> None:
        # One moment of the file for all that is read: a run may write meanwhile.
        database.execute("BEGIN")
        try:
            self._fill(database)
        finally:
            database.rollback()

    def _fill(self, database: sqlite3.Connection) -> None:
        asked = f"SELECT {FACETS_OF}, group_concat(r.rowid) FROM reports r GROUP BY 1, 2, 3, 4, 5"
        found = database.execute(asked).fetchall()
        self.combinations: tuple[tuple[str, ...], ...] = tuple(tuple(row[:5]) for row in found)
        # Year, row and combination as one number: numbers are sorted fastest.
        packed = sorted(
            (int(row[0]) << 80 | number << 40 | line for line, row in enumerate(found) for number in _numbers(row[5])),
            reverse=True,
        )
        self.rows = array("I", (one >> 40 & (1 << 40) - 1 for one in packed))
        self.lines = array("I", (one & (1 << 40) - 1 for one in packed))
        self._places = _index(((row, place) for place, row in enumerate(self.rows)), max(self.rows, default=0))
        texts = _one(
            database,
            "SELECT group_concat(t.rowid || ',' || r.rowid) FROM texts t"
            " JOIN reports r ON r.report_id = t.report_id AND r.newest = t.n",
        )
        pairs = list(zip(texts[::2], texts[1::2], strict=True))
        last = max((text for text, _ in pairs), default=0)
        self._texts = _index(((text, self._places[row] - 1) for text, row in pairs), last)
        codes = database.execute(
            "SELECT f.code, group_concat(DISTINCT r.rowid) FROM findings f"
            " JOIN reports r ON r.report_id = f.report_id AND r.newest = f.n GROUP BY f.code"
        )
        self.findings = {code: array("I", (self._places[row] - 1 for row in _numbers(rows))) for code, rows in codes}

    def __len__(self) -> int:
        return len(self.rows)

    def everything(self, database: sqlite3.Connection, withheld: Withheld) -> Mask:
        """All reports but those that are withheld."""
        mask = bytearray(b"\1") * len(self)
        hidden = set(withheld.reports) | {report for report, _ in withheld.versions}
        for report in hidden:
            asked = "SELECT rowid, newest FROM reports WHERE report_id = ?"
            for row, newest in database.execute(asked, (report,)):
                if withheld.hides(report, newest) and (place := self._place(row)) is not None:
                    mask[place] = 0
        return bytes(mask)

    def word(self, database: sqlite3.Connection, word: str) -> Mask:
        """Reports that one word means: a year, part of a name or a title, or pairs of characters of the text."""
        if (year := year_of(word)) is not None:
            return self.fitting({"year": frozenset({str(year)})})
        selects, values = names_found(word)
        rows = _one(database, f"SELECT group_concat(rowid) FROM ({' UNION ALL '.join(selects)})", values)
        mask = bytearray(len(self))
        _set(mask, self._places, rows)
        if (pairs := query(word)) is not None:
            asked = "SELECT group_concat(rowid) FROM text_grams WHERE text_grams MATCH ?"
            _set(mask, self._texts, _one(database, asked, [pairs]))
        return bytes(mask)

    def rest(self, database: sqlite3.Connection, asked: Question) -> Mask:
        """Reports that a question means without its words, findings and the five facets."""
        where, values = conditions(replace(asked.without_facets(), words=(), finding=()), None)
        mask = bytearray(len(self))
        _set(mask, self._places, _one(database, f"SELECT group_concat(r.rowid) FROM reports r WHERE {where}", values))
        return bytes(mask)

    def having(self, code: str) -> Mask:
        """Reports whose newest version has a finding."""
        mask = bytearray(len(self))
        for place in self.findings.get(code, ()):
            mask[place] = 1
        return bytes(mask)

    def fitting(self, chosen: dict[str, frozenset[str]]) -> Mask:
        """Reports by their facets; nothing chosen in one means all of it."""
        fits = self._fits(tuple(chosen.get(name, frozenset()) for name in FACETS))
        return bytes(map(fits.__getitem__, self.lines))

    def _fits(self, chosen: tuple[frozenset[str], ...]) -> bytes:
        """For each combination: has it what is chosen?"""
        lines: Sequence[tuple[tuple[str, ...], int]] = self._numbered
        for at, some in enumerate(chosen):
            if some:
                lines = [line for line in lines if line[0][at] in some]
        fits = bytearray(len(self.combinations))
        for _, number in lines:
            fits[number] = 1
        return bytes(fits)

    def selection(self, mask: Mask) -> Selection:
        counted = Counter(compress(self.lines, mask))
        return Selection(mask, Cube(tuple((self.combinations[line], number) for line, number in counted.items())))

    def count_findings(self, mask: Mask, most: int) -> dict[str, int]:
        """Code of a finding to how many of the reports meant have it, the most frequent first."""
        told = ((code, sum(map(mask.__getitem__, places))) for code, places in self.findings.items())
        found = sorted((pair for pair in told if pair[1]), key=lambda pair: (-pair[1], pair[0]))
        return dict(found[:most])

    def page(self, mask: Mask, asked: Question, after: str | None, limit: int) -> tuple[list[int], str | None]:
        """Row numbers of a page of the reports meant, and the cursor of the next, None at the end."""
        fits = self._fits(tuple(Cube.chosen(asked)))
        start = 0
        if after is not None:
            year, row = cursor_of(after)
            start = bisect_right(range(len(self)), (-year, -row), key=self._order)
        places = (
            place for place in compress(range(start, len(self)), mask[start:]) if fits[self.lines[place]]
        )  # fmt: skip
        found = list(islice(places, limit + 1))
        shown = found[:limit]
        cursor = None
        if len(found) > limit and shown:
            year, row = self._order(shown[-1])
            cursor = f"{-year}.{-row}"
        return [self.rows[place] for place in shown], cursor

    def _order(self, place: int) -> tuple[int, int]:
        return -self._years[self.lines[place]], -self.rows[place]

    @cached_property
    def _numbered(self) -> list[tuple[tuple[str, ...], int]]:
        return [(values, number) for number, values in enumerate(self.combinations)]

    @cached_property
    def _years(self) -> list[int]:
        return [int(values[0]) for values in self.combinations]

    def _place(self, row: int) -> int | None:
        return self._places[row] - 1 if row < len(self._places) and self._places[row] else None


def both(masks: Iterable[Mask]) -> Mask:
    """What all of them mean; at least one."""
    ones: Iterator[Mask] = iter(masks)
    held = next(ones)
    for other in ones:
        held = (int.from_bytes(held, "little") & int.from_bytes(other, "little")).to_bytes(len(held), "little")
    return held


def _index(pairs: Iterable[tuple[int, int]], last: int) -> "array[int]":
    """Row number to place + 1; 0 where no report has that row."""
    index = array("I", bytes(array("I").itemsize * (last + 1)))
    for row, place in pairs:
        index[row] = place + 1
    return index


def _set(mask: bytearray, index: "array[int]", rows: Iterable[int]) -> None:
    """Marks the places of rows; rows that came after the shelf was filled are not on it yet."""
    most = len(index)
    for row in rows:
        if row < most and (place := index[row]):
            mask[place - 1] = 1


def _one(database: sqlite3.Connection, asked: str, values: Iterable[str | int] = ()) -> list[int]:
    return _numbers(database.execute(asked, list(values)).fetchone()[0])


def _numbers(text: str | int | None) -> list[int]:
    return list(map(int, str(text).split(","))) if text is not None else []

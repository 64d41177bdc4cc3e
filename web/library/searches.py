"""Which reports there are: pages of a search with counts, coverage, what is new."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from sqlite3 import Connection
from typing import Any, NamedTuple

from model.forms_printed import in_reading_order
from storage.catalogue import ReportRow
from storage.catalogue.browsing import (
    FACETS,
    Cube,
    Question,
    count_agencies,
    count_places,
    page_of_reports,
    reports_at,
)
from storage.catalogue.searching import place_of
from storage.catalogue.shelf import Mask, Selection, Shelf, both
from storage.restrictions import Withheld
from web.library.opened import Opened
from web.remembered import Remembered

AROUND = 42  # characters before and behind a word that was found
MOST_FINDINGS = 30


class Found(NamedTuple):
    """A page of a search. `exact`: the counts are; else pairs of characters were counted, and they are upper bounds."""

    rows: list[ReportRow]
    cursor: str | None
    total: int
    exact: bool
    facets: dict[str, dict[str, int]]
    findings: dict[str, int]


class Counted(NamedTuple):
    """Of all that a question means."""

    total: int
    facets: dict[str, dict[str, int]]
    findings: dict[str, int]


class Snippet(NamedTuple):
    """Words around the first place in a report's text."""

    section: str
    before: str
    found: str
    after: str


class Searches(Opened):
    """Reports by what they are and what they say."""

    def __init__(self, *opened: Any) -> None:
        super().__init__(*opened)
        self._shelves = Remembered[Shelf](1)
        self._masks = Remembered[Mask](40)
        self._selections = Remembered[Selection](40)
        self._counted = Remembered[Counted](512)
        self._texts = Remembered[dict[str, str]](512)

    def search(self, asked: Question, after: str | None = None, limit: int = 25) -> Found:
        # What is remembered goes by the state and not by the shelf: an old shelf must not outlive its time in a key.
        state, withheld = self.catalogue.state, self.withheld()
        with self._database() as database:
            shelf = self._shelves.get(state, lambda: Shelf(database))
            find = partial(self._selected, database, shelf, state, withheld)
            places, cursor = shelf.page(find(asked).mask, asked, after, limit)
            rows = reports_at(database, places)
            counted = self._counted.get((state, withheld, asked), lambda: _counted(shelf, find, asked))
        return Found(rows, cursor, counted.total, not asked.looks_in_text, counted.facets, counted.findings)

    def _selected(
        self, database: Connection, shelf: Shelf, state: tuple[int, int, int], withheld: Withheld, asked: Question
    ) -> Selection:
        bare = asked.without_facets()

        def select() -> Selection:
            masks = [self._masks.get((state, withheld), lambda: shelf.everything(database, withheld))]
            if replace(bare, words=(), finding=()) != Question():
                masks.append(shelf.rest(database, bare))
            masks += [self._masks.get((state, word), partial(shelf.word, database, word)) for word in bare.words]
            masks += [shelf.having(code) for code in bare.finding]
            return shelf.selection(both(masks))

        return self._selections.get((state, withheld, bare), select)

    def reports(self, asked: Question, after: str | None, limit: int) -> tuple[list[ReportRow], str | None]:
        """A page of reports without counts."""
        with self._database() as database:
            return page_of_reports(database, asked, self.withheld(), after, limit)

    def snippet(self, row: ReportRow, words: tuple[str, ...]) -> Snippet | None:
        """Where the first of the words stands in the newest text; None when it names the agency or year instead."""
        if not words:
            return None
        for name, text in self._sections(row.report_id, row.newest).items():
            for word in words:
                at = text.find(word)  # as typed; as it may vary in print, which takes a hundred times longer, only then
                if (place := (at, at + len(word)) if at >= 0 else place_of(text, [word])) is not None:
                    start, end = place
                    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
                    return Snippet(name, before, text[start:end], after)
        return None

    def coverage(self, region: str = "") -> tuple[dict[str, dict[int, int]], dict[str, int]]:
        """Reports by place and year, and agencies by place: provinces, or what lies one level below a region."""
        withheld = self.withheld()
        digits = {0: 2, 2: 4, 4: 6}.get(len(region), 6)
        found: dict[str, dict[int, int]] = {}
        with self._database() as database:
            for place, year, _, number in count_places(database, region, digits, withheld):
                years = found.setdefault(place, {})
                years[year] = years.get(year, 0) + number
            return found, count_agencies(database, region, digits)

    def counts(self) -> dict[str, int]:
        with self._database() as database:
            asked = "SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM versions)"
            asked += ", (SELECT count(DISTINCT agency_id) FROM reports), (SELECT count(DISTINCT portal) FROM reports)"
            row = database.execute(asked).fetchone()
        return dict(zip(("reports", "versions", "agencies", "portals"), row, strict=True))

    def newest(self, limit: int) -> list[ReportRow]:
        """The reports taken in last."""
        with self._database() as database:
            ids = database.execute("SELECT report_id FROM reports ORDER BY captured_at DESC LIMIT ?", (limit * 2,))
            names = [name for (name,) in ids]
        withheld = self.withheld()
        rows = [row for name in names if (row := self.row(name)) and not withheld.hides(row.report_id, row.newest)]
        return rows[:limit]

    def _sections(self, report_id: str, n: int) -> dict[str, str]:
        with self._database() as database:
            asked = "SELECT manifest, parser FROM versions WHERE report_id = ? AND n = ?"
            found = database.execute(asked, (report_id, n)).fetchone()
        if not found or not found[1]:
            return {}
        manifest, parser = found
        return self._texts.get((manifest, parser), lambda: _texts(self.archive.parsed(manifest, parser)))


def _counted(shelf: Shelf, find: Callable[[Question], Selection], asked: Question) -> Counted:
    cube, mask = find(asked).cube, find(replace(asked, finding=())).mask
    chosen = dict(zip(FACETS, Cube.chosen(asked), strict=True))
    if any(chosen.values()):
        mask = both([mask, shelf.fitting(chosen)])
    return Counted(cube.total(asked), cube.counts(asked), shelf.count_findings(mask, MOST_FINDINGS))


def _texts(parsed: dict[str, Any] | None) -> dict[str, str]:
    sections = in_reading_order((parsed or {}).get("sections") or {})
    return {name: str(section.get("text") or "") for name, section in sections.items()}

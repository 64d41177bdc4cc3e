"""The archive and its catalogue as readers ask for them."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from sqlite3 import Connection
from typing import Any, NamedTuple

from model.agency import Agency
from model.compare import CellChange, changed_cells, printed_cells
from model.document import Event, VersionRecord
from model.errors import ObjectMissing, Restricted
from model.findings import Adjudication, Erratum
from model.forms_printed import value_labels
from model.portal import Portal
from model.report import YearFindings
from storage.archive import Archive
from storage.catalogue import Catalogue, ReportRow
from storage.catalogue.browsing import (
    FACETS,
    Cube,
    Question,
    conditions,
    count_agencies,
    count_places,
    page_of_events,
    page_of_reports,
    reports_at,
)
from storage.catalogue.searching import COLUMNS, FROM, place_of, rows_of
from storage.catalogue.shelf import Mask, Selection, Shelf, both
from storage.content_coding import decoded
from storage.coverage import Coverage
from storage.records import read_record
from storage.restrictions import Withheld
from storage.versions import newest_of
from web.originals import marked
from web.places import BODY
from web.remembered import Remembered

AROUND = 42  # characters before and behind a word that was found
MOST_FINDINGS = 30
PRAGMAS = "PRAGMA mmap_size = 2000000000; PRAGMA cache_size = -1000; PRAGMA temp_store = MEMORY;"


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


class Shown(NamedTuple):
    """One version of a report with all that is known of it. `parsed` is None when no parser has read it yet."""

    row: ReportRow
    chain: list[VersionRecord]
    version: VersionRecord
    parsed: dict[str, Any] | None
    years: YearFindings | None
    decided: dict[str | None, Adjudication]


class PortalState(NamedTuple):
    """The last visits of a portal, the newest first."""

    portal: str
    runs: int
    visits: list[Coverage]

    @property
    def last(self) -> Coverage:
        return self.visits[0]


class Library:
    """Reads only, but for errata. Safe from several threads; what it remembers is bounded.

    Whoever asks for a report that is withheld gets Restricted; listings leave it out.
    """

    def __init__(self, archive: Archive, catalogue: Catalogue, registry: Mapping[str, Portal] | None = None) -> None:
        """`registry`: the portals that are known by their files, visited or not."""
        self.registry = registry or {}
        self.archive = archive
        self.catalogue = catalogue
        self._own = threading.local()
        self._shelves = Remembered[Shelf](1)
        self._masks = Remembered[Mask](40)
        self._selections = Remembered[Selection](40)
        self._counted = Remembered[Counted](512)
        self._parses = Remembered[dict[str, Any] | None](24)
        self._pages = Remembered[dict[int, frozenset[str]]](32)
        self._texts = Remembered[dict[str, str]](512)
        self._figures = Remembered[dict[str, Any]](256)
        self._events = Remembered[Event](512)
        self._portals = Remembered[list[PortalState]](1)
        self._withheld = Remembered[Withheld](2)
        self._heard: tuple[float, Withheld] | None = None

    # What there is

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
                at = text.find(
                    word
                )  # as it was typed; else as it may vary in print, which takes a hundred times longer
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

    # Events

    def events(
        self,
        asked: Question,
        kinds: tuple[str, ...] = (),
        subject: str | None = None,
        after: str | None = None,
        limit: int = 50,
        silent: bool = False,
    ) -> tuple[list[Event], str | None]:
        """Events, newest first; what is withheld is left out."""
        withheld = self.withheld()
        with self._database() as database:
            page, cursor = page_of_events(database, asked, kinds, subject, withheld, after, limit, silent)
        events = [self._events.get(one.key, partial(read_record, self.archive.store, one.key, Event)) for one in page]
        return [e for e in events if not _hidden(withheld, e)], cursor

    # One report

    def row(self, report_id: str) -> ReportRow | None:
        with self._database() as database:
            found = database.execute(f"SELECT {COLUMNS} {FROM} WHERE r.report_id = ?", (report_id,))
            return next((row for row, _ in rows_of(found)), None)

    def report(self, report_id: str, n: int | None = None) -> Shown:
        """A version of a report (None: the newest). ObjectMissing, Restricted."""
        row = self.row(report_id)
        chain = self.archive.versions(report_id) if row else []
        if row is None or not chain:
            if _is_name(report_id):
                self.archive.require_open(report_id)
            raise ObjectMissing(f"There is no report {report_id}; look for it with the search")
        self._require_open(report_id, None)
        version = newest_of(chain) if n is None else next((v for v in chain if v.n == n), None)
        if version is None:
            raise ObjectMissing(f"Report {report_id} has the versions 1 to {len(chain)}, there is no version {n}")
        self._require_open(report_id, version.n)
        withheld = self.withheld()
        chain = [v for v in chain if not withheld.hides(report_id, v.n)]
        parser = self._parser(report_id, version.n)
        digest = version.manifest.digest
        parsed = self.parsed(digest, parser)
        kept = self.archive.across_years_of(report_id, digest, parser) if parser else []
        years = kept[-1].found if kept else None
        return Shown(row, chain, version, parsed, years, self.archive.standing(report_id, digest))

    def parsed(self, manifest: str, parser: str | None) -> dict[str, Any] | None:
        if parser is None:
            return None
        return self._parses.get((manifest, parser), lambda: self.archive.parsed(manifest, parser))

    def public_json(self, shown: Shown) -> dict[str, Any]:
        """The JSON of `gongkai show --json`. ObjectMissing when no parser has read the version."""
        if shown.parsed is None:
            raise ObjectMissing(f"Version {shown.version.n} of {shown.row.report_id} has not been read yet")
        told = {**shown.parsed, "report_id": shown.row.report_id, "input": shown.version.url}
        if shown.years is not None:
            found = shown.years.model_dump(mode="json")
            told |= {part: [*told[part], *found[part]] for part in ("checks", "findings")}
        if shown.decided:
            told["adjudications"] = [record.model_dump(mode="json") for record in shown.decided.values()]
        return told

    def changes(self, old: Shown, new: Shown) -> list[CellChange]:
        before, after = old.parsed or {}, new.parsed or {}
        if not before or not after:
            return []
        printed = printed_cells(before), printed_cells(after)
        return changed_cells(before["values"], after["values"], value_labels(), *printed)

    def part(self, report_id: str, n: int, number: int) -> tuple[VersionRecord, int, bytes]:
        """(version, place of the part, payload as received). ObjectMissing, Restricted."""
        if not _is_name(report_id):
            raise ObjectMissing(f"There is no report {report_id}")
        self._require_open(report_id, n)
        version = self.archive.version(report_id, n)
        if not 0 <= number < len(version.manifest.parts):
            raise ObjectMissing(f"Version {n} of {report_id} has {len(version.manifest.parts)} part(s), no {number}")
        return version, number, self.archive.raw(version.manifest.parts[number].sha256)

    def page_of(self, shown: Shown, begins: int, cell: str) -> int:
        """Of several pages read as one, the one in which a value is marked; tables are counted in each anew."""
        parts = shown.version.manifest.parts
        pages = [at for at, ref in enumerate(parts) if ref.role in BODY and "html" in (ref.media_type or "")]
        if len(pages) < 2:
            return begins
        cells = (shown.parsed or {}).get("cells", {})
        told = self._pages.get(
            (shown.version.manifest.digest, self._parser(shown.row.report_id, shown.version.n)),
            lambda: {at: marked(decoded(self.archive.raw(parts[at].sha256), parts[at].coding), cells) for at in pages},
        )
        return next((at for at in pages if cell in told[at]), begins)

    def add_erratum(self, shown: Shown, cell: str, should_be: str, why: str, contact: str, at: datetime) -> Erratum:
        """The one kind of record that the web writes."""
        read_as = ((shown.parsed or {}).get("cells", {}).get(cell) or {}).get("raw")
        facts = {"report_id": shown.row.report_id, "manifest": shown.version.manifest.digest, "cell": cell, "at": at}
        facts |= {"read_as": str(read_as)[:200] if read_as is not None else None, "should_be": should_be}
        facts |= {"why": why, "contact": contact}
        return self.archive.add_erratum(shown.row.report_id, lambda n: Erratum.model_validate({**facts, "n": n}))

    # Compare

    def figures(self, agency: str, years: range) -> dict[int, dict[str, Any]]:
        """Year to the values, suspects, cells' states, verdict and id of an agency's own newest report."""
        withheld, found = self.withheld(), dict[int, dict[str, Any]]()
        with self._database() as database:
            rows = database.execute(
                "SELECT r.report_id, r.report_year, r.newest, v.manifest, v.parser FROM reports r"
                " JOIN versions v ON v.report_id = r.report_id AND v.n = r.newest"
                " WHERE r.agency_id = ? AND r.report_year BETWEEN ? AND ?"
                " ORDER BY r.report_year, r.scope = 'own' DESC, r.scope",
                (agency, years.start, years.stop - 1),
            ).fetchall()
        for report_id, year, n, manifest, parser in rows:
            if year in found or withheld.hides(report_id, n) or parser is None:
                continue
            held = self._figures.get((manifest, parser), partial(_figures, self.archive, manifest, parser))
            found[year] = {**held, "report_id": report_id, "n": n}
        return found

    def agency_names(self, ids: tuple[str, ...]) -> dict[str, str]:
        """Agency id to name, in the order given; unknown ids are left out."""
        with self._database() as database:
            asked = (
                "SELECT coalesce((SELECT name FROM agencies WHERE id = ?1),"
                " (SELECT agency_name FROM reports WHERE agency_id = ?1 LIMIT 1))"
            )
            named = {name: database.execute(asked, (name,)).fetchone()[0] for name in dict.fromkeys(ids)}
        return {key: name for key, name in named.items() if name}

    def agencies_named(self, words: tuple[str, ...], limit: int) -> list[tuple[str, str, int]]:
        """(id, name, reports) of agencies with reports that answer to the words."""
        where, values = conditions(Question(words=words), self.withheld())
        with self._database() as database:
            return list(
                database.execute(
                    "SELECT r.agency_id, coalesce(a.name, r.agency_name), count(DISTINCT r.report_year) FROM reports r"
                    f" LEFT JOIN agencies a ON a.id = r.agency_id WHERE {where} GROUP BY 1"
                    " ORDER BY 3 DESC, 2 LIMIT ?",
                    [*values, limit],
                )
            )

    def agency(self, agency_id: str) -> Agency | None:
        try:
            return self.archive.agency(agency_id) if _is_name(agency_id) else None
        except ObjectMissing:
            return None

    # Portals

    def portals(self) -> list[PortalState]:
        """Every portal that a run has visited, with its last visits; listed anew every half minute."""
        return self._portals.get(int(time.monotonic() // 30), self._visited)

    def _visited(self) -> list[PortalState]:
        return [self._portal(portal, runs, 1) for portal, runs in sorted(self.archive.covered_runs().items())]

    def not_visited(self) -> list[Portal]:
        """Portals of the registry that no run has visited in this archive, by region."""
        visited = {state.portal for state in self.portals()}
        waiting = (portal for name, portal in self.registry.items() if name not in visited)
        return sorted(waiting, key=lambda portal: (portal.region, portal.id))

    def portal(self, name: str, visits: int) -> PortalState:
        """One portal with so many visits; ObjectMissing."""
        runs = next((state.runs for state in self.portals() if state.portal == name), 0)
        if not runs:
            raise ObjectMissing(f"No run has visited a portal {name}")
        return self._portal(name, self.archive.covered_runs()[name], visits)

    def _portal(self, name: str, runs: list[str], visits: int) -> PortalState:
        return PortalState(name, len(runs), [self.archive.coverage(name, run) for run in runs[-visits:][::-1]])

    # What is withheld, and the catalogue's connections

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

    def _sections(self, report_id: str, n: int) -> dict[str, str]:
        with self._database() as database:
            asked = "SELECT manifest, parser FROM versions WHERE report_id = ? AND n = ?"
            found = database.execute(asked, (report_id, n)).fetchone()
        if not found or not found[1]:
            return {}
        manifest, parser = found
        return self._texts.get((manifest, parser), lambda: _texts(self.archive.parsed(manifest, parser)))

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


def _counted(shelf: Shelf, find: Callable[[Question], Selection], asked: Question) -> Counted:
    cube, mask = find(asked).cube, find(replace(asked, finding=())).mask
    chosen = dict(zip(FACETS, Cube.chosen(asked), strict=True))
    if any(chosen.values()):
        mask = both([mask, shelf.fitting(chosen)])
    return Counted(cube.total(asked), cube.counts(asked), shelf.count_findings(mask, MOST_FINDINGS))


def _figures(archive: Archive, manifest: str, parser: str) -> dict[str, Any]:
    parsed = archive.parsed(manifest, parser)
    if parsed is None:
        return {"values": {}, "suspect": frozenset(), "states": {}, "verdict": None, "era": None}
    values = parsed["values"]
    states = {i: (c["state"], c["raw"]) for i, c in parsed["cells"].items() if values.get(i) is None}
    return {
        "values": values,
        "suspect": frozenset(parsed["suspect"]),
        "states": states,
        "verdict": parsed["verdict"],
        "era": parsed.get("format_era"),
    }


def _texts(parsed: dict[str, Any] | None) -> dict[str, str]:
    sections = (parsed or {}).get("sections") or {}
    return {name: str(section.get("text") or "") for name, section in sections.items()}


def _hidden(withheld: Withheld, event: Event) -> bool:
    version = event.details.get("version")
    return withheld.hides(event.subject, version if isinstance(version, int) else None)


def _is_name(name: str) -> bool:
    """Could it be one segment of a key?"""
    return (
        bool(name)
        and len(name) < 200
        and name.isprintable()
        and not name.startswith(".")
        and not {"/", "\\"} & set(name)
    )

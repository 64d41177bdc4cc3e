"""Which part of a publication is the report: the page itself, a file behind it, or one of several files.

A page may be the cover of its attachment; an attachment may be the report in another form (a rendition), the table that
belongs to the text (an annex), an explainer, or the report of another year. Two renditions should say the same: where
their figures differ, one of them is wrong, and nobody but the office knows which.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from model.report import Finding, Report
from model.titles import classify_title
from model.vocabulary import Fault, ReportVerdict, Severity, TableVerdict
from parsers.in_pictures import IMAGE
from parsers.page import Page
from parsers.page_report import sum_up, there

RANK = (
    ReportVerdict.VERIFIED,
    ReportVerdict.FLAGGED,
    ReportVerdict.REFUSED,
    ReportVerdict.NARRATIVE,
    ReportVerdict.NEEDS_OCR,
    ReportVerdict.NOT_A_REPORT,
)
ABOUT = frozenset({"explainer", "collection", "university"})


@dataclass
class Reading:
    """One readable part with its report, read by itself. `place`: how people are told which it is; body: ``."""

    page: Page
    report: Report
    place: str = ""

    @property
    def tables(self) -> list[str]:
        tables = self.report.tables
        return [name for name in there(self.report) if tables[name].reasons != [IMAGE]]


@dataclass
class Chosen:
    """The report of the publication, and what was found beside it."""

    reading: Reading
    findings: list[Finding] = field(default_factory=list)
    several: bool = False


Again = Callable[[Page], Report]


def choose(body: Reading | None, others: Sequence[Reading], again: Again) -> Chosen:
    """The report among the parts. `again`: reads a page that was put together of several parts."""
    fitting = [o for o in others if body is None or _fits(body, o)]
    findings = [_other_report(o) for o in others if o not in fitting and o.tables and body]
    if body is None and (_offices(fitting) > 1 or len(_years(fitting)) > 1):
        return Chosen(min(fitting, key=_worth), several=True)
    if body is not None and len(years := _years(fitting)) > 1 and not body.tables:
        # The page does not say which year is meant: it is the last one.
        older = [o for o in fitting if o.tables and o.report.report_year in years - {max(years)}]
        findings += [_other_report(o) for o in older]
        fitting = [o for o in fitting if o not in older]
    main = min([*([body] if body else []), *fitting], key=_worth, default=body or min(others, key=_worth))
    if body is not None and main is not body:
        main = _covered(body, main, again)
    for other in fitting:
        if other.report is main.report or not other.tables or other.place == main.place or not _fits(main, other):
            continue
        if main.tables and set(other.tables) & set(main.tables):
            findings += _differences(main.report, other)
        else:
            main = _with_annex(main, other, again)
    if body is not None and main.place and body.tables and set(body.tables) & set(main.tables):
        findings += _differences(main.report, body)
    if body is not None and main is not body:
        _keep_waiting(main.report, body.report)
    return Chosen(main, findings)


def _worth(reading: Reading) -> tuple[int, int, int, int]:
    """The better the smaller: a report and nothing about one, more tables, a better verdict, the later year."""
    about = classify_title(reading.report.title or "").kind in ABOUT
    report = reading.report
    return about, -len(reading.tables), RANK.index(report.verdict), -(report.report_year or 0)


def _fits(one: Reading, other: Reading) -> bool:
    """Can both be of one report: the same year and the same office, as far as both tell?"""
    years = {r.report.report_year for r in (one, other)} - {None}
    return len(years) < 2 and not _other_office(one.report, other.report)


def _other_office(one: Report, other: Report) -> bool:
    names = [(r.agency.core_name or r.agency.name or "") for r in (one, other)]
    codes = {r.agency.division_code for r in (one, other)} - {None}
    if not all(names):
        return False
    apart = names[0] != names[1] and names[0] not in names[1] and names[1] not in names[0]
    return apart or len(codes) > 1


def _offices(readings: Sequence[Reading]) -> int:
    """How many offices report here; without a page around them, nothing says whose report is meant."""
    met: list[Report] = []
    for reading in readings:
        if reading.tables and not any(not _other_office(known, reading.report) for known in met):
            met.append(reading.report)
    return len(met)


def _years(readings: Sequence[Reading]) -> set[int]:
    return {r.report.report_year for r in readings if r.tables and r.report.report_year is not None}


def _covered(body: Reading, chosen: Reading, again: Again) -> Reading:
    """The report of a file, with what the page around it says of title, date and site."""
    page, cover = chosen.page, body.page
    if body.report.title and classify_title(body.report.title).kind == "report":
        page.titles.append(body.report.title)
    page.published = page.published or cover.published or body.report.published_on
    page.source = page.source or cover.source
    page.site, page.site_code = page.site or cover.site, page.site_code or cover.site_code
    report = again(page)
    # Another title must not make less of what was read.
    return Reading(page, report if len(there(report)) >= len(chosen.tables) else chosen.report, chosen.place)


def _with_annex(main: Reading, annex: Reading, again: Again) -> Reading:
    """Text and table of one report: the tables that stand in a file beside it."""
    page = main.page
    before = len(page.items)
    page.items = [*page.items, *annex.page.items]
    report = again(page)
    if set(there(report)) >= {*main.tables, *annex.tables}:
        return Reading(page, report, main.place)
    del page.items[before:]
    return main


def _differences(report: Report, other: Reading) -> list[Finding]:
    """Where the same report in another form prints another figure: flagged, for one of the two is wrong."""
    unsure = {*report.suspect, *other.report.suspect}
    found = []
    for field_id, value in report.values.items():
        theirs = other.report.values.get(field_id)
        if value is None or theirs is None or value == theirs or field_id in unsure:
            continue
        table = next((name for name in there(report) if field_id.startswith(f"{name}.")), None)
        if table is None or report.tables[table].verdict is TableVerdict.REFUSED:
            continue
        report.suspect.append(field_id)
        reading = report.tables[table]
        reading.verdict, reading.evidence = TableVerdict.FLAGGED, None
        reading.reasons = sorted({*reading.reasons, "renditions_differ"})
        message = f"{value} here, {theirs} in the same report at {other.place or 'the page'}"
        found.append(_finding("RENDITION-DIFFERS", field_id, message, Severity.ERROR))
    if found:
        sum_up(report)
    return found


def _keep_waiting(report: Report, cover: Report) -> None:
    """Tables that stand on the page as pictures, and not in the file: they are not absent."""
    for name in there(report) and there(cover):
        if cover.tables[name].reasons == [IMAGE] and report.tables[name].verdict is TableVerdict.ABSENT:
            report.tables[name] = cover.tables[name]
            report.values |= {i: v for i, v in cover.values.items() if i.startswith(f"{name}.")}
            sum_up(report)


def _other_report(other: Reading) -> Finding:
    report = other.report
    whose = report.agency.name or "another office"
    message = f"holds the report of {whose} on {report.report_year or 'another year'}; it was left aside"
    return _finding("PART-OTHER-REPORT", other.place or "attachment", message, Severity.INFO)


def _finding(code: str, place: str, message: str, severity: Severity) -> Finding:
    return Finding(code=code, place=place, severity=severity, fault=Fault.SOURCE, message=message)

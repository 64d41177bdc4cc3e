"""Bytes in, `Report` out: reads the parts, chooses a form for each table, judges, identifies."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from model.forms import Form, load_forms
from model.normal_text import squeeze
from model.report import Extra, Number, ParserIdentity, Report, SectionText, TableReading
from model.titles import TitleReading
from model.vocabulary import ReportVerdict, TableVerdict
from parsers.across_years import across_years
from parsers.align import align
from parsers.alignment import Alignment
from parsers.annex import annex_of
from parsers.checks import cannot_make_rules
from parsers.claims import claim_findings, claims_in
from parsers.data import unwrapped
from parsers.digests import VERSION, parser_digest
from parsers.eras import IN_WORDS, Readings, best_reading, edition_in_words, era_findings, likely_forms
from parsers.glued import read_glued
from parsers.identity import identity_of
from parsers.labels import LabelIndex
from parsers.page import Page
from parsers.parts import Part, read_part
from parsers.readers.decode import kind_of, utf8
from parsers.readers.html_tolerant import read_tolerant
from parsers.readers.limits import TooHostile
from parsers.report_kind import LEAST_WORDS, judge_text, kind_of_text, words_of
from parsers.sections import BODY, body_of, sections_of
from parsers.units import money_units
from parsers.verdicts import TableOutcome, judge, mention_findings

ORDER = (TableVerdict.VERIFIED, TableVerdict.FLAGGED, TableVerdict.REFUSED)
Values = Mapping[str, Number | None]
UNREAD = {
    "pdf": "pdf_not_supported_yet",
    "zip": "office_file_not_supported_yet",
    "ole": "office_file_not_supported_yet",
}


def parse_document(
    parts: Sequence[Part],
    *,
    url: str | None = None,
    previous: dict[str, Any] | Report | None = None,
    forms: Mapping[str, Form] | None = None,
) -> Report:
    """The reading of one document; never raises for what the document holds.

    `previous` only adds findings across the years. `forms`: other editions than those of the package.
    """
    identity = ParserIdentity(version=VERSION, digest=parser_digest())
    parts = [unwrapped(part) for part in parts]
    last = previous.values if isinstance(previous, Report) else (previous or {}).get("values")
    given = (parts, forms, url, last)
    try:
        page, kinds = _pages(parts)
        if page is None:
            return _unreadable(kinds, identity)
        report = _report(page, *given)
        hidden = page.hidden and len(_there(report)) < len(next(iter((forms or load_forms()).values())).tables)
        if hidden:
            # Tabs that a script opens: what is not shown at first is read only where it is all there is.
            whole, _ = _pages(parts, hidden_tables=True)
            if whole is not None and len(_there(other := _report(whole, *given))) > len(_there(report)):
                report, page = other, whole
        if report.verdict in (ReportVerdict.FLAGGED, ReportVerdict.REFUSED) and page.reader == "lxml":
            second, _ = _pages(parts, tolerant=True, hidden_tables=hidden)
            if second is not None and (other := _report(second, *given)).verdict is ReportVerdict.VERIFIED:
                report = other
    except TooHostile as error:
        return Report(verdict=ReportVerdict.UNREADABLE, reasons=["too_hostile", str(error)], parser=identity)
    report.parser = identity
    report.input = url
    if previous is not None:
        between = across_years(report, previous, forms=forms)
        report.checks += between.checks
        report.findings += between.findings
    return report


def _unreadable(kinds: set[str], identity: ParserIdentity) -> Report:
    if kinds == {"image"}:
        return Report(verdict=ReportVerdict.NEEDS_OCR, reasons=["image"], parser=identity)
    reasons = sorted({UNREAD[k] for k in kinds if k in UNREAD}) or ["empty"]
    return Report(verdict=ReportVerdict.UNREADABLE, reasons=reasons, parser=identity)


def _there(report: Report) -> list[str]:
    return [name for name, table in report.tables.items() if table.verdict is not TableVerdict.ABSENT]


def _pages(
    parts: Sequence[Part], *, tolerant: bool = False, hidden_tables: bool = False
) -> tuple[Page | None, set[str]]:
    whole: Page | None = None
    kinds = set()
    for part in parts:
        kind = kind_of(part.content)
        kinds.add(kind)
        if not part.content.strip():
            continue
        if tolerant and kind == "html":
            page = read_tolerant(utf8(part.content), hidden_tables=hidden_tables)
        else:
            page = read_part(part, hidden_tables=hidden_tables)
        if page is None:
            continue
        if whole is None:
            whole = page
        elif part.role in ("page", "continuation", "data"):
            whole.items += page.items
            whole.truncated = whole.truncated or page.truncated
            whole.hidden = whole.hidden or page.hidden
    return whole, kinds


def _align(page: Page, index: LabelIndex, year: int | None) -> Alignment:
    found = align(page, index, year)
    found.in_text = page.reader == "text"
    if len(found.placed) < len(index.form.fields) * 0.5 and any(len(line) > 300 for line in page.lines):
        words = "".join(i if isinstance(i, str) else "".join(c.text for c in i.cells) for i in page.items if
                        isinstance(i, str) or not i.loose)  # fmt: skip
        flat = squeeze(words)
        page.glued = read_glued(flat, index.form, found) or page.glued
        for table in index.form.tables:
            found.seen.setdefault(table.id, set()).update(m for m in table.markers if m in flat)
    return found


def _alignments(page: Page, year: int | None, forms: Mapping[str, Form] | None) -> Readings:
    """The page read with each form, the likeliest first; a form that reads everything needs no rival."""
    found: Readings = {}
    for index in likely_forms(page, forms):
        found[index.form.id] = (index, _align(page, index, year))
        alignment = found[index.form.id][1]
        if len(alignment.placed) == len(index.form.fields) and not alignment.doubts:
            break
    return found


def _report(
    page: Page, parts: Sequence[Part], forms: Mapping[str, Form] | None, url: str | None, last: Values | None
) -> Report:
    if page.reader != "text" and not page.rows:
        flat = "\n".join(page.lines)
        from parsers.readers.text import read_text

        again = read_text(flat)
        page = replace(page, items=again.items, truncated=again.truncated, glued=again.glued)
    names = tuple(p.name for p in parts if p.name)
    who = identity_of(page, names, url)
    reading, agency = who.reading, who.agency
    found = _alignments(page, reading.year, forms)
    report = Report(verdict=ReportVerdict.NARRATIVE, report_year=reading.year, agency=agency, title=who.title,
                    published_on=who.published_on, findings=who.findings)  # fmt: skip
    named = reading.kind == "report" and reading.year is not None and words_of(page) >= LEAST_WORDS
    used: dict[str, Form] = {}
    editions = (forms or load_forms()).values()
    for table_id in dict.fromkeys(t.id for f in editions for t in f.tables):
        best = best_reading(found, table_id, [f.id for f in used.values()])
        table = best[0].form.table(table_id) if best else None
        if best is None or table is None:
            report.tables[table_id] = TableReading(verdict=TableVerdict.ABSENT)
            continue
        index, chosen = best
        at_end = page.reader != "text" or chosen.last_at == len(page.items) - 1
        cut = page.truncated and at_end and bool(chosen.last) and chosen.last[0].startswith(table_id + ".")
        if cut and page.reader == "text" and all(f.id in chosen.placed for f in table.fields):
            # The last row of the form is there, and so is the end of its line.
            cut = not parts[-1].content.rstrip(b" \t\r").endswith(b"\n")
        outcome = judge(index.form, table, chosen, cut, cannot_make_rules(agency), named)
        _add(report, table_id, outcome)
        if outcome.reading.era:
            used[table_id] = index.form
    _words(report, page, reading, used, list(editions), last)
    return report


def _words(
    report: Report, page: Page, reading: TitleReading, used: dict[str, Form], editions: list[Form], last: Values | None
) -> None:
    """What is said in words: sections, claims; and whether words alone make a report."""
    eras = [f.id for f in used.values()]
    report.format_era = max(eras, key=eras.count) if eras else None
    form = next((f for f in used.values() if f.id == report.format_era), None) or edition_in_words(
        reading.year, editions
    )
    report.sections = sections_of(page, form)
    report.findings += (
        era_findings(used, reading.year, page, editions)
        + mention_findings(report, used)
        + money_units(report, used, page)
    )
    tables = {section.id for section in form.sections if section.table}
    report.claims = claims_in(report.sections, tables, report.values, year=reading.year, suspect=set(report.suspect),
                              last=last)  # fmt: skip
    report.findings += claim_findings(report.claims, report.values)
    there = [t.verdict for t in report.tables.values() if t.verdict is not TableVerdict.ABSENT]
    if there:
        report.verdict = ReportVerdict(max(there, key=ORDER.index).value)
        report.reasons = sorted({r for t in report.tables.values() for r in t.reasons})
        return
    judge_text(report, kind_of_text(page, report.title, reading, report.sections))
    if report.verdict is ReportVerdict.NARRATIVE:
        report.format_era = form.id if form.id in IN_WORDS else None
        report.sections = report.sections or {BODY: SectionText(heading="", text=body_of(page))}
        report.extras += annex_of(page)
    else:
        report.sections = {}


def _add(report: Report, table_id: str, outcome: TableOutcome) -> None:
    report.tables[table_id] = outcome.reading
    report.values |= outcome.values
    report.cells |= outcome.cells
    report.suspect += sorted(outcome.suspect)
    report.checks += outcome.checks
    report.findings += outcome.findings
    report.proposals += outcome.proposals
    report.extras += [e for e in outcome.extras if isinstance(e, Extra)]

"""Bytes in, `Report` out: reads the parts, chooses a form for each table, judges, identifies."""

from collections.abc import Sequence
from typing import Any

from model.forms import load_forms
from model.normal_text import squeeze
from model.report import Extra, Finding, ParserIdentity, Report, TableReading
from model.vocabulary import Fault, ReportVerdict, TableVerdict
from parsers.align import align
from parsers.alignment import Alignment
from parsers.checks import assess
from parsers.claims import claims_of
from parsers.digests import VERSION, parser_digest
from parsers.glued import read_glued
from parsers.identity import identify, published_on
from parsers.labels import LabelIndex, indexes
from parsers.page import Page
from parsers.parts import Part, read_part
from parsers.readers.decode import kind_of, utf8
from parsers.readers.html import TooHostile
from parsers.readers.html_tolerant import read_tolerant
from parsers.sections import sections_of
from parsers.verdicts import TableOutcome, judge

ORDER = (TableVerdict.VERIFIED, TableVerdict.FLAGGED, TableVerdict.REFUSED)
UNREAD = {
    "pdf": "pdf_not_supported_yet",
    "zip": "office_file_not_supported_yet",
    "ole": "office_file_not_supported_yet",
}


def parse_document(
    parts: Sequence[Part], *, url: str | None = None, previous: dict[str, Any] | Report | None = None
) -> Report:
    """The reading of one document; never raises for what the document holds."""
    identity = ParserIdentity(version=VERSION, digest=parser_digest())
    try:
        page, kinds = _pages(parts)
        if page is None:
            return _unreadable(kinds, identity)
        report = _report(page, parts)
        hidden = page.hidden and len(_there(report)) < len(next(iter(load_forms().values())).tables)
        if hidden:
            # Tabs that a script opens: what is not shown at first is read only where it is all there is.
            whole, _ = _pages(parts, hidden_tables=True)
            if whole is not None and len(_there(other := _report(whole, parts))) > len(_there(report)):
                report, page = other, whole
        if report.verdict in (ReportVerdict.FLAGGED, ReportVerdict.REFUSED) and page.reader == "lxml":
            second, _ = _pages(parts, tolerant=True, hidden_tables=hidden)
            if second is not None and (other := _report(second, parts)).verdict is ReportVerdict.VERIFIED:
                report = other
    except TooHostile as error:
        return Report(verdict=ReportVerdict.UNREADABLE, reasons=["too_hostile", str(error)], parser=identity)
    report.parser = identity
    report.input = url
    if previous is not None:
        _across_years(report, previous.model_dump(mode="json") if isinstance(previous, Report) else previous)
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
    if len(found.placed) < len(index.form.fields) * 0.5 and any(len(line) > 300 for line in page.lines):
        words = "".join(i if isinstance(i, str) else "".join(c.text for c in i.cells) for i in page.items if
                        isinstance(i, str) or not i.loose)  # fmt: skip
        flat = squeeze(words)
        page.glued = read_glued(flat, index.form, found) or page.glued
        for table in index.form.tables:
            found.seen.setdefault(table.id, set()).update(m for m in table.markers if m in flat)
    return found


def _alignments(page: Page, year: int | None) -> dict[str, tuple[LabelIndex, Alignment]]:
    """The page read with each form, the likeliest first; a form that reads everything needs no rival."""
    words = "".join(c.text for row in page.rows for c in row.cells)
    likely = sorted(indexes(), key=lambda i: -sum(m in words for t in i.form.tables for m in t.markers))
    found: dict[str, tuple[LabelIndex, Alignment]] = {}
    for index in likely:
        found[index.form.id] = (index, _align(page, index, year))
        alignment = found[index.form.id][1]
        if len(alignment.placed) == len(index.form.fields) and not alignment.doubts:
            break
    return found


def _score(index: LabelIndex, table_id: str, found: Alignment) -> float:
    table = index.form.table(table_id)
    if table is None:
        return -1e9
    filled = sum(f.id in found.placed for f in table.fields)
    marks = len(found.seen.get(table_id, set()) & set(table.markers))
    return filled - (len(table.fields) - filled) + 1000 * marks


def _report(page: Page, parts: Sequence[Part]) -> Report:
    if page.reader != "text" and not page.rows:
        flat = "\n".join(page.lines)
        from parsers.readers.text import read_text

        again = read_text(flat)
        again.titles, again.published, again.source, again.reader = (
            page.titles,
            page.published,
            page.source,
            page.reader,
        )
        page = again
    names = tuple(p.name for p in parts if p.name)
    title, reading, agency = identify(page, names)
    found = _alignments(page, reading.year)
    cannot_make_rules = agency.level in ("county", "township")
    report = Report(verdict=ReportVerdict.NARRATIVE, report_year=reading.year, agency=agency, title=title,
                    published_on=published_on(page))  # fmt: skip
    named = reading.kind == "report" and reading.year is not None
    eras: list[str] = []
    table_ids = dict.fromkeys(t.id for f in load_forms().values() for t in f.tables)
    for table_id in table_ids:
        index, chosen = _best(found, table_id, eras)
        table = index.form.table(table_id)
        if table is None:
            continue
        at_end = page.reader != "text" or chosen.last_at == len(page.items) - 1
        cut = page.truncated and at_end and bool(chosen.last) and chosen.last[0].startswith(table_id + ".")
        outcome = judge(index.form, table, chosen, cut, cannot_make_rules, named)
        _add(report, table_id, outcome)
        eras += [outcome.reading.era] if outcome.reading.era else []
    report.tables.setdefault("stat2014", TableReading(verdict=TableVerdict.ABSENT))
    report.format_era = max(eras, key=eras.count) if eras else None
    newest = next(iter(load_forms().values()))
    report.sections = sections_of(page, load_forms().get(report.format_era or "", newest))
    overview = report.sections.get("overview")
    report.claims = claims_of(overview.text, report.values) if overview else []
    _verdict(report, reading.kind)
    return report


def _best(
    found: dict[str, tuple[LabelIndex, Alignment]], table_id: str, eras: list[str]
) -> tuple[LabelIndex, Alignment]:
    """The form that reads most of a table; where two read as much of it, the form of the tables before."""
    scores = {e: _score(i, table_id, a) for e, (i, a) in found.items()}
    filled = {e: sum(f.startswith(table_id + ".") for f in a.placed) for e, (_, a) in found.items()}
    best = max(scores, key=lambda e: scores[e])
    for era in eras[:1]:
        if filled.get(era) == filled[best] and scores[best] - scores[era] < 500:
            best = era
    return found[best]


def _add(report: Report, table_id: str, outcome: TableOutcome) -> None:
    report.tables[table_id] = outcome.reading
    report.values |= outcome.values
    report.cells |= outcome.cells
    report.suspect += sorted(outcome.suspect)
    report.checks += outcome.checks
    report.findings += outcome.findings
    report.proposals += outcome.proposals
    report.extras += [e for e in outcome.extras if isinstance(e, Extra)]


def _verdict(report: Report, kind: str) -> None:
    there = [t.verdict for t in report.tables.values() if t.verdict is not TableVerdict.ABSENT]
    if there:
        worst = max(there, key=ORDER.index)
        report.verdict = ReportVerdict(worst.value)
        report.reasons = sorted({r for t in report.tables.values() for r in t.reasons})
        return
    text = sum(len(s.text) for s in report.sections.values())
    if kind != "report" or (text < 200 and not report.sections):
        report.verdict, report.reasons = ReportVerdict.NOT_A_REPORT, ["no_tables_and_no_sections"]
    else:
        report.verdict, report.reasons = ReportVerdict.NARRATIVE, ["no_tables"]


def _across_years(report: Report, previous: dict[str, Any]) -> None:
    """Checks against last year's report of the same agency and scope; they change no value and no verdict."""
    form = load_forms().get(report.format_era or "")
    if form is None:
        return
    values = dict(report.values) | {f"last:{i}": v for i, v in previous.get("values", {}).items()}
    for a in assess(tuple(i for i in form.identities if i.between_years), values, {}):
        report.checks.append(a.check)
        if not a.check.passed:
            message = (
                f"{' + '.join(a.identity.left)} = {a.check.left}, {' + '.join(a.identity.right)} = {a.check.right}"
            )
            report.findings.append(Finding(code=a.check.code, place=a.check.place, severity=a.check.severity,
                                           fault=Fault.SOURCE, message=message))  # fmt: skip

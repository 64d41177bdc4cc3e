"""One page understood: chooses a form for each table, judges, identifies, reads its words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from model.forms import Form, load_forms
from model.normal_text import squeeze
from model.report import Extra, Number, Report, SectionText, TableReading
from model.titles import TitleReading
from model.vocabulary import CellState, ReportVerdict, TableVerdict
from parsers.align import align
from parsers.alignment import Alignment
from parsers.annex import annex_of
from parsers.checks import cannot_make_rules
from parsers.claims import claim_findings, claims_in
from parsers.eras import IN_WORDS, Readings, best_reading, edition_in_words, era_findings, likely_forms
from parsers.glued import read_glued
from parsers.identity import identity_of
from parsers.in_pictures import note_pictures
from parsers.labels import LabelIndex
from parsers.page import Page
from parsers.readers.text import read_text
from parsers.report_kind import LEAST_WORDS, judge_text, kind_of_text, words_of
from parsers.sections import BODY, body_of, sections_of
from parsers.units import money_units
from parsers.verdicts import TableOutcome, judge, mention_findings

ORDER = (TableVerdict.VERIFIED, TableVerdict.FLAGGED, TableVerdict.REFUSED)
Values = Mapping[str, Number | None]


@dataclass(frozen=True)
class Given:
    """What is known beside the page. `names`: what its files are called; `last`: the values of the year before.

    `ends_in_line_feed`: of a text, which may have been cut off.
    """

    names: tuple[str, ...] = ()
    url: str | None = None
    forms: Mapping[str, Form] | None = None
    last: Values | None = None
    ends_in_line_feed: bool = True


def there(report: Report) -> list[str]:
    """The tables that a report has."""
    return [name for name, table in report.tables.items() if table.verdict is not TableVerdict.ABSENT]


def _align(page: Page, index: LabelIndex, year: int | None) -> Alignment:
    found = align(page, index, year)
    found.in_text = page.reader == "text"
    if len(found.placed) < len(index.form.fields) * 0.5 and any(len(line) > 300 for line in page.lines):
        words = "".join(i if isinstance(i, str) else "".join(c.text for c in i.cells) for i in page.items if
                        isinstance(i, str) or not i.loose)  # fmt: skip
        flat = squeeze(words)
        page.glued = read_glued(flat, index.form, found) or page.glued
        for table in index.form.tables:
            met = {m for m in table.markers if m in flat}
            for seen in (found.seen, found.of_this_year):
                seen.setdefault(table.id, set()).update(met)
    return found


def _alignments(page: Page, year: int | None, forms: Mapping[str, Form] | None) -> Readings:
    """The page read with each form, the likeliest first; a form that reads everything needs no rival."""
    found: Readings = {}
    for index in likely_forms(page, forms):
        found[index.form.id] = (index, _align(page, index, year))
        alignment = found[index.form.id][1]
        if len(alignment.placed) == len(index.form.fields) and not alignment.doubts and _is_readable(alignment):
            break
    return found


def _is_readable(found: Alignment) -> bool:
    """Is there no cell with words among the values? They may be a label of another form."""
    return all(p.content.is_value for p in found.placed.values())


def report_of(page: Page, given: Given) -> Report:
    """The reading of one page."""
    shown = page
    if page.reader != "text" and not page.rows:
        again = read_text("\n".join(page.lines))
        page = replace(page, items=again.items, truncated=again.truncated, glued=again.glued)
    forms = given.forms
    who = identity_of(page, given.names, given.url)
    reading, agency = who.reading, who.agency
    found = _alignments(page, reading.year, forms)
    report = Report(verdict=ReportVerdict.NARRATIVE, report_year=reading.year, agency=agency, title=who.title,
                    published_on=who.published_on, findings=who.findings)  # fmt: skip
    named = reading.kind == "report" and reading.year is not None and words_of(page) >= LEAST_WORDS
    # A text in which no cell of any table is filled: its figures stood in fields or pictures that no converter prints.
    named = named and (page.reader != "text" or any(_is_filled(a) for _, a in found.values()))
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
            cut = not given.ends_in_line_feed
        outcome = judge(index.form, table, chosen, cut, cannot_make_rules(agency), named)
        _add(report, table_id, outcome)
        if outcome.reading.era:
            used[table_id] = index.form
    form = _words(report, page, reading, used, list(editions), given.last)
    if note_pictures(report, shown, form, named=reading.kind == "report", in_words=form.id in IN_WORDS):
        sum_up(report)
    return report


def _is_filled(found: Alignment) -> bool:
    return any(p.content.state is not CellState.BLANK for p in found.placed.values())


def _words(
    report: Report, page: Page, reading: TitleReading, used: dict[str, Form], editions: list[Form], last: Values | None
) -> Form:
    """What is said in words: sections, claims; whether words alone make a report. Gives the form of the document."""
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
    if there(report):
        sum_up(report)
        return form
    judge_text(report, kind_of_text(page, report.title, reading, report.sections))
    if report.verdict is ReportVerdict.NARRATIVE:
        report.format_era = form.id if form.id in IN_WORDS else None
        report.sections = report.sections or {BODY: SectionText(heading="", text=body_of(page))}
        report.extras += annex_of(page)
    else:
        report.sections = {}
    return form


def sum_up(report: Report) -> None:
    """The verdict of a report is the worst of its tables."""
    verdicts = [report.tables[name].verdict for name in there(report)]
    report.verdict = ReportVerdict(max(verdicts, key=ORDER.index).value)
    report.reasons = sorted({r for t in report.tables.values() for r in t.reasons})


def _add(report: Report, table_id: str, outcome: TableOutcome) -> None:
    report.tables[table_id] = outcome.reading
    report.values |= outcome.values
    report.cells |= outcome.cells
    report.suspect += sorted(outcome.suspect)
    report.checks += outcome.checks
    report.findings += outcome.findings
    report.proposals += outcome.proposals
    report.extras += [e for e in outcome.extras if isinstance(e, Extra)]

"""What stands in pictures: tables and whole reports that nobody has read. They are not absent, they wait."""

import re
from dataclasses import replace

from model.forms import Form
from model.report import Finding, Report, TableReading
from model.vocabulary import Fault, ReportVerdict, Severity, TableVerdict
from parsers.headings import headings_in
from parsers.page import Page
from parsers.sections import lines_of

IMAGE = "image"
SIGN = "\ufffc"
# Reasons that only say what was not found; a picture may hold it. Others (a notice, an explainer) are known.
NOT_FOUND = frozenset({"nothing_but_a_title", "cover_letter", "no_text_of_a_report", "no_title_of_a_report"})


def note_pictures(report: Report, page: Page, form: Form, *, named: bool, in_words: bool) -> bool:
    """Changes the verdict where all of it stands in pictures. True: some tables do, and others are read.

    `named`: the title is that of a report; `in_words`: in that year a report need not have tables.
    """
    missing = [
        t.id for t in form.tables if t.id in report.tables and report.tables[t.id].verdict is TableVerdict.ABSENT
    ]  # fmt: skip
    waiting = _waiting(page, form, missing) if missing and (page.pictures or page.scans) else []
    for table_id in waiting:
        report.tables[table_id] = TableReading(verdict=TableVerdict.REFUSED, era=form.id, reasons=[IMAGE])
        table = form.table(table_id)
        report.values |= dict.fromkeys(f.id for f in table.fields) if table is not None else {}
    seen = any(t.verdict is not TableVerdict.ABSENT and t.reasons != [IMAGE] for t in report.tables.values())
    if not seen and (waiting or _may_be_one(report, page, named, in_words)):
        what = "tables stand in pictures" if waiting else "what its pictures show was not read"
        report.verdict, report.reasons = ReportVerdict.NEEDS_OCR, [IMAGE]
        report.findings.append(_finding(what, Severity.ERROR))
        return False
    if waiting:
        report.findings.append(_finding(f"in pictures stand {', '.join(waiting)}", Severity.ERROR))
    return bool(waiting)


def _may_be_one(report: Report, page: Page, named: bool, in_words: bool) -> bool:
    """May a document in which no report was found be one, as far as its pictures can tell?"""
    if report.verdict is ReportVerdict.NARRATIVE:
        return page.reader == "ocr" and not in_words
    if report.verdict is not ReportVerdict.NOT_A_REPORT or not NOT_FOUND.issuperset(report.reasons):
        return False
    return page.reader == "ocr" or page.scans > 0 or (named and bool(page.pictures))


def _waiting(page: Page, form: Form, missing: list[str]) -> list[str]:
    """The tables in whose part of the report a picture stands; all that are missing where whole pages are pictures."""
    if page.scans:
        return missing
    items = list(page.items)
    for at in reversed(page.pictures):
        items.insert(at, SIGN)
    patterns = [(s, re.compile(s.match)) for s in form.sections]
    corner = next((t.corner for t in form.tables if t.row_layout == "outline"), "")
    words = form.words_printed
    here, found = None, set()
    for text, heading in headings_in(lines_of(replace(page, items=items), words), patterns, corner, words):
        here = heading.section.table if heading is not None else here
        if text == SIGN and here is not None:
            found.add(here)
    return [table_id for table_id in missing if table_id in found]


def _finding(what: str, severity: Severity) -> Finding:
    return Finding(
        code="PART-UNREAD", place="document", severity=severity, fault=Fault.UNKNOWN, message=f"{IMAGE}: {what}"
    )

"""Bytes in, `Report` out: opens the parts, finds the report among them, reads it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from model.forms import Form, load_forms
from model.report import Finding, ParserIdentity, Report
from model.titles import classify_title
from model.vocabulary import Fault, ReportVerdict, Severity
from parsers.across_years import across_years
from parsers.data import unwrapped
from parsers.digests import VERSION, parser_digest
from parsers.eras import IN_WORDS
from parsers.in_pictures import IMAGE
from parsers.page import Page
from parsers.page_report import Given, report_of, there
from parsers.parts import Opened, Part, open_parts
from parsers.readers.cannot_read import PASSING, CannotRead, NeedsOcr
from parsers.readers.limits import TooHostile
from parsers.which_report import Reading, choose

OURS = PASSING | {"reader_crashed", "reader_failed", "too_much_memory"}
UNREAD = "PART-UNREAD"
FILE = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|zip|rar|rtf)$", re.IGNORECASE)


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
    parts = [unwrapped(part) for part in parts]
    last = previous.values if isinstance(previous, Report) else (previous or {}).get("values")
    # A text that was cut off ends in the middle of a line.
    whole_line = not parts or parts[-1].content.rstrip(b" \t\r").endswith(b"\n")
    given = Given(tuple(p.name for p in parts if p.name), url, forms, last, whole_line)
    try:
        report = _report(open_parts(parts), given)
    except TooHostile as error:
        report = Report(verdict=ReportVerdict.UNREADABLE, reasons=["too_hostile", str(error)])
    report.parser = ParserIdentity(version=VERSION, digest=parser_digest())
    report.input = url
    if previous is not None and report.tables:
        between = across_years(report, previous, forms=forms)
        report.checks += between.checks
        report.findings += between.findings
    return report


def is_passing(parsed: Mapping[str, Any]) -> bool:
    """Would another machine, or another try, read a part of this document that was not read? From its public JSON."""
    return any(f["code"] == UNREAD and f["message"].partition(":")[0] in PASSING for f in parsed.get("findings", ()))


def _report(opened: Sequence[Opened], given: Given) -> Report:
    body = [o for o in opened if o.in_body and not o.piece.problem]
    files = [o for o in opened if not o.in_body and not o.piece.problem]
    problems = [o for o in opened if o.piece.problem]
    main = _reading(body, given)
    others = [reading for file in files if (reading := _reading_of_file(file, given, problems))]
    if main is None and not others:
        return _unread(problems)
    if not others:
        assert main is not None
        return _with_problems(main.report, problems)
    chosen = choose(main, others, lambda page: report_of(page, given))
    if chosen.several:
        return Report(verdict=ReportVerdict.UNREADABLE, reasons=["several_reports"])
    report = chosen.reading.report
    report.findings += chosen.findings
    waiting = [other for other in others if other is not chosen.reading and other.report is not report]
    report.findings += [
        f.model_copy(update={"place": other.place, "severity": Severity.INFO})
        for other in waiting if other.report.verdict is ReportVerdict.NEEDS_OCR
        for f in other.report.findings if f.code == UNREAD
    ]  # fmt: skip
    return _with_problems(report, problems)


def _reading_of_file(file: Opened, given: Given, problems: list[Opened]) -> Reading | None:
    """A file by itself; one that is too hostile leaves the others alone."""
    try:
        reading = _reading([file], replace(given, names=(file.name,) if file.name else ()))
    except TooHostile as problem:
        problems.append(_with_problem(file, problem))
        return None
    linked_as_file = file.piece.kind == "html" and FILE.search(file.name or "")
    if reading is not None and reading.report.verdict is ReportVerdict.NOT_A_REPORT and linked_as_file:
        problems.append(_with_problem(file, CannotRead("error_page", "a page came where a file was linked")))
        return None
    return reading


def _with_problem(file: Opened, problem: CannotRead | TooHostile) -> Opened:
    return replace(file, piece=replace(file.piece, problem=problem))


def _reading(opened: Sequence[Opened], given: Given) -> Reading | None:
    """The report of parts that are read one after the other, or None where there is nothing to read."""
    page = _page(opened)
    if page is None:
        return None
    report = report_of(page, given)
    hidden = page.hidden and len(there(report)) < len(next(iter((given.forms or load_forms()).values())).tables)
    if hidden:
        # Tabs that a script opens: what is not shown at first is read only where it is all there is.
        whole = _page(opened, hidden_tables=True)
        if whole is not None and len(there(other := report_of(whole, given))) > len(there(report)):
            report, page = other, whole
    if report.verdict in (ReportVerdict.FLAGGED, ReportVerdict.REFUSED) and page.reader == "lxml":
        second = _page(opened, tolerant=True, hidden_tables=hidden)
        if second is not None and (other := report_of(second, given)).verdict is ReportVerdict.VERIFIED:
            report, page = other, second
    return Reading(page, report, opened[0].within.rstrip(", "))


def _page(opened: Sequence[Opened], *, hidden_tables: bool = False, tolerant: bool = False) -> Page | None:
    whole: Page | None = None
    for one in opened:
        page = one.read(hidden_tables=hidden_tables, tolerant=tolerant)
        if page is None or whole is None:
            whole = whole or page
            continue
        whole.pictures += [len(whole.items) + at for at in page.pictures]
        whole.scans += page.scans
        whole.items += page.items
        whole.truncated = whole.truncated or page.truncated
        whole.hidden = whole.hidden or page.hidden
    return whole


def _unread(problems: Sequence[Opened]) -> Report:
    """Nothing could be read, and why: pictures wait for OCR, everything else for what the reasons say."""
    found = [o.piece.problem for o in problems if o.piece.problem]
    if not found:
        return Report(verdict=ReportVerdict.UNREADABLE, reasons=["empty"])
    pictures = all(isinstance(problem, NeedsOcr) for problem in found)
    reasons = list(dict.fromkeys(reason for problem in found for reason in _reasons(problem)))
    verdict = ReportVerdict.NEEDS_OCR if pictures else ReportVerdict.UNREADABLE
    return Report(verdict=verdict, reasons=reasons, findings=[_finding(o, Severity.ERROR) for o in problems])


def _reasons(problem: CannotRead | TooHostile) -> list[str]:
    return [problem.reason] if isinstance(problem, CannotRead) else ["too_hostile", str(problem)]


def _with_problems(report: Report, problems: Sequence[Opened]) -> Report:
    """A report beside files that could not be read; where the page is only their cover, theirs is the verdict."""
    cover = report.verdict is ReportVerdict.NOT_A_REPORT or (
        report.verdict is ReportVerdict.NEEDS_OCR and not there(report)
    )
    if cover and problems and _announces(report):
        told = _unread(problems)
        report.verdict, report.reasons, report.findings = told.verdict, told.reasons, [*report.findings, *told.findings]
        return report
    report.findings += [_finding(o, Severity.INFO) for o in problems]
    pictures = [f for f in report.findings if f.code == UNREAD and f.message.startswith(f"{IMAGE}: ")]
    if report.verdict is ReportVerdict.NARRATIVE and report.format_era not in IN_WORDS and pictures:
        # In words alone only as far as anybody has read it: the tables may be in the picture.
        report.verdict, report.reasons = ReportVerdict.NEEDS_OCR, [IMAGE]
    return report


def _announces(report: Report) -> bool:
    return classify_title(report.title or "").kind == "report"


def _finding(opened: Opened, severity: Severity) -> Finding:
    problem = opened.piece.problem
    reason = problem.reason if isinstance(problem, CannotRead) else "too_hostile"
    fault = Fault.EXTRACTION if reason in OURS else Fault.UNKNOWN
    place = opened.within.rstrip(", ") or "document"
    message = f"{reason}: {problem}"
    return Finding(code=UNREAD, place=place, severity=severity, fault=fault, message=message)

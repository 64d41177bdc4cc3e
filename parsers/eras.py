"""Which edition of the form does each table have? Decided by its labels, never by the year (report-format 1.9)."""

import re
from collections.abc import Mapping

from model.forms import Form
from model.normal_text import QUOTES, label_key, squeeze
from model.report import Finding
from model.vocabulary import Fault, Severity
from parsers.alignment import Alignment
from parsers.headers import fitted
from parsers.labels import LabelIndex, indexes
from parsers.page import Page

Readings = dict[str, tuple[LabelIndex, Alignment]]
# What one marker weighs against labels that several editions share.
MARKER = 1000
# A text that lost its lines may hold a table.
LONG_LINE = 300
# 国办公开办函〔2021〕30号
CITED = re.compile(r"\[20\d\d\]\d{1,4}号")
# Editions whose reports may have no table at all.
IN_WORDS = frozenset({"narrative_pre2014", "stat2014"})


def likely_forms(page: Page, forms: Mapping[str, Form] | None = None) -> list[LabelIndex]:
    """The forms that this page may be printed on, the likeliest first, each with the columns that the page has.

    `forms`: other editions than those of the package.
    """
    known = indexes() if forms is None else tuple(LabelIndex(f) for f in forms.values() if f.tables)
    words = "".join(c.text for row in page.rows for c in row.cells)
    words += "".join(line for line in page.lines if len(line) > LONG_LINE)
    marks = {i.form.id: _marks_met(i, words) for i in known}
    if not any(marks.values()):
        # Invisible characters and radicals may stand in every one of them.
        words = QUOTES.sub("", squeeze(words))
        marks = {i.form.id: _marks_met(i, words) for i in known}
    possible = [i for i in known if marks[i.form.id] or not all(t.recognised_by for t in i.form.tables)]
    return [fitted(page, i) for i in sorted(possible, key=lambda i: -marks[i.form.id])]


def _marks_met(index: LabelIndex, words: str) -> int:
    return sum(m in words for t in index.form.tables for m in t.markers)


def best_reading(readings: Readings, table_id: str, eras: list[str]) -> tuple[LabelIndex, Alignment] | None:
    """The form that reads most of a table; where two read as much of it, the form of the tables before (`eras`)."""
    scores = {era: _score(i, table_id, a) for era, (i, a) in readings.items() if i.form.table(table_id) is not None}
    if not scores:
        return None
    filled = {e: _filled(readings[e][0], table_id, readings[e][1]) for e in scores}
    best = max(scores, key=lambda e: scores[e])
    for era in eras[:1]:
        if filled.get(era) == filled[best] and scores[best] - scores[era] < MARKER / 2:
            best = era
    return readings[best]


def _score(index: LabelIndex, table_id: str, found: Alignment) -> float:
    table = index.form.table(table_id)
    assert table is not None
    # A row that is there and could not be read is one more that the form knows.
    unread = {i for i, reason in found.doubts.items() if reason != "of_another_period"}
    filled = len((found.placed.keys() | unread) & table.ids)
    # Last year's table below may have the form of last year.
    words = found.of_this_year.get(table_id) or found.seen.get(table_id, set())
    marks = len(words & set(table.markers))
    return filled - (len(table.fields) - filled) + MARKER * marks


def _filled(index: LabelIndex, table_id: str, found: Alignment) -> int:
    table = index.form.table(table_id)
    return len(found.placed.keys() & table.ids) if table is not None else 0


def era_findings(forms: dict[str, Form], year: int | None, page: Page, editions: list[Form]) -> list[Finding]:
    """Warnings where the edition is not the one of the year, or not the one that the text cites.

    `forms`: table to the form that it was read with; `editions`: all that there are, the newest first. The citation is
    weak evidence: offices copy it from year to year.
    """
    found = []
    expected = next((f for f in editions if year is not None and year in f.years), None)
    for table_id, form in forms.items():
        if expected is not None and form.id != expected.id:
            message = f"the table has the form {form.id}, in force for {year} was {expected.id}"
            found.append(_warning("ERA-YEAR", table_id, message))
    cited = set(CITED.findall(label_key("".join(page.lines[:40]))[:20_000]))
    used = {f.id: f for f in forms.values()}
    named = {c for c in cited for f in editions if c in f.cites}
    if named and used and not any(c in f.cites for f in used.values() for c in named):
        message = f"the text cites {', '.join(sorted(named))}, the tables have the form {', '.join(sorted(used))}"
        found.append(_warning("ERA-CITED", "tables", message))
    return found


def edition_in_words(year: int | None, forms: list[Form]) -> Form:
    """The edition by which a report without tables is divided: nothing but its year tells. `forms`: newest first."""
    return next((f for f in forms if year is not None and year in f.years), forms[0])


def _warning(code: str, place: str, message: str) -> Finding:
    return Finding(code=code, place=place, severity=Severity.WARNING, fault=Fault.SOURCE, message=message)

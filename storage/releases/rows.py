"""One report as rows of the tables, in the order of their columns. Contact details are cut out of all quotes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from model.canonical import record_digest
from model.capture import Capture
from model.contacts import without_contacts
from model.document import PartRef
from model.english_labels import english_label
from model.findings import Adjudication
from model.forms import load_forms
from storage.coverage import Coverage
from storage.releases.subjects import Subject

Row = tuple[object, ...]


def rows_of(subject: Subject) -> Iterator[tuple[str, list[Row]]]:
    """Each table that tells of reports, and its rows of this one."""
    for name, rows in _TABLES.items():
        yield name, list(rows(subject))


def capture_row(c: Capture) -> Row:
    body = (c.body.size, c.body.sha256) if c.body else (None, None)
    protection = c.protection.value if c.protection else None
    asked = (c.id, c.run, c.portal, c.kind, c.url, c.document_url, c.fetched_at)
    return (*asked, c.status, c.state.value, protection, c.media_type, *body)


def coverage_row(c: Coverage) -> Row:
    seen = (c.complete, c.list_pages, c.rows, c.reports, c.announced)
    hub = c.hub_state.value if c.hub_state else None
    return (c.portal, c.run, c.checked_at, hub, *seen, c.stop_reason, "; ".join(c.problems) or None)


def values_digest(parsed: Mapping[str, Any]) -> str:
    """SHA-256 over what a reader of the values goes by."""
    return record_digest({"values": parsed.get("values") or {}, "suspect": sorted(parsed.get("suspect") or ())})


def _report(s: Subject) -> Iterator[Row]:
    v, parsed, told = s.newest, s.parsed or {}, (s.parsed or {}).get("agency") or {}
    agency = (v.agency_id, s.agency.name if s.agency else v.agency_name, region_of(s))
    level = (s.agency.level if s.agency else None) or told.get("level")
    kind = (s.agency.kind if s.agency else None) or told.get("kind")
    read = (parsed.get("format_era"), parsed.get("verdict"), len(parsed.get("suspect") or ()))
    first = min(one.captured_at for one in s.chain)
    dates = (_published(v.published_on, parsed), first, v.captured_at)
    ends = (v.portal, without_contacts(v.title), v.url, _parser(parsed), values_digest(parsed) if parsed else None)
    yield (v.report_id, *agency, level, kind, v.report_year, v.scope, v.n, len(s.chain), *read, *dates, *ends)


def _values(s: Subject) -> Iterator[Row]:
    if s.parsed is None:
        return
    v, parsed = s.newest, s.parsed
    cells, suspect, tables = parsed.get("cells") or {}, frozenset(parsed.get("suspect") or ()), parsed["tables"]
    report = (v.report_id, v.n, v.agency_id, region_of(s), v.report_year, v.scope)
    for name, value in (parsed.get("values") or {}).items():
        table = name.partition(".")[0]
        reading, cell = tables.get(table) or {}, cells.get(name) or {}
        raw = cell.get("raw")
        unit = cell.get("unit") or _unit(reading.get("era"), name)
        printed = (value, unit, without_contacts(raw) if raw is not None else None, cell.get("state"))
        trust = (table, reading.get("era"), reading.get("verdict"), reading.get("evidence"), name in suspect)
        labels = (_label(reading.get("era"), name), english_label(name))
        place = (cell.get("method"), cell.get("where"))
        yield (*report, name, *labels, *printed, *trust, *place, *_decided(s.decided.get(name)))


def _checks(s: Subject) -> Iterator[Row]:
    for n, c in enumerate([*_all(s, "checks")], 1):
        sides = (c["mode"], c["passed"], c["left"], c["right"], c["severity"])
        yield (s.newest.report_id, s.newest.report_year, n, c["code"], c["place"], *sides)


def _findings(s: Subject) -> Iterator[Row]:
    alone = len((s.parsed or {}).get("findings") or ())
    for n, f in enumerate(_all(s, "findings"), 1):
        what = (f["code"], f["place"], f["severity"], f["fault"], without_contacts(f["message"]))
        yield (s.newest.report_id, s.newest.report_year, n, *what, n > alone)


def _claims(s: Subject) -> Iterator[Row]:
    for n, c in enumerate((s.parsed or {}).get("claims") or (), 1):
        compared = (c["quantity"], c["number"], c["compared_with"], c["agrees"])
        yield (s.newest.report_id, s.newest.report_year, n, *compared, without_contacts(c["quote"]))


def _texts(s: Subject) -> Iterator[Row]:
    for name, part in ((s.parsed or {}).get("sections") or {}).items():
        yield (
            s.newest.report_id,
            s.newest.report_year,
            name,
            without_contacts(part["heading"]),
            without_contacts(part["text"]),
        )


def _versions(s: Subject) -> Iterator[Row]:
    for v in s.chain:
        parts = v.manifest.parts
        document = (
            v.first_capture,
            v.manifest.digest,
            len(parts),
            ",".join(part.sha256 for part in parts),
            _media(parts),
        )
        came = (v.reason.value, v.corrects, v.rendition_of, v.captured_at, v.published_on)
        where = (without_contacts(v.title), v.url, v.portal)
        yield (v.report_id, v.n, v.report_year, *came, *where, *document, v.figures_digest, v.text_digest)


_TABLES: dict[str, Callable[[Subject], Iterator[Row]]] = {
    "reports": _report,
    "values": _values,
    "checks": _checks,
    "findings": _findings,
    "claims": _claims,
    "texts": _texts,
    "versions": _versions,
}


def region_of(s: Subject) -> str | None:
    """Division code of the agency: the register's, else what the document tells."""
    if s.agency is not None:
        return s.agency.region
    told: str | None = ((s.parsed or {}).get("agency") or {}).get("division_code")
    return told


def _media(parts: Sequence[PartRef]) -> str:
    return ",".join((part.media_type or "").partition(";")[0] for part in parts)


def _all(s: Subject, part: str) -> Iterator[Mapping[str, Any]]:
    yield from (s.parsed or {}).get(part) or ()
    if s.across is not None:
        yield from s.across.found.model_dump(mode="json", include={part})[part]


def _decided(decision: Adjudication | None) -> tuple[str | None, float | None]:
    if decision is None:
        return None, None
    return decision.decision, float(decision.value) if decision.value is not None else None


@cache
def _labels(form: str) -> Mapping[str, str]:
    known = load_forms().get(form)
    return known.labels() if known else {}


def _label(form: str | None, name: str) -> str | None:
    return _labels(form).get(name) if form else None


def _unit(form: str | None, name: str) -> str | None:
    field = load_forms()[form].by_id.get(name) if form in load_forms() else None
    return field.unit if field else None


def _parser(parsed: Mapping[str, Any]) -> str | None:
    return (parsed.get("parser") or {}).get("digest")


def _published(known: date | None, parsed: Mapping[str, Any]) -> date | None:
    told = parsed.get("published_on")
    return known or (datetime.fromisoformat(told).date() if told else None)

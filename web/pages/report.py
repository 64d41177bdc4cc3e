"""A report: its form, the original beside it, its versions, one value's story; what can be downloaded."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from model.compare import CellChange
from model.document import VersionRecord
from model.errors import BadQuery, ObjectMissing
from model.forms_printed import value_labels
from model.sentences import changed_sentences, changed_spans, sentences
from web.library.library import Shown
from web.pages.form_view import SHOWN_STATE, Dress, beside_checks, number, story, views
from web.places import Place, first_of, part_of, places_in
from web.refusals import Refused
from web.site import Site

Version = Annotated[int | None, Query(alias="v", ge=1, le=100_000)]
MOST_FORM = 20_000
MOST_HISTORY = 14


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    library = site.library

    @router.get("/reports/{report_id}", response_class=HTMLResponse)
    def report(
        request: Request,
        report_id: str,
        v: Version = None,
        cell: Annotated[str | None, Query(max_length=200)] = None,
        part: bool = False,
        sent: bool = False,
    ) -> HTMLResponse:
        shown = library.report(report_id, v)
        told = story(cell, shown.parsed, shown.decided) if cell and shown.parsed else None
        if cell and told is None:
            raise ObjectMissing(f"{report_id} has no value {cell}")
        facts: dict[str, Any] = {
            "shown": shown,
            "cell": told,
            "sent": sent,
            "original": _original(site, request, shown, told.id if told else None),
        }
        if told is not None:
            facts["history"] = _history(site, shown, told.id)
        if part:
            return site.page(request, "cell.html", **facts)
        parsed = shown.parsed
        ask = site.asking(request)
        titles = {mark: ask.t(mark) for mark in ("suspect", "failed", "decided")}
        dress = Dress(shown.version.n, ask.lang if ask.explicit else None, told.id if told else None, titles)
        failed = [c for c in parsed["checks"] if not c["passed"]] if parsed else []
        return site.page(
            request,
            "report.html",
            tables=views(parsed, shown.decided, dress) if parsed else [],
            failed=failed,
            findings=beside_checks(parsed) if parsed else [],
            labels=value_labels(),
            **facts,
        )

    @router.get("/reports/{report_id}/diff", response_class=HTMLResponse)
    def diff(
        request: Request,
        report_id: str,
        a: Annotated[int | None, Query(ge=1)] = None,
        b: Annotated[int | None, Query(ge=1)] = None,
    ) -> HTMLResponse:
        new = library.report(report_id, b)
        in_time = sorted(new.chain, key=lambda one: (one.captured_at, one.n))
        if a is None:
            earlier = [one.n for one in in_time if (one.captured_at, one.n) < (new.version.captured_at, new.version.n)]
            if not earlier:
                raise BadQuery("there is no earlier version to compare with")
            a = earlier[-1]
        old = library.report(report_id, a)
        return site.page(
            request, "diff.html", old=old, new=new, cells=[_change(c) for c in library.changes(old, new)],
            texts=text_changes(old.parsed, new.parsed),
        )  # fmt: skip

    @router.get("/reports/{report_id}/report.json")
    def as_json(report_id: str, v: Version = None) -> Response:
        shown = library.report(report_id, v)
        content = json.dumps(library.public_json(shown), ensure_ascii=False).encode()
        return Response(content, media_type="application/json", headers=_saved(f"{report_id}-v{shown.version.n}.json"))

    @router.get("/reports/{report_id}/values.csv")
    def as_csv(report_id: str, v: Version = None) -> Response:
        shown = library.report(report_id, v)
        return Response(
            values_csv(library.public_json(shown)), media_type="text/csv; charset=utf-8",
            headers=_saved(f"{report_id}-v{shown.version.n}.csv"),
        )  # fmt: skip

    @router.get("/reports/{report_id}/versions/{n}/parts/{place}")
    def part_of(report_id: str, n: int, place: int) -> Response:
        version, place, payload = library.part(report_id, n, place)
        ref = version.manifest.parts[place]
        headers = _saved(f"{report_id}-v{n}-{place}{_ending(ref.media_type, ref.url)}")
        # As received, content coding and all: whoever checks digests gets the bytes that were digested.
        headers |= {"content-security-policy": "default-src 'none'; sandbox", "x-payload-sha256": ref.sha256}
        if ref.coding:
            headers["x-payload-coding"] = ref.coding.encode("ascii", "replace").decode()
        return Response(payload, media_type="application/octet-stream", headers=headers)

    @router.post("/reports/{report_id}/errata")
    async def erratum(request: Request, report_id: str) -> Response:
        if not site.errata:
            raise Refused(403, "This archive takes no reports of errors")
        _same_site(request)
        wait = site.errata_rate.wait(request.client.host if request.client else "")
        if wait:
            raise Refused(429, "Too many reports of errors; try again later", wait)
        given = await form(request)
        return await run_in_threadpool(_report_erratum, site, request, report_id, given)

    return router


def _report_erratum(site: Site, request: Request, report_id: str, given: dict[str, str]) -> Response:
    try:
        n = int(given.get("v") or 0) or None
    except ValueError:
        n = None
    shown = site.library.report(report_id, n)
    cell = given.get("cell", "")
    if shown.parsed is None or cell not in shown.parsed["values"]:
        raise BadQuery(f"{report_id} has no value {cell[:100]!r}")
    should_be = given.get("should_be", "").strip()[:200]
    if not should_be:
        raise BadQuery(site.asking(request).t("erratum_no"))
    why, contact = given.get("why", "").strip()[:2000], given.get("contact", "").strip()[:200]
    site.library.add_erratum(shown, cell, should_be, why, contact, datetime.now(UTC))
    back = site.asking(request).link(f"/reports/{report_id}", v=n, cell=cell, sent="true") + "#cell"
    return RedirectResponse(back, 303)


async def form(request: Request) -> dict[str, str]:
    """The fields of a form (application/x-www-form-urlencoded), each once; Refused for anything larger or else."""
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) > MOST_FORM:
            raise Refused(413, "The form is too large")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Refused(400, "Send the form as a page would")
    fields = parse_qs(held.decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[0].replace("\x00", "") for name, values in fields.items()}


def _same_site(request: Request) -> None:
    """Refused for a form that another site's page sends in a reader's name."""
    origin, host = request.headers.get("origin"), request.headers.get("host", "")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none") or (
        origin is not None and origin.partition("://")[2] != host
    ):
        raise Refused(403, "The form was sent from another site")


def _original(site: Site, request: Request, shown: Shown, cell: str | None) -> dict[str, Any]:
    """The parts with their addresses, and of the frame: where it begins and, for a value, the place in it.

    `leads_back`: is there a part in which links of ours lead to the form? Pages of HTML have none.
    """
    base, ask = site.originals_origin(request), site.asking(request)
    manifest = shown.version.manifest.parts
    places = places_in((shown.parsed or {}).get("cells", {}))
    first = places.get(cell) if cell else None
    place = first or first_of(places.values()) or Place("", None, None)
    begins = part_of(manifest, place.within)
    if cell and "html" in (manifest[begins].media_type or ""):
        begins = site.library.page_of(shown, begins, cell)
    parts: list[dict[str, Any]] = []
    for at, ref in enumerate(manifest):
        path = f"/{shown.row.report_id}/{shown.version.n}/{at}"
        there = place if at == begins else Place("", None, None)
        asked = {
            "in": there.within,
            "page": there.page,
            "lang": ask.lang if ask.explicit else None,
            "pass": site.login.pass_for(path) if site.login else None,
        }
        query = urlencode({key: value for key, value in asked.items() if value})
        parts.append({"ref": ref, "place": at, "address": f"{base}{path}{'?' if query else ''}{query}"})
    frame = str(parts[begins]["address"]) + (f"#c-{cell}" if cell else "")
    html = place.page is None and all("html" in (ref.media_type or "") for ref in manifest)
    return {"parts": parts, "frame": frame, "begins": begins, "origin": base, "leads_back": not html}


def _history(site: Site, shown: Shown, cell: str) -> list[tuple[int, str, str, bool]]:
    """(year, report id, what stands there, suspect) of the same value in the agency's other years."""
    year = shown.row.report_year
    found = site.library.figures(shown.row.agency_id, range(year - MOST_HISTORY, year + MOST_HISTORY))
    told = []
    for other, figures in found.items():
        if cell not in figures["values"]:
            continue
        value = figures["values"][cell]
        state, raw = figures["states"].get(cell, ("", ""))
        printed = number(value) if value is not None else SHOWN_STATE.get(state, raw[:24] or "?")
        told.append((other, figures["report_id"], printed, cell in figures["suspect"]))
    return told


def _change(change: CellChange) -> dict[str, str]:
    def side(value: float | int | None, printed: Any) -> str:
        if value is not None:
            return number(value)
        return SHOWN_STATE.get(printed.state) or printed.raw.strip() or "?" if printed else "·"

    return {
        "id": change.id,
        "label": change.label,
        "before": side(change.before, change.before_printed),
        "after": side(change.after, change.after_printed),
    }


def text_changes(old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Sentences of the sections that differ, cut into (words, differs) pieces."""
    sides = [sentences(_lines(one)) for one in (old, new)]
    told = []
    for change in changed_sentences(*sides):
        before, after = "".join(change.before), "".join(change.after)
        spans = changed_spans(before, after) if before and after else ([], [])
        told.append(
            {
                "before": _pieces(before, spans[0]),
                "after": _pieces(after, spans[1]),
                "preceding": (change.preceding or "")[-80:],
                "following": (change.following or "")[:80],
            }
        )
    return told


def _lines(parsed: dict[str, Any] | None) -> list[str]:
    sections = (parsed or {}).get("sections") or {}
    return [line for section in sections.values() for line in str(section.get("text") or "").splitlines()]


def _pieces(text: str, spans: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    pieces, at = [], 0
    for begin, end in spans:
        pieces += [(text[at:begin], False), (text[begin:end], True)]
        at = end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]


def values_csv(report: dict[str, Any]) -> bytes:
    """One line for each value, with its label, what is printed, its state and whether it is in doubt."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["report_id", "report_year", "id", "label", "value", "printed", "state", "unit", "suspect", "where"]
    )
    suspect, labels = set(report["suspect"]), value_labels()
    for name, value in report["values"].items():
        cell = report["cells"].get(name) or {}
        writer.writerow(
            [
                report["report_id"], report["report_year"], name, csv_text(labels.get(name, "")),
                value if value is not None else "",
                csv_text(str(cell.get("raw") or "")), cell.get("state", ""), cell.get("unit") or "",
                "1" if name in suspect else "0", cell.get("where", ""),
            ]
        )  # fmt: skip
    return out.getvalue().encode()


def csv_text(text: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and len(text) > 1 else text


def _saved(name: str) -> dict[str, str]:
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return {"content-disposition": f'attachment; filename="{safe}"'}


def _ending(media_type: str | None, url: str) -> str:
    known = {"text/html": ".html", "application/pdf": ".pdf", "text/plain": ".txt"}
    if found := known.get((media_type or "").partition(";")[0].strip().lower()):
        return found
    tail = url.partition("?")[0].rpartition(".")[2]
    return f".{tail}" if tail.isascii() and tail.isalnum() and len(tail) <= 5 else ".bin"


def captured_day(version: VersionRecord) -> str:
    return f"{version.captured_at:%Y-%m-%d}"

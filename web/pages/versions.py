"""Two versions of a report beside one another: figures and sentences that differ."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from model.compare import CellChange
from model.errors import BadQuery
from model.forms_printed import in_reading_order
from model.sentences import changed_sentences, changed_spans, sentences
from web.pages.form_view import SHOWN_STATE, number
from web.site import Site


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    library = site.library

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

    return router


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
    sections = in_reading_order((parsed or {}).get("sections") or {})
    return [line for section in sections.values() for line in str(section.get("text") or "").splitlines()]


def _pieces(text: str, spans: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    pieces, at = [], 0
    for begin, end in spans:
        pieces += [(text[at:begin], False), (text[begin:end], True)]
        at = end
    return [piece for piece in [*pieces, (text[at:], False)] if piece[0]]

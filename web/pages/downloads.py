"""What can be downloaded of a report: its JSON, its values, its documents as received."""

import json

from fastapi import APIRouter
from starlette.responses import Response

from web.csv_files import values_csv
from web.sent import Version
from web.site import Site


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    library = site.library

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

    return router


def _saved(name: str) -> dict[str, str]:
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return {"content-disposition": f'attachment; filename="{safe}"'}


def _ending(media_type: str | None, url: str) -> str:
    known = {"text/html": ".html", "application/pdf": ".pdf", "text/plain": ".txt"}
    if found := known.get((media_type or "").partition(";")[0].strip().lower()):
        return found
    tail = url.partition("?")[0].rpartition(".")[2]
    return f".{tail}" if tail.isascii() and tail.isalnum() and len(tail) <= 5 else ".bin"

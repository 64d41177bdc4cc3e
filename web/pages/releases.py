"""Releases and originals as files, for `gongkai pull` and for people: the keys of the archive are the addresses."""

import re

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from model.errors import Restricted
from storage.raw import raw_key
from storage.releases.descriptors import MEDIA
from storage.releases.sources import RELEASES, StoreSource
from web.refusals import Refused
from web.site import Site

RANGE = re.compile(r"bytes=(\d+)-(\d*)")
KEPT = {"cache-control": "public, max-age=31536000, immutable", "accept-ranges": "bytes"}


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    store = site.library.archive.store

    @router.get("/releases", response_class=HTMLResponse)
    def listed(request: Request) -> HTMLResponse:
        return site.page(request, "releases.html", releases=list(reversed(StoreSource(store).releases())))

    @router.get("/releases/index.json")
    def index() -> Response:
        return JSONResponse({"releases": StoreSource(store).releases()})

    @router.get("/releases/{version}/{path:path}")
    def file(request: Request, version: str, path: str) -> Response:
        if version not in StoreSource(store).releases():
            raise Refused(404, f"There is no release {version}")
        segments = [version, *path.split("/")]
        if any(not segment or segment.startswith(".") for segment in segments):
            raise Refused(404, "A release has no such file")
        ending = f".{path.rpartition('.')[2]}"
        return _part(request, store.read(RELEASES + "/".join(segments)), MEDIA.get(ending, "application/octet-stream"))

    @router.get("/raw/{a}/{b}/{sha256}")
    def raw(request: Request, a: str, b: str, sha256: str) -> Response:
        if not re.fullmatch("[0-9a-f]{64}", sha256) or (a, b) != (sha256[:2], sha256[2:4]):
            raise Refused(404, "The archive does not hold this")
        if sha256 in site.library.withheld().payloads:
            raise Restricted("this document is restricted (451)")
        return _part(request, store.read(raw_key(sha256)), "application/gzip")

    return router


def _part(request: Request, content: bytes, media: str) -> Response:
    """The whole, or the rest from where an earlier try broke off. Never shown as a page of this site."""
    # Compressed again on its way, a range of it would be of other bytes.
    headers = KEPT | {"content-disposition": "attachment", "content-encoding": "identity"}
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None:
        return Response(content, media_type=media, headers=headers)
    first = int(asked[1])
    last = min(int(asked[2]) if asked[2] else len(content) - 1, len(content) - 1)
    if first > last:
        return Response(b"", 416, headers | {"content-range": f"bytes */{len(content)}"}, media)
    told = headers | {"content-range": f"bytes {first}-{last}/{len(content)}"}
    return Response(content[first : last + 1], 206, told, media)

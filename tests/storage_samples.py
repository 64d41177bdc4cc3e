"""Records that the storage tests keep: small, valid, and told apart by what a test gives them."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from model.canonical import sha256_hex
from model.capture import BodyRef, Capture, PortalVisit
from model.document import Location, Manifest, PartRef, VersionRecord
from model.vocabulary import FetchState, VersionReason

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def a_capture(
    name: str,
    body: bytes | None = None,
    *,
    store: Literal["raw", "warc"] = "raw",
    at: datetime = NOON,
    run: str = "run1",
) -> Capture:
    """A fetch of `https://a.gov.cn/<name>.html`, with its body's reference."""
    ref = BodyRef(sha256=sha256_hex(body), size=len(body), store=store) if body is not None else None
    return Capture(
        id=f"{run}-{name}",
        run=run,
        shard="shard1",
        portal="example",
        kind="list" if store == "warc" else "page",
        requested_url=f"https://a.gov.cn/{name}.html?p=1",
        url=f"https://a.gov.cn/{name}.html?p=1",
        request_headers=(("User-Agent", "gongkai (mailto:someone@example.org)"),),
        status=200,
        headers=(("Content-Type", "text/html"), ("Transfer-Encoding", "chunked"), ("X-Place", "津")),
        fetched_at=at,
        peer="127.0.0.1",
        state=FetchState.OK,
        body=ref,
        crawler="gongkai/0",
        portal_digest="0" * 64,
    )


def a_visit(*, run: str = "run1", at: datetime = NOON) -> PortalVisit:
    return PortalVisit(
        run=run,
        shard="shard1",
        portal="example",
        started_at=at,
        ended_at=at + timedelta(minutes=5),
        complete=True,
        stop_reason="end of list",
        requests={"a.gov.cn": 7},
    )


def a_version(
    report_id: str, n: int, page: bytes, *, text: str = "", figures: str = "f", attachment: bytes | None = None
) -> VersionRecord:
    """Version of a report whose one page is `page`; text digest of `text`, or of the page when no text is given."""
    parts = [PartRef(role="page", sha256=sha256_hex(page), size=len(page), url="https://a.gov.cn/r.html", capture="c1")]
    if attachment is not None:
        url = "https://a.gov.cn/a.pdf"
        parts.append(PartRef(role="attachment", sha256=sha256_hex(attachment), size=1, url=url, capture="c2"))
    return VersionRecord(
        report_id=report_id,
        n=n,
        reason=VersionReason.FIRST if n == 1 else VersionReason.FIGURES,
        agency_id="aaaaaaaaaaaaa",
        agency_name="天津市人力资源和社会保障局",
        report_year=2022,
        scope="own",
        title="天津市人力资源和社会保障局2022年政府信息公开工作年度报告",
        portal="example",
        url="https://a.gov.cn/r.html",
        run="run1",
        first_capture="c1",
        captured_at=NOON + timedelta(days=n),
        manifest=Manifest(parts=tuple(parts)),
        text_digest=sha256_hex(text.encode() or page),
        figures_digest=figures,
        parser_digest="p1",
    )


def a_location(name: str, at: datetime, **facts: object) -> Location:
    url = f"https://a.gov.cn/{name}.html"
    return Location.model_validate(
        {"url": url, "portal": "example", "state": "ok", "first_seen": NOON, "last_checked": at, **facts}
    )

"""Documents of parts: pages that go on, files behind them, shells with data; a missing part makes no shorter report."""

import json
from pathlib import Path

import pytest

from flows.outcome import PortalOutcome
from flows.part_names import part_name
from infra.simulator.reports import Office, make_report, render
from model.capture import Capture
from model.document import VersionRecord
from spiders.documents import named_parts
from spiders.page import Page
from spiders.shells import data_behind
from tests.collecting import archive_in, collect
from tests.crawling import portal
from tests.recording_site import Answer, RecordingSite, Reply, recording_site

TITLE = "青禾市财政局2024年政府信息公开工作年度报告"
LIST, LEAF = "/zwgk/zfxxgknb/", "202501/t20250122_6841200"
PAGE = f"{LIST}{LEAF}.html"
PDF = Reply(b"%PDF-1.4 of three pages", headers=(("Content-Type", "application/octet-stream"),))
XLS_NAME = "附件2 申请统计表.xls".encode("gb18030").decode("latin-1")
XLS = Reply(
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rows",
    headers=(
        ("Content-Type", "application/vnd.ms-excel"),
        ("Content-Disposition", f'attachment; filename="{XLS_NAME}"'),
    ),
)
CELL = "proactive.art20_5.licensing.decisions"


def pages_of(more: int = 0) -> list[str]:
    """The article of one report, cut behind its first and its second table; `more` is added to one of its figures."""
    report = make_report(7, Office(name="青禾市财政局", core_name="市财政局"), 2024, "form2021")
    report = report.with_values({CELL: (report.values[CELL] or 0) + more})
    body = render(report, "clean", frame=lambda fragment, _: fragment).content.decode("utf-8")
    first, second, rest = body.partition("</table>")[0], *body.partition("</table>")[2].split("</table>", 1)
    return [first + "</table>", second + "</table>", rest]


def article(part: str, at: int, total: int = 3, files: str = "") -> str:
    """One page of the article, as its product writes it: a script counts the pages."""
    return (
        f"<html><head><title>{TITLE}</title><meta name='ArticleTitle' content='{TITLE}'></head>"
        f"<body><h1>{TITLE}</h1><div class='TRS_Editor'>{part}{files}</div>"
        f"<script>createPageHTML({total}, {at}, '{LEAF.rpartition('/')[2]}', 'html');</script></body></html>"
    )


FILES = "<p>附件：<a href='./P1.pdf'>附件1：年报全文.pdf</a> <a href='./P2.xls'>附件2</a></p>"


def site_of(more: int = 0) -> dict[str, Answer]:
    first, second, third = pages_of(more)
    return {
        LIST: f"<html><ul><li><a href='./{LEAF}.html' title='{TITLE}'>青禾市…</a><span>2025-01-22</span>"
        "</li></ul><script>createPageHTML(1, 0, 'index', 'html');</script></html>",
        PAGE: article(first, 0),
        f"{LIST}{LEAF}_1.html": article(second, 1),
        f"{LIST}{LEAF}_2.html": article(third, 2, files=FILES),
        f"{LIST}202501/P1.pdf": PDF,
        f"{LIST}202501/P2.xls": XLS,
    }


def run(site: RecordingSite, folder: Path, recheck: str = "due", **settings: object) -> PortalOutcome:
    return collect(folder, portal(site.host, LIST, **settings), recheck=recheck)["qinghe"]  # type: ignore[arg-type]


def versions(folder: Path) -> list[VersionRecord]:
    archive = archive_in(folder)
    return [version for report in archive.report_ids() for version in archive.versions(report)]


def test_three_pages_and_two_attachments_over_three_runs(tmp_path: Path) -> None:
    with recording_site(site_of()) as site:
        first = run(site, tmp_path)
        asked = site.paths()
        # A figure is changed, and on that day one of the attachments does not come.
        site.pages = site_of(more=17) | {f"{LIST}202501/P2.xls": Reply(hang_up=True)}
        second = run(site, tmp_path, recheck="all")
        chain_then = versions(tmp_path)
        site.pages = site_of(more=17)
        third = run(site, tmp_path)

    assert first.problems == ()
    assert asked == [LIST, PAGE, f"{LIST}{LEAF}_1.html", f"{LIST}{LEAF}_2.html",
                     f"{LIST}202501/P1.pdf", f"{LIST}202501/P2.xls"]  # fmt: skip
    (whole,) = chain_then
    assert [(p.role, p.media_type, p.name) for p in whole.manifest.parts] == [
        ("page", "text/html", None),
        ("continuation", "text/html", None),
        ("continuation", "text/html", None),
        ("attachment", "application/pdf", "年报全文.pdf"),
        ("attachment", "application/msword", "附件2 申请统计表.xls"),
    ]
    # All three pages were read as one: each table stands on another.
    assert [(d.what, d.verdict) for d in first.documents] == [("new", "verified")]

    # No version without the attachment, though the figure has changed; told, with the part that is missing.
    assert [(d.what, d.state) for d in second.documents] == [("unclear", "incomplete")]
    assert second.events == ()
    missing = site.url(f"{LIST}202501/P2.xls")
    assert any(f"incomplete (the part {missing} is unreachable" in problem for problem in second.problems)

    # It is asked again although it is not due, and now the version is whole.
    assert [(d.what, d.state, d.verdict) for d in third.documents] == [("changed", "ok", "verified")]
    assert [(e.kind.value, [c["id"] for c in e.details["cells"]]) for e in third.events] == [("revised", [CELL])]  # type: ignore[union-attr, index, call-overload]
    assert third.problems == ()
    assert [(v.n, v.reason.value, len(v.manifest.parts)) for v in versions(tmp_path)] == [
        (1, "first", 5),
        (2, "figures", 5),
    ]


@pytest.mark.parametrize("lost", [f"{LEAF}_2.html", "202501/P1.pdf"])
def test_a_lost_part_makes_no_first_version_either(lost: str, tmp_path: Path) -> None:
    pages = site_of()
    del pages[LIST + lost]
    with recording_site(pages) as site:
        first = run(site, tmp_path)
        assert versions(tmp_path) == []
        site.pages = site_of()
        second = run(site, tmp_path)
    assert [(d.what, d.state) for d in first.documents] == [("unclear", "incomplete")]
    assert f"the part {site.url(LIST + lost)} is gone (status 404)" in " ".join(first.problems)
    assert archive_in(tmp_path).baseline("qinghe") is not None
    assert [(d.what, d.verdict) for d in second.documents] == [("new", "verified")]
    assert [len(v.manifest.parts) for v in versions(tmp_path)] == [5]


def test_a_report_that_word_saved_as_a_page_is_a_file_and_an_error_is_none(tmp_path: Path) -> None:
    cover = f"<html><title>{TITLE}</title><div class='TRS_Editor'><p>见附件。</p><a href='./P1.doc'>年报.doc</a></div>"
    saved = f"<html xmlns:w='urn:schemas-microsoft-com:office:word'><title>{TITLE}</title>{''.join(pages_of())}</html>"
    word = (("Content-Type", "application/msword"),)
    answers: dict[str, Answer] = {
        LIST: site_of()[LIST], PAGE: cover,
        f"{LIST}202501/P1.doc": Reply(b"<html><title>404</title><body>not found</body></html>", headers=word),
    }  # fmt: skip
    with recording_site(answers) as site:
        first = run(site, tmp_path)
        assert versions(tmp_path) == []
        site.pages[f"{LIST}202501/P1.doc"] = Reply(saved.encode(), headers=word)
        second = run(site, tmp_path)
    assert [(d.what, d.state) for d in first.documents] == [("unclear", "incomplete")]
    assert [(d.what, d.verdict) for d in second.documents] == [("new", "verified")]
    (version,) = versions(tmp_path)
    assert [(p.role, p.media_type, p.name) for p in version.manifest.parts] == [
        ("page", "text/html", None), ("attachment", "text/html", "年报.doc"),
    ]  # fmt: skip


def test_parts_for_which_the_day_has_no_request_left_are_missing(tmp_path: Path) -> None:
    with recording_site(site_of()) as site:
        # robots.txt, the list, the page, one continuation
        outcome = run(site, tmp_path, politeness={"daily_requests": 4})
    assert len(site.asked) == 4
    assert versions(tmp_path) == []
    assert f"the part {site.url(f'{LIST}{LEAF}_2.html')} was not asked for" in " ".join(outcome.problems)


def test_an_unchanged_page_stands_for_itself_and_its_files_are_asked(tmp_path: Path) -> None:
    def conditional(reply: Reply | str) -> Answer:
        whole = reply if isinstance(reply, Reply) else Reply(reply.encode())
        tagged = Reply(whole.body, headers=(*whole.headers, ("ETag", '"v1"')))
        return lambda asked: Reply(status=304) if asked.headers.get("if-none-match") == '"v1"' else tagged

    pages = site_of()
    with recording_site(pages) as site:
        for path in pages:
            if path != LIST:
                answer = pages[path]
                assert not callable(answer)
                site.pages[path] = conditional(answer)
        run(site, tmp_path)
        # Behind an unchanged page one file is another.
        site.pages[f"{LIST}202501/P1.pdf"] = Reply(b"%PDF-1.4 corrected")
        outcome = run(site, tmp_path, recheck="all")
    assert outcome.not_modified == 4
    assert [(v.reason.value, len(v.manifest.parts)) for v in versions(tmp_path)] == [("first", 5), ("parts", 5)]


# --- shells


def shell(script: str, url: str = "http://www.qinghe.example/gk/2025/8812345.html") -> Page:
    return Page(url, f"<html><title>年报</title><body><div id='zoom'></div><script>{script}</script></body></html>")


def test_data_behind_a_shell() -> None:
    page = shell("load('/api/article/8812345.json', '/api/article/9999999.json', '/static/8812345.js')")
    assert data_behind(page) == ["http://www.qinghe.example/api/article/8812345.json"]
    assert [(p.kind, p.link.url) for p in named_parts(page)] == [
        ("data", "http://www.qinghe.example/api/article/8812345.json")
    ]


def test_a_page_with_its_text_needs_no_data() -> None:
    text = "一、总体情况。本机关依法公开政府信息。" * 20
    page = Page("http://x.example/8812345.html", f"<div id=zoom>{text}</div><script>f('/api/8812345.json')</script>")
    assert named_parts(page) == []


def test_a_shell_with_its_data_is_one_document(tmp_path: Path) -> None:
    whole = "".join(pages_of())
    answers: dict[str, Answer] = {
        LIST: f"<html><ul><li><a href='/gk/2025/8812345.html'>{TITLE}</a><b>2025-01-22</b></li></ul></html>",
        "/gk/2025/8812345.html": shell("show('/api/article/8812345.json')").text,
        "/api/article/8812345.json": Reply(
            json.dumps({"code": 200, "data": {"title": TITLE, "content": whole}}).encode(),
            headers=(("Content-Type", "application/json"),),
        ),
    }
    with recording_site(answers) as site:
        outcome = run(site, tmp_path)
        refusal = json.dumps({"success": False, "message": "busy"}).encode()
        site.pages["/api/article/8812345.json"] = Reply(refusal, headers=(("Content-Type", "application/json"),))
        later = run(site, tmp_path, recheck="all")
    assert [(d.what, d.verdict) for d in outcome.documents] == [("new", "verified")]
    (version,) = versions(tmp_path)
    assert [(p.role, p.media_type) for p in version.manifest.parts] == [
        ("page", "text/html"),
        ("data", "application/json"),
    ]
    assert [(d.what, d.state) for d in later.documents] == [("unclear", "incomplete")]


# --- names


def capture(url: str, disposition: str | None = None, name: str | None = None, kind: str = "attachment") -> Capture:
    headers = (("Content-Disposition", disposition),) if disposition else ()
    return Capture.model_validate(
        {"id": "c", "run": "r", "shard": "s", "portal": "p", "kind": kind, "requested_url": url, "url": url}
        | {"fetched_at": "2026-01-01T00:00:00Z", "state": "ok", "crawler": "x", "portal_digest": "0"}
        | {"headers": headers, "name": name}
    )


def latin(name: str, encoding: str) -> str:
    """Bytes of a header, as they are kept."""
    return name.encode(encoding).decode("latin-1")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (capture("http://x/P0.pdf"), "P0.pdf"),
        (capture("http://x/P0.pdf", name="附件：2024年年报.pdf"), "2024年年报.pdf"),
        (capture("http://x/P0.pdf", name="附件1"), "P0.pdf"),
        (capture("http://x/P0.pdf", name="点击下载"), "P0.pdf"),
        (capture("http://x/d?id=1", "attachment; filename*=UTF-8''%E5%B9%B4%E6%8A%A5.pdf"), "年报.pdf"),
        (capture("http://x/d?id=1", f'attachment; filename="{latin("年报.doc", "gb18030")}"'), "年报.doc"),
        (capture("http://x/d?id=1", f"attachment;filename={latin('年报.doc', 'utf-8')}"), "年报.doc"),
        (capture("http://x/d?id=1", 'attachment; filename="%E5%B9%B4%E6%8A%A5.pdf"'), "年报.pdf"),
        (capture("http://x/d?id=1", 'attachment; filename="C:\\\\up\\\\a.pdf"'), "a.pdf"),
        (capture("http://x/d?id=1", "attachment; filename*=GBK''%C4%EA%B1%A8.pdf"), "年报.pdf"),
        (capture("http://x/d?id=1", "attachment; filename*=utf-9''%E5%B9%B4.pdf"), "年.pdf"),
        (capture("http://x/d?id=1", "attachment; filename=a.pdf; filename*=UTF-8''%E5%B9%B4.pdf"), "年.pdf"),
        (capture("http://x/d?id=1", f'attachment; filename="{latin("增长5%的说明.pdf", "gbk")}"'), "增长5%的说明.pdf"),
        (capture("http://x/d?id=1", f'attachment; filename="{latin("../../誠/年報.pdf", "gbk")}"'), "年報.pdf"),
        (capture("http://x/d?id=1", "attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd"), "passwd"),
        (capture("http://x/d?id=1", 'attachment; filename="/etc/cron.d/a"'), "a"),
        (capture("http://x/P0.pdf", 'attachment; filename=".."'), "P0.pdf"),
        (capture("http://x/P0.pdf", 'attachment; filename=""'), "P0.pdf"),
        (capture("http://x/d?id=1", 'attachment; filename="a;b.pdf"; size=1'), "a;b.pdf"),
        (capture("http://x/d?id=1", "attachment; filename==?utf-8?B?5bm05oqlLnBkZg==?="), "年报.pdf"),
        (capture("http://x/d?id=1", "attachment; filename==?nothing?B?5bm0?="), "=?nothing?B?5bm0?="),
        (capture("http://x/d?id=1", "attachment; filename==?utf-8?B?5bm0x?="), "=?utf-8?B?5bm0x?="),
        (capture("http://x/d?id=1", "attachment; filename*=punycode''%FF%80.pdf"), "��.pdf"),
        (capture("http://x/d?id=1", 'attachment; filename="a%00%0d%0ab.pdf"'), "ab.pdf"),
        (capture("http://x/module/download/downfile.jsp?classid=0&filename=ab12.pdf&showname=%E5%B9%B4.pdf"), "年.pdf"),
        (capture("http://x/download?id=1"), None),
        (capture("http://x/t1.html", kind="page"), None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_names_of_files(given: Capture, name: str | None) -> None:
    assert part_name(given) == name

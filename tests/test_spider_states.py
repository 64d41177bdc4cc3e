"""States: what an answer is, told from what it says and not from its status alone."""

import gzip
import zlib
from datetime import UTC, datetime

import pytest

from infra.simulator.challenges import challenge
from model.capture import Row
from model.portal import Politeness
from model.vocabulary import FetchState, Protection
from spiders.article import attachments, page_verdict
from spiders.captures import Exchange, media_type_of
from spiders.decode import Undecodable, decode, unpack
from spiders.documents import due_documents
from spiders.judge import Answer, Verdict, judge, leads_home
from spiders.pace import HostPace, strictest
from spiders.page import Page
from spiders.protections import recognise
from spiders.robots import read_robots
from tests.crawling import known

URL = "http://www.qinghe.example/zfxxgknb/202501/t20250122_1.html"
TEXT = "一、总体情况。本机关依法公开政府信息。" * 20


def answer(body: str = "", status: int | None = 200, **more: object) -> Answer:
    page = Page(URL, body) if body else None
    headers = more.pop("headers", ())
    return Answer(URL, URL, status, headers, page, size=len(body), **more)  # type: ignore[arg-type]


def state(given: Answer) -> str:
    return judge(given, page_verdict).state.value


ARTICLE = f"<html><title>年报</title><body><div id='zoom'>{TEXT}</div></body></html>"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (answer(ARTICLE), "ok"),
        (answer("<html><body><div id='zoom'></div></body></html>"), "ok_empty"),
        (answer("<html><body><div id='zoom'>见附件<a href='P1.pdf'>年报</a></div></body></html>"), "ok"),
        (answer(""), "ok_empty"),
        (answer(status=304), "not_modified"),
        (answer("<p>404</p>", 404), "gone"),
        (answer("<p>gone</p>", 410), "gone"),
        (answer("<html><title>404</title><body>x</body></html>"), "soft_404"),
        (answer("<html><body>您访问的页面不存在或已删除</body></html>"), "soft_404"),
        (answer("<html><body>该信息已被删除</body></html>"), "soft_404"),
        (answer(ARTICLE.replace("本机关", "文件到期后该信息已删除。本机关", 1).replace(TEXT[-5:], TEXT * 4)), "ok"),
        (answer(ARTICLE, to_home=True), "soft_404"),
        (answer(ARTICLE, shared_shell=True), "soft_404"),
        (answer("<p>slow down</p>", 429), "throttled"),
        (answer("<p>busy</p>", 503, headers=(("Retry-After", "9"),)), "throttled"),
        (answer("<p>系统维护中，请稍后</p>", 503), "maintenance"),
        (answer("<html><title>系统升级维护</title><body>公告</body></html>"), "maintenance"),
        (answer("<p>bad</p>", 400, answered_before=True), "throttled"),
        (answer("<p>bad</p>", 400), "unreachable"),
        (answer("<html><body>访问过于频繁，请稍后再试</body></html>"), "throttled"),
        (answer("<p>no</p>", 401), "login"),
        (answer("<html><title>统一登录</title><body><input type=password></body></html>"), "login"),
        (answer("<p>no</p>", 403), "unreachable"),
        (answer("<p>error</p>", 500), "unreachable"),
        (answer(status=None, failure="connection refused"), "unreachable"),
        (answer(status=None, failure="certificate", tls=True), "tls_error"),
        (answer(status=None, failure="larger", too_large=True), "too_large"),
        (answer(ARTICLE, lost=True), "incomplete"),
        (answer(ARTICLE, off_site="http://shop.example/"), "off_site"),
        (answer(status=None, failure="its name leads to 10.0.0.1", private=True), "off_site"),
        (answer(ARTICLE, moved_to="http://www.qinghe.example/new/1.html"), "moved"),
        (answer("<html><div id='zoom'></div></html>", moved_to="http://www.qinghe.example/new/"), "ok_empty"),
        (answer(ARTICLE, shows_home=True), "soft_404"),
        (answer(ARTICLE, shows_home=True, answered_before=True), "throttled"),
        (answer("", 302, lost_way="redirects more than 5 times"), "unreachable"),
    ],
)
def test_states(given: Answer, expected: str) -> None:
    assert state(given) == expected


BLOCKED = [("ruishu", "ruishu"), ("jiasule", "jiasule"), ("aliyun", "aliyun"), ("aliyun_script", "aliyun")]
BLOCKED += [("slider", "slider")]


@pytest.mark.parametrize(("product", "protection"), BLOCKED)
def test_protection_pages(product: str, protection: str) -> None:
    shown = challenge(product)  # type: ignore[arg-type]
    page = Page(URL, shown.body.decode())
    verdict = judge(Answer(URL, URL, shown.status, tuple(shown.headers.items()), page, size=9), page_verdict)
    assert (verdict.state, verdict.protection) == (FetchState.BLOCKED, Protection(protection))
    assert len(verdict.signals) >= 3  # the product and two signals


@pytest.mark.parametrize("product", ["plain_412", "plain_202", "plain_405", "plain_403"])
def test_innocent_answers_with_the_same_status(product: str) -> None:
    shown = challenge(product)  # type: ignore[arg-type]
    page = Page(URL, shown.body.decode())
    assert recognise(shown.status, tuple(shown.headers.items()), page.text, lambda: page.visible_text) is None


def test_a_cookie_of_a_protection_is_daily_life() -> None:
    headers = (("Set-Cookie", "acw_tc=1; path=/"), ("Set-Cookie", "__jsluid_s=1; path=/"))
    assert state(answer(ARTICLE, headers=headers)) == "ok"


def test_an_article_may_speak_of_protections() -> None:
    told = ARTICLE.replace("本机关", "本机关网站启用云盾与滑动验证，", 1)
    assert state(answer(told)) == "ok"


@pytest.mark.parametrize(
    ("asked", "target", "home"),
    [
        ("http://a.example/x/y.html", "http://a.example/", True),
        ("http://a.example/x/y.html", "http://a.example/index.html", True),
        ("http://a.example/", "https://a.example/", False),
        ("http://a.example/x/y.html", "https://a.example/x/y.html", False),
    ],
)
def test_leads_home(asked: str, target: str, home: bool) -> None:
    assert leads_home(asked, target) is home


# --- text and payload


@pytest.mark.parametrize(
    ("payload", "declared", "encoding"),
    [
        ("年报".encode(), "text/html; charset=gb2312", "utf-8"),
        ("年报".encode("gb18030"), "text/html; charset=utf-8", "gb18030"),
        ("<meta charset=gbk>㐀年报".encode("gb18030"), None, "gb18030"),
        (b"\xef\xbb\xbf" + "年报".encode(), None, "utf-8"),
        ("年报".encode("gb18030"), "text/html; charset=nonsense", "gb18030"),
    ],
)
def test_decoding(payload: bytes, declared: str | None, encoding: str) -> None:
    text = decode(payload, declared)
    assert text.text.endswith("年报")
    assert (text.encoding, text.suspect) == (encoding, False)


def test_one_bad_byte_keeps_the_rest() -> None:
    text = decode("政府信息公开".encode() + b"\xff" + "年报".encode(), None)
    assert text.text == "政府信息公开\ufffd年报"
    assert text.suspect is True


def test_unpacking() -> None:
    plain = "年报".encode() * 100
    assert unpack(gzip.compress(plain), "gzip", 10_000) == plain
    assert unpack(zlib.compress(plain), "deflate", 10_000) == plain
    assert unpack(zlib.compress(plain)[2:-4], "deflate", 10_000) == plain
    assert unpack(plain, None, 10) == plain


def test_unpacking_is_bounded() -> None:
    with pytest.raises(Undecodable, match="more than 1000 bytes") as bomb:
        unpack(gzip.compress(b"0" * 10_000_000), "gzip", 1000)
    assert bomb.value.too_large is True
    with pytest.raises(Undecodable, match="ends early"):
        unpack(gzip.compress(b"0123456789" * 100)[:-12], "gzip", 10_000)
    with pytest.raises(Undecodable, match="'br', which was not asked for"):
        unpack(b"x", "br", 10)


def test_media_type_by_first_bytes() -> None:
    def kind(payload: bytes, declared: str) -> str | None:
        return media_type_of(Exchange(URL, 200, (("Content-Type", declared),)), payload)

    assert kind(b"%PDF-1.7", "application/octet-stream") == "application/pdf"
    assert kind(b"<!DOCTYPE html><html>", "application/pdf") == "text/html"
    assert kind(b"PK\x03\x04..word/document.xml", "application/zip").endswith("wordprocessingml.document")  # type: ignore[union-attr]
    assert kind(b"PK\x03\x04..OFD.xml", "application/zip") == "application/ofd"
    assert kind(b"{}", "application/json; charset=utf-8") == "application/json"


# --- robots


@pytest.mark.parametrize(
    ("status", "body", "media_type", "allowed", "reason"),
    [
        (404, b"", None, True, "absent"),
        (410, b"", None, True, "absent"),
        (200, b"User-agent: *\nDisallow: /\n", "text/plain", False, "disallow"),
        (200, b"User-agent: *\nDisallow: /admin/\n", "text/plain", True, "allow"),
        (200, b"User-agent: gongkai\nDisallow: /zfxxgknb/\n\nUser-agent: *\nAllow: /", "text/plain", False, "disallow"),
        (200, b"<html>not found</html>", "text/html", True, "html"),
        (401, b"", None, False, "unavailable"),
        (403, b"", None, False, "unavailable"),
        (500, b"", None, False, "unavailable"),
        (None, b"", None, False, "unavailable"),
    ],
)
def test_robots(status: int | None, body: bytes, media_type: str | None, allowed: bool, reason: str) -> None:
    decision = read_robots(status, body, media_type).decide(URL, "gongkai")
    assert (decision.allowed, decision.reason) == (allowed, reason)


def test_robots_crawl_delay() -> None:
    assert read_robots(200, b"User-agent: *\nCrawl-delay: 7\n", "text/plain").crawl_delay("gongkai") == 7


# --- pace


def test_refusals_of_a_host() -> None:
    def at(hour: int) -> datetime:
        return datetime(2026, 1, 5, (hour - 8) % 24, tzinfo=UTC)

    window = Politeness.model_validate({"window": ["08:00", "22:00"]})
    night = Politeness.model_validate({"window": ["22:00", "06:00"]})

    def pace(*settings: Politeness) -> HostPace:
        return HostPace("a", settings[0], windows=tuple(s.window for s in settings if s.window))

    assert pace(window).refusal(lambda: at(9)) is None
    assert "from 08:00 to 22:00" in str(pace(window).refusal(lambda: at(23)))
    assert pace(night).refusal(lambda: at(23)) is None
    assert pace(night).refusal(lambda: at(12)) is not None
    # Two windows: both have to be open.
    assert [hour for hour in range(24) if pace(window, night).refusal(lambda hour=hour: at(hour)) is None] == []
    late = Politeness.model_validate({"window": ["20:00", "23:00"]})
    assert [hour for hour in range(24) if pace(window, late).refusal(lambda hour=hour: at(hour)) is None] == [20, 21]
    full = HostPace("a", Politeness(daily_requests=10), used_today=10)
    assert "has had its 10 requests of the day" in str(full.refusal(lambda: at(9)))
    cooling = HostPace("a", Politeness(), away_until=datetime(2026, 1, 6, tzinfo=UTC))
    assert "left alone until 2026-01-06" in str(cooling.refusal(lambda: at(9)))


def test_pace_adapts() -> None:
    pace = HostPace("a", Politeness(delay=4))
    assert pace.delay == 4
    pace.answered(20.0)
    assert pace.delay == 20
    pace.answered(2.0)
    assert pace.delay == 11
    pace.answered(0.9)
    assert pace.delay == 5.5
    pace = HostPace("a", Politeness(delay=4))
    pace.complained(None)
    assert (pace.delay, pace.closed) == (8, None)
    pace.complained(None)
    pace.complained(None)
    assert pace.closed is not None
    far = HostPace("a", Politeness(delay=4))
    far.complained(3600)
    assert "come back in 3600 seconds" in str(far.closed)


def test_two_portals_on_one_host_agree_on_the_gentler() -> None:
    agreed = strictest(Politeness(delay=2, daily_requests=100), Politeness(delay=5, jitter=0.1))
    assert (agreed.delay, agreed.daily_requests, agreed.jitter) == (5, 100, 0.1)


# --- what is fetched


def test_due_documents() -> None:
    def row(name: str, kind: str = "report", host: str = "a.example") -> Row:
        return Row(url=f"http://{host}/{name}", title=name, kind=kind)

    rows = {r.url: r for r in (row("new"), row("due"), row("quiet"), row("news", "not_report"), row("far", host="b"))}
    held = tuple(known(f"http://a.example/{n}", due=n == "due") for n in ("due", "quiet", "missing"))
    hosts = frozenset({"a.example"})
    whole = due_documents(rows, held, hosts, whole=True)
    assert [(d.url.rpartition("/")[2], d.row is not None, d.known is not None) for d in whole] == [
        ("new", True, False),
        ("due", True, True),
        ("missing", False, True),
    ]
    assert [d.url[-3:] for d in due_documents(rows, held, hosts, whole=False)] == ["new", "due"]


def test_attachments_of_the_article_only() -> None:
    links = "".join(f"<a href='P{n}.pdf'>附件{n}</a>" for n in range(10))
    page = Page(
        URL,
        f"<div id='zoom'>{TEXT}{links}<a href='t2.html'>x</a></div><div class='side'><a href='/x.doc'>表格</a></div>",
    )
    found = attachments(page)
    assert [(f.url.rpartition("/")[2], f.title) for f in found] == [(f"P{n}.pdf", f"附件{n}") for n in range(10)]


def test_attachment_beside_a_cover() -> None:
    page = Page(
        URL,
        "<div class='box'><div id='zoom'>"
        + "报告见附件，请下载后阅读。" * 2
        + "</div><a href='/x.docx'>年报</a></div>",
    )
    assert attachments(page) == (("http://www.qinghe.example/x.docx", "年报"),)


def test_verdict_of_data_is_left_to_its_reader() -> None:
    assert judge(answer("{}"), lambda _: Verdict(FetchState.OK)).state is FetchState.OK

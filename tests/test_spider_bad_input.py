"""What a hostile or broken site can send: bounded, written down with a state, and survived by the rest of the crawl."""

import gzip
import itertools
import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from model.capture import Capture
from spiders.cookies import MOST_BYTES
from spiders.page import Page
from spiders.retries import retry_after
from tests.crawling import Crawled, crawl, job, portal
from tests.recording_site import Answer, Asked, RecordingSite, Reply, recording_site

R = "政府信息公开工作年度报告"
TEXT = "一、总体情况。本机关依法公开政府信息。" * 20
START = "/zfxxgknb/"
GOOD = f"{START}t20240122_2024.html"
BAD = f"{START}t20250122_2025.html"


def article(body: str = TEXT) -> str:
    return f"<html><head><title>年报</title></head><body><div class='TRS_Editor'>{body}</div></body></html>"


def listing(*rows: tuple[str, str], more: str = "") -> str:
    items = "".join(f'<li><a href="{url}" title="{title}">x</a><span>2025-01-22</span></li>' for url, title in rows)
    return f"<html><body><ul>{items}</ul>{more}</body></html>"


def beside_a_good_one(bad: Answer, **more: Answer) -> dict[str, Answer]:
    """A list of two reports: the bad one, and a good one after it that must still be read."""
    rows = ((BAD, f"青禾市财政局2024年{R}"), (GOOD, f"青禾市财政局2023年{R}"))
    return {START: listing(*rows), BAD: bad, GOOD: article()} | more


def run(
    pages: dict[str, Answer], folder: Path, timeout: float = 20, **settings: object
) -> tuple[Crawled, RecordingSite]:
    with recording_site(pages) as site:
        return crawl(job(portal(site.host, **settings), limits={"timeout": timeout}), folder), site


def bad_one(done: Crawled) -> Capture:
    """The last word on the bad page; the good one was read, and the crawl came to its end."""
    assert done.error is None
    assert [c.state.value for c in done.captures if c.requested_url.endswith(GOOD)] == ["ok"]
    assert done.visit.complete is True
    return [c for c in done.captures if c.requested_url.endswith(BAD)][-1]


# --- redirects


CIRCLES: dict[str, dict[str, Answer]] = {
    "to itself": {BAD: Reply(b"", 302, (("Location", BAD),))},
    "of two": {BAD: Reply(b"", 301, (("Location", "/b.html"),)), "/b.html": Reply(b"", 302, (("Location", BAD),))},
    "without end": {
        f"{BAD if n == 0 else f'/x/{n}.html'}": Reply(b"", 302, (("Location", f"/x/{n + 1}.html"),)) for n in range(50)
    },
}


@pytest.mark.parametrize("circle", CIRCLES)
def test_redirects_that_never_end(circle: str, tmp_path: Path) -> None:
    done, site = run(beside_a_good_one("") | CIRCLES[circle], tmp_path)
    capture = bad_one(done)
    assert (capture.state.value, len(capture.hops)) == ("unreachable", 5)
    assert capture.signals[1] == "redirects more than 5 times"
    assert len(site.paths()) == 1 + 6 + 1  # the list, six answers of the circle, the good report


NOWHERE = [
    "javascript:alert(1)",
    "http://user:secret@127.0.0.1/x",
    "file:///etc/passwd",
    "http://[",
    "http://127.0.0.1:99999/",
    "data:text/html,x",
]


@pytest.mark.parametrize("target", NOWHERE)
def test_redirects_to_no_address(target: str, tmp_path: Path) -> None:
    done, site = run(beside_a_good_one(Reply(b"", 302, (("Location", target),))), tmp_path)
    capture = bad_one(done)
    assert (capture.state.value, capture.signals) == (
        "unreachable",
        ("status 302", "redirects to no address of a page"),
    )
    assert site.paths() == [START, BAD, GOOD]


# --- lists without end


def test_a_calendar_that_never_ends(tmp_path: Path) -> None:
    months = itertools.count(1)

    def month(_: Asked) -> str:
        n = next(months)
        rows = [(f"/{n}/{day}.html", f"青禾市第{n * 3 + day}局2024年{R}") for day in range(3)]
        return listing(*rows, more=f'<a href="/calendar/{n}.html">下一页</a>')

    pages: dict[str, Answer] = {START: month} | {f"/calendar/{n}.html": month for n in range(500)}
    done, site = run(pages, tmp_path, max_list_pages=12)
    lists = [p for p in site.paths() if p == START or p.startswith("/calendar")]
    assert len(lists) == 12
    assert done.visit.complete is False
    assert "Reading stopped after 12 list pages; raise max_list_pages" in " ".join(done.visit.problems)


def test_a_calendar_without_rows_ends_at_once(tmp_path: Path) -> None:
    rows = (("/a/1.html", f"青禾市财政局2023年{R}"),)

    def month(asked: Asked) -> str:
        n = int(asked.path.partition("m=")[2] or 0)
        return listing(*rows, more=f'<a href="{START}?m={n + 1}">下一页</a>')

    pages: dict[str, Answer] = {START: month, "/a/1.html": article()} | {f"{START}?m={n}": month for n in range(50)}
    done, site = run(pages, tmp_path)
    assert site.paths() == [START, f"{START}?m=1", "/a/1.html"]
    assert done.visit.stop_reason == "no new link"


# --- payloads


def endless(piece: bytes, written: list[int], most: int) -> Callable[[BinaryIO], None]:
    def stream(out: BinaryIO) -> None:
        for _ in range(most // len(piece)):
            out.write(piece)
            written.append(len(piece))

    return stream


def test_two_gigabytes(tmp_path: Path) -> None:
    written: list[int] = []
    reply = Reply(stream=endless(b"x" * 65_536, written, 2_000_000_000))
    done, site = run(beside_a_good_one(reply), tmp_path, max_body_bytes=1_000_000)
    capture = bad_one(done)
    assert (capture.state.value, capture.body) == ("too_large", None)
    assert site.paths().count(BAD) == 1
    assert sum(written) < 20_000_000  # what fits into the buffers between server and client, and no more


def test_a_length_above_the_limit_is_not_even_read(tmp_path: Path) -> None:
    done, _ = run(beside_a_good_one(Reply(b"x" * 1000, declared=2_000_000_000)), tmp_path, max_body_bytes=1_000_000)
    assert (bad_one(done).state.value, bad_one(done).signals) == ("too_large", ("larger than the limit",))


def test_a_page_of_a_size_that_no_page_has(tmp_path: Path) -> None:
    done, _ = run(beside_a_good_one(article("<p>" + "年" * 4_000_000 + "</p>")), tmp_path)
    capture = bad_one(done)
    assert (capture.state.value, capture.body) == ("too_large", None)
    assert capture.signals == ("a page of more than 10000000 bytes",)


def test_slow_drips(tmp_path: Path) -> None:
    never = threading.Event()

    def drip(out: BinaryIO) -> None:
        for _ in range(2000):
            out.write(b" ")
            out.flush()
            never.wait(0.05)  # the slow server itself

    began = time.monotonic()
    done, site = run(beside_a_good_one(Reply(stream=drip)), tmp_path, timeout=0.8)
    assert (bad_one(done).state.value, bad_one(done).error) == ("unreachable", "no answer in time")
    assert site.paths().count(BAD) == 3
    assert time.monotonic() - began < 30


def cut_short(out: BinaryIO) -> None:
    out.write(f"<html><body><div id=zoom>{TEXT}{TABLE}".encode())


TABLE = "<table><tr><td>本年新收政府信息公开申请数量</td><td>12</td></tr>"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(article().encode(), declared=90_000),
        Reply(article(TEXT + TABLE + "</table>").encode(), declared=len(f"<html><head>{TEXT}".encode())),
        Reply(stream=cut_short),
    ],
    ids=["too long", "too short", "none, and cut"],
)
def test_wrong_content_length(reply: Reply, tmp_path: Path) -> None:
    done, site = run(beside_a_good_one(reply), tmp_path)
    capture = bad_one(done)
    assert capture.state.value == "incomplete"
    assert site.paths().count(BAD) == 3


def bomb(times: int = 1) -> bytes:
    packed = gzip.compress(b"0" * 30_000_000)
    for _ in range(times - 1):
        packed = gzip.compress(packed)
    return packed


BOMBS = {
    "gzip": (bomb(), "gzip"),
    "gzip in gzip": (bomb(2), "gzip, gzip"),
    "deflate": (zlib.compress(b"0" * 30_000_000), "deflate"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_compressed_bombs(name: str, tmp_path: Path) -> None:
    packed, coding = BOMBS[name]
    reply = Reply(packed, headers=(("Content-Type", "text/html"), ("Content-Encoding", coding)))
    done, site = run(beside_a_good_one(reply), tmp_path, max_body_bytes=1_000_000)
    capture = bad_one(done)
    assert (capture.state.value, capture.body) == ("too_large", None)
    assert "unpacks to more than 1000000 bytes" in capture.signals[0]
    assert site.paths().count(BAD) == 1


def test_a_bomb_as_robots_txt_allows_nothing(tmp_path: Path) -> None:
    headers = (("Content-Type", "text/plain"), ("Content-Encoding", "gzip"))
    pages = beside_a_good_one(article()) | {"/robots.txt": Reply(bomb(), headers=headers)}
    done, site = run(pages, tmp_path, max_body_bytes=1_000_000)
    assert site.paths() == []
    assert done.error is None
    assert done.visit.complete is False


# --- headers and addresses


def test_growing_cookies(tmp_path: Path) -> None:
    numbers = itertools.count()

    def sticky(_: Asked) -> Reply:
        cookie = f"c{next(numbers)}={'x' * 3000}; Path=/"
        return Reply(article().encode(), headers=(("Content-Type", "text/html"), ("Set-Cookie", cookie)))

    rows = [(f"{START}t20240122_{n}.html", f"青禾市第{n}局2023年{R}") for n in range(14)]
    pages: dict[str, Answer] = {START: listing(*rows)} | {url: sticky for url, _ in rows}
    done, site = run(pages, tmp_path)
    sent = [len(a.headers.get("cookie", "")) for a in site.asked]
    assert done.visit.complete is True
    assert max(sent) > 3000  # they are kept, as a browser keeps them
    assert max(sent) <= MOST_BYTES + 200
    assert sent[-1] < max(sent)  # and dropped when they are too many


def test_headers_without_end(tmp_path: Path) -> None:
    def headers(_: Asked) -> Reply:
        return Reply(b"x", headers=tuple((f"X-{n}", "y" * 1000) for n in range(20_000)))

    done, _ = run(beside_a_good_one(headers), tmp_path)
    assert (bad_one(done).state.value, bad_one(done).headers) == ("too_large", ())


ODD_LINKS = [
    "java\nscript:alert(1)",
    "JaVaScRiPt:void(0)",
    "\x01javascript:x()",
    "http://admin:secret@127.0.0.1:1/x.html",
    "//user@127.0.0.1/y.html",
    "http://[::1",
    "http://127.0.0.1:0/z.html",
    "http://127.0.0.1:70000/z.html",
    "data:text/html;base64,AAAA",
    "file:///etc/passwd",
    "mailto:gk@qinghe.example",
    "#top",
    "",
]


def test_odd_links_are_no_rows(tmp_path: Path) -> None:
    rows = [(link, f"青禾市第{n}局2023年{R}") for n, link in enumerate(ODD_LINKS)]
    # Control characters within an address are dropped, as browsers do.
    fine = (f"{START}t2024\t0122\n_2024.html", f"青禾市财政局2023年{R}")
    done, site = run({START: listing(*rows, fine), GOOD: article()}, tmp_path)
    assert [row.url for row in done.visit.rows] == [site.url(GOOD)]
    assert site.paths() == [START, GOOD]


@pytest.mark.parametrize("link", ODD_LINKS)
def test_odd_links_have_no_address(link: str) -> None:
    assert Page("http://www.qinghe.example/a/", "").resolve(link) is None


def test_tags_in_tags_in_tags(tmp_path: Path) -> None:
    deep = article("<div>" * 30_000 + TEXT)
    began = time.monotonic()
    done, _ = run(beside_a_good_one(deep), tmp_path)
    # Kept as received; what stands so deep no reader of ours reaches.
    assert bad_one(done).state.value in ("ok", "ok_empty")
    assert time.monotonic() - began < 30


def test_answers_that_are_no_http(tmp_path: Path) -> None:
    odd: dict[str, Answer] = {
        "/1.html": Reply(b"x", 999),
        "/2.html": Reply(b"\x00\x01" * 500, headers=(("Content-Type", "\xff\xfe; charset=\x01"),)),
        "/3.html": Reply(
            article().encode(), headers=(("Content-Type", "text/html"), ("Retry-After", "²"), ("Date", "x"))
        ),
        "/4.html": Reply(article().encode(), headers=(("Content-Encoding", "br"),)),
    }
    rows = [(url, f"青禾市第{n}局2023年{R}") for n, url in enumerate(odd)]
    done, _ = run({START: listing(*rows)} | odd, tmp_path)
    states = {c.requested_url.rpartition("/")[2]: c.state.value for c in done.captures if c.kind != "list"}
    assert states == {
        "robots.txt": "gone",
        "1.html": "unreachable",
        "2.html": "ok",
        "3.html": "ok",
        "4.html": "incomplete",
    }
    assert done.visit.complete is True


@pytest.mark.parametrize("value", ["²", "9" * 400, "soon", "", "-5", "Thu, 99 Foo 2026"])
def test_retry_after_that_says_nothing(value: str) -> None:
    assert retry_after(value, datetime(2026, 1, 1, tzinfo=UTC)) is None

"""Families: recognised by the page, rows with full titles and dates, the way to the next page."""

import json
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from spiders.columns import is_column, list_verdict, sub_columns
from spiders.families import FAMILIES, Ask, Reading, detect, hanweb, static, trs
from spiders.families.reading import Outcome
from spiders.hosts import host_of
from spiders.page import Page

PAGES = Path(__file__).parent / "portals"
BASE = "http://www.qinghe.example/zwgk/zfxxgknb/"
R = "政府信息公开工作年度报告"


def page(name: str, url: str = BASE) -> Page:
    return Page(url, (PAGES / name).read_text(encoding="utf-8"))


def reading(first: Page, *steps: tuple[str, Outcome], seen: int = 2) -> Reading:
    return Reading(first, rows_seen=seen, batch=2, steps=[(Ask(first.url + name), outcome) for name, outcome in steps])


def script(text: str, url: str = BASE) -> Page:
    return Page(url, f"<html><body><script>{text}</script></body></html>")


# --- recognition


@pytest.mark.parametrize(
    ("name", "family"), [("trs_list.html", "trs"), ("hanweb_list.html", "hanweb"), ("static_list.html", "static")]
)
def test_recognised_by_the_page_whatever_the_host(name: str, family: str) -> None:
    for host in ("www.qinghe.example", "127.0.0.1:8000"):
        found = detect(page(name, f"http://{host}/x/"))
        assert found is not None
        assert family == found.NAME


def test_a_page_of_nobody() -> None:
    assert detect(Page(BASE, "<html><body><p>天气预报</p></body></html>")) is None


def test_no_page_asks_for_a_browser_by_its_marks() -> None:
    assert [FAMILIES["rendered"].matches(page(n.name)) for n in sorted(PAGES.glob("*.html"))] == [0] * 4


# --- rows


def test_trs_rows() -> None:
    rows = trs.rows(page("trs_list.html"))
    assert [(r.url.removeprefix(BASE), r.title, r.date, r.kind, r.year) for r in rows] == [
        ("202501/t20250122_6841200.html", f"青禾市财政局2024年{R}", "2025-01-22", "report", 2024),
        ("202401/t20240119_6512001.html", f"青禾市财政局2023年{R}", "2024年1月19日", "report", 2023),
        ("202401/t20240119_6512002.html", f"青禾市财政局2023年{R}图解", "2024-01-19", "explainer", 2023),
        ("202306/t20230601_6200001.html", "市财政局召开工作会议", "2023-06-01", "not_report", None),
        ("202301/P020230120.pdf", f"青禾市财政局2022年{R}", "2023/1/20", "report", 2022),
        ("2019n/", "2019年政府信息公开年报", None, "report", 2019),
    ]
    assert [is_column(r) for r in rows] == [False] * 5 + [True]


def test_hanweb_rows_from_embedded_xml() -> None:
    rows = hanweb.rows(page("hanweb_list.html", "http://www.qinghe.example/col/col20551/index.html"))
    assert [(urlsplit(r.url).path, r.title, r.date) for r in rows] == [
        ("/art/2025/1/20/art_20551_88012.html", f"青禾市财政局2024年{R}", "2025-01-20"),
        ("/art/2024/1/18/art_20551_77012.html", f"青禾市财政局2023年{R}", "2024-01-18"),
    ]


def test_hanweb_records_escaped_twice() -> None:
    record = "&lt;a href='/a/b.html' title='某局2022年政府信息公开年报'&gt;x&lt;/a&gt;"
    text = f"<datastore><recordset><record>{record}</record></recordset></datastore>"
    assert [(r.url, r.year) for r in hanweb.rows(Page(BASE, text))] == [("http://www.qinghe.example/a/b.html", 2022)]


# --- the next page of TRS: read the arguments, do not assume

PAGERS = [
    ('createPageHTML(5, 0, "index", "html")', (5, 0, "index", "html"), "index_1.html"),
    ('createPageHTML(5, 0, "index", "shtml", "black2", 93)', (5, 0, "index", "shtml"), "index_1.shtml"),
    ("createPageHTML('paging', 5, 1, 'index', 'html', 93)", (5, 1, "index", "html"), "index_2.html"),
    ("createPageHTML('page_div', 5, 1, 'common_list', 'shtml')", (5, 1, "common_list", "shtml"), "common_list_2.shtml"),
    ('$(".p").pagination("setPage", 1, 321)', (321, 1, "index", "html"), "index_2.html"),
    ('createPage(5, 0, "index", "html")', (5, 0, "index", "html"), "index_1.html"),
    ("var countPage = 5; var currentPage = 0;", (5, 0, "index", "html"), "index_1.html"),
    (
        "function createPageHTML(total, now, name, ending) {}\ncreatePageHTML(2,0,'index','htm')",
        (2, 0, "index", "htm"),
        "index_1.htm",
    ),
]


@pytest.mark.parametrize(("call", "pager", "second"), PAGERS, ids=[p[0][:40] for p in PAGERS])
def test_trs_pager(call: str, pager: tuple[int, int, str, str], second: str) -> None:
    first = script(call)
    assert trs.read_pager(first) == pager
    ask = trs.next_request(first, reading(first))
    assert ask is not None
    assert ask.url == BASE + second


def test_trs_tries_the_other_way_of_counting_once() -> None:
    first = script('createPageHTML(3, 0, "index", "html")')
    state = reading(first, ("index_1.html", "repeat"))
    ask = trs.next_request(first, state)
    assert ask is not None
    assert ask.url == BASE + "index_2.html"
    state.steps.append((ask, "rows"))
    following = trs.next_request(first, state)
    assert following is not None
    assert following.url == BASE + "index_3.html"


def test_trs_gives_up_after_both_ways_and_is_not_whole() -> None:
    first = script('createPageHTML(3, 0, "index", "html")')
    state = reading(first, ("index_1.html", "repeat"))
    state.offset = 1
    state.steps.append((Ask(BASE + "index_2.html"), "repeat"))
    assert trs.next_request(first, state) is None
    assert (state.whole, state.stop) == (False, "page 2 of 3 brought nothing new")


def test_trs_advertised_last_page_may_be_absent() -> None:
    first = script('createPageHTML(3, 0, "index", "html")')
    state = reading(first, ("index_1.html", "rows"), ("index_2.html", "gone"))
    assert trs.next_request(first, state) is None
    assert (state.whole, state.stop) == (True, "last advertised page is absent")


def test_trs_page_missing_in_the_middle_is_not_an_end() -> None:
    first = script('createPageHTML(5, 0, "index", "html")')
    state = reading(first, ("index_1.html", "rows"), ("index_2.html", "gone"))
    assert trs.next_request(first, state) is None
    assert state.whole is False


def test_trs_parts_of_a_long_article() -> None:
    article = script("var countPage = 3; var currentPage = 0;", BASE + "202501/t20250122_1.html")
    assert trs.parts(article) == [BASE + "202501/t20250122_1_1.html", BASE + "202501/t20250122_1_2.html"]
    assert trs.parts(script("var countPage = 1;", BASE + "202501/t20250122_1.html")) == []


# --- the next page elsewhere


def test_static_follows_the_link_and_ends_without_one() -> None:
    first = page("static_list.html", "http://www.baisha.example/gk/list.html")
    state = Reading(first, rows_seen=2)
    ask = static.next_request(first, state)
    assert ask == Ask("http://www.baisha.example/gk/list2.html", referer=first.url)
    assert state.announced == 17
    state.steps.append((ask, "rows"))
    last = Page("http://www.baisha.example/gk/list2.html", "<a href='list.html'>上一页</a>")
    assert static.next_request(last, state) is None
    assert (state.stop, state.whole) == ("last page", True)


def test_static_pager_by_script_is_not_an_end() -> None:
    first = Page(BASE, "<a href='javascript:next(2)'>下一页</a>")
    state = Reading(first)
    assert static.next_request(first, state) is None
    assert (state.stop, state.whole) == ("the next page is only reachable by script", False)


def test_hanweb_replays_the_group_and_skips_what_was_embedded() -> None:
    first = page("hanweb_list.html", "http://www.qinghe.example/col/col20551/index.html")
    state = Reading(first, rows_seen=2, batch=2)
    ask = hanweb.next_request(first, state)
    assert ask is not None
    assert ask.url.endswith(
        "?page=1&appid=1&webid=7&path=/&columnid=20551&unitid=310455&webname=%E9%9D%92%E7%A6%BE&permissiontype=0"
    )
    state.steps.append((ask, "repeat"))
    ask = hanweb.next_request(first, state)
    assert ask is not None
    assert parse_qs(urlsplit(ask.url).query)["page"] == ["2"]
    state.steps.append((ask, "rows"))
    state.rows_seen = 5
    assert hanweb.next_request(first, state) is None
    assert (state.announced, state.whole, state.stop) == (5, True, "announced total reached")


def test_hanweb_stops_on_repeats_and_is_not_whole() -> None:
    first = page("hanweb_list.html", "http://www.qinghe.example/col/col20551/index.html")
    state = Reading(first, rows_seen=2, batch=2)
    for _ in range(2):
        ask = hanweb.next_request(first, state)
        assert ask is not None
        state.steps.append((ask, "repeat"))
    assert hanweb.next_request(first, state) is None
    assert (state.whole, state.stop) == (False, "no new rows")


def test_hanweb_posts_where_there_is_no_group() -> None:
    text = (PAGES / "hanweb_list.html").read_text(encoding="utf-8")
    first = Page(
        BASE, text[: text.index("<nextgroup>")] + text[text.index("<recordset>") :] + "<i>columnid:'20551'</i>"
    )
    ask = hanweb.next_request(first, Reading(first, rows_seen=2, batch=2))
    assert ask is not None
    assert ask.method == "POST"
    assert (
        ask.url
        == "http://www.qinghe.example/module/web/jpage/dataproxy.jsp?startrecord=3&endrecord=5&perpage=100&page=1"
    )
    assert dict(ask.form) == {"col": "1", "path": "/", "unitid": "310455", "columnid": "20551"}


# --- hubs


def test_columns_below_a_hub() -> None:
    hub = page("hub.html")
    found = sub_columns(hub, frozenset({"www.qinghe.example"}), has_rows=False)
    assert [c.url.removeprefix(BASE) for c in found] == ["2025n/", "2024n/bm/", "2024n/xz/index.html", "2023n/"]


def test_a_hub_is_a_list_and_a_shell_needs_a_browser() -> None:
    hosts = frozenset({"www.qinghe.example"})
    shell = Page(
        BASE, '<html><title>政府信息公开年报</title><body><ul id="rows"></ul><script>load()</script></body></html>'
    )
    nothing = Page(BASE, "<html><body>暂无数据</body></html>")
    states = [list_verdict(p, hosts).state.value for p in (page("hub.html"), page("trs_list.html"), shell, nothing)]
    assert states == ["ok", "ok", "needs_js", "ok_empty"]


def test_a_page_that_sends_its_reader_on() -> None:
    refresh = Page(BASE, '<meta http-equiv="refresh" content="0; url=list.html">')
    by_script = Page(BASE, "<script>window.location.href='list.html';</script>")
    computed = Page(BASE, "<script>location.href='/a/' + name;</script>")
    assert [p.redirect_in_page() for p in (refresh, by_script, computed)] == [
        BASE + "list.html",
        BASE + "list.html",
        None,
    ]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.qinghe.example:443/a", "www.qinghe.example"),
        ("http://www.qinghe.example:443/a", "www.qinghe.example:443"),
        ("http://WWW.Qinghe.example/", "www.qinghe.example"),
    ],
)
def test_host_of(url: str, host: str) -> None:
    assert host_of(url) == host


# --- a real list page


def test_real_list_page() -> None:
    named = os.environ.get("GONGKAI_CORPUS")
    corpus = Path(named) if named else Path(__file__).parents[2] / "shared" / "corpus"
    folder = corpus.parent / "corpus_lists" / "ordos-engebei-trs"
    if not folder.is_dir():
        if named and not corpus.is_dir():
            pytest.fail(f"GONGKAI_CORPUS names {corpus}, which is not there; unset it or mend the path.")
        pytest.skip("the corpus of real list pages is not here")
    expected = json.loads((folder / "source.json").read_text(encoding="utf-8"))["expected"]
    real = Page("http://www.engebei.example/xxgk/xxgknb/", (folder / "page.html").read_text(encoding="utf-8"))
    family = detect(real)
    assert family is not None
    assert family.NAME == "trs"
    rows = family.rows(real)
    assert len(rows) == expected["links"]
    assert [[r.title, r.date] for r in rows if r.kind == "report"] == expected["annual_reports"]
    ask = family.next_request(real, Reading(real, rows_seen=len(rows)))
    assert ask is not None
    assert [ask.url.rpartition("/")[2]] == expected["next_pages"]

"""What is known of each product, one fact at a time: marks, traps of its lists, files of its articles."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.simulator.site import bundled_sites, load_site
from spiders.article import attachments, container
from spiders.columns import data_verdict, is_column, list_verdict, sub_columns
from spiders.families import FAMILIES, Ask, Reading, detect, static, trs_search
from spiders.families.answers import day_of, is_refusal, item_rows
from spiders.families.reading import Outcome
from spiders.families.script_text import assigned, read_json, read_literal
from spiders.page import Page
from spiders.rows import make_row

R = "政府信息公开工作年度报告"
BASE = "http://www.qinghe.example/zwgk/nb/"
HOSTS = frozenset({"www.qinghe.example"})
TEXT = "一、总体情况。本机关依法公开政府信息。" * 20


def item(year: int, url: str = "/a/{year}.html") -> str:
    return f'<li><a href="{url.format(year=year)}">某局{year}年{R}</a><span>{year + 1}-01-20</span></li>'


def listing(*extra: str, url: str = BASE) -> Page:
    return Page(url, f"<html><body><ul>{item(2024)}{item(2023)}</ul>{''.join(extra)}</body></html>")


def answer(page: Page, content: object) -> Page:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return Page(page.url, text, shell=page)


def read(first: Page, *steps: tuple[Ask, Outcome], seen: int = 0, answered: int = 0, batch: int = 0) -> Reading:
    state = Reading(first, rows_seen=seen, batch=batch, steps=list(steps))
    state.answered = {f"u{n}" for n in range(answered)}
    return state


# --- marks: of the product, never of the host, and weak ones only where there is no strong one

MARKS = {
    "hanweb": "<script type='text/xml'><datastore></datastore></script>",
    "hanweb_xxgk": "<script>load('/module/xxgk/search.jsp?divid=div1')</script>",
    "unitbuild": "<script src='/script/unitbuild.js' queryData=\"{'tagId':'list'}\"></script>",
    "truecms": "<script>pager('/TrueCMS/messageController/getMessage.do')</script>",
    "epoint": "<script src='/js/webBuilderCommon.js'></script>",
    "trs": "<script>createPageHTML(1, 0, 'index', 'html')</script>",
    "ucap": "<div id='UCAP-CONTENT'>x</div>",
    "gkmlpt": "<script>window._CONFIG = {SID:'1', TREE:[]}</script>",
    "longsun": "<script>Ls.pagination('#p', {})</script>",
    "vsb": "<div id='vsb_content_2'>x</div>",
    "sudy": "<div class='wp_articlecontent'>x</div>",
    "eportal": "<script>var eportalCurrentColumnId = '1'</script>",
    "openness": "<a href='/OpennessAnnualReport/show/1.html'>x</a>",
}
HINTS = {
    "hanweb": "/col/col20551/index.html",
    "trs": "/nb/202501/t20250122_6841200.html",
    "ucap": "/site/c1/202501/0123456789abcdef0123456789abcdef.shtml",
    "gkmlpt": "/gkmlpt/content/4/4688/post_4688001.html",
    "longsun": "/public/1681/565412321.html",
    "vsb": "/info/1222/126681.htm",
    "sudy": "/2024/1030/c12a345/page.htm",
    "eportal": "/columns/01234567-89ab-cdef-0123-456789abcdef/index.html",
    "epoint": "/govInfoPub.html?categorynum=003006",
    "unitbuild": "/nb/art/2025/art_0123456789abcdef0123456789abcdef.html",
    "hanweb_xxgk": "/module/xxgk/xxgkAnnualReport.jsp?fbtime=2017",
    "openness": "/OpennessAnnualReport/show/6523.html",
}


@pytest.mark.parametrize("name", MARKS)
def test_marks(name: str) -> None:
    found = detect(listing(MARKS[name]))
    assert found is not None
    assert name == found.NAME
    assert found.matches(listing(MARKS[name])) == 3
    # Beside rows that anyone could have written, and beside addresses of another product.
    shaped = Page("http://10.1.2.3/info/1/2.htm", f"<html><ul>{item(2024)}</ul>{MARKS[name]}</html>")
    found = detect(shaped)
    assert found is not None
    assert name == found.NAME


@pytest.mark.parametrize("name", HINTS)
def test_hints(name: str) -> None:
    url = f"http://www.qinghe.example{HINTS[name]}"
    page = Page(url, f'<html><ul><li><a href="{url}">某局2024年{R}</a></li></ul></html>')
    found = detect(page)
    assert found is not None
    assert name == found.NAME


def test_every_family_has_a_simulated_site() -> None:
    played = {load_site(name)[1].family for name in bundled_sites()}
    assert set(FAMILIES) <= played


# --- scripts that are no JSON


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{SID:'755011', ok:true, no:undefined, n:-1.5, a:[1,2,], 'k':{}}",
         {"SID": "755011", "ok": True, "no": None, "n": -1.5, "a": [1, 2], "k": {}}),
        ("{'webId':'7f3c','tagId':'当前栏目_list'}", {"webId": "7f3c", "tagId": "当前栏目_list"}),
        ("{1:'a', b: other}", {"1": "a", "b": None}),
        (r"""{a: 'it\'s "so"', b: "x\"y"}""", {"a": 'it\'s "so"', "b": 'x"y'}),
        ("{a: 'x:1, {2}'} trailing", {"a": "x:1, {2}"}),
        ("{a: f(1)}", None),
        ("no literal", None),
        ("{a: 'open", None),
    ],
)  # fmt: skip
def test_object_literals(text: str, value: object) -> None:
    assert read_literal(text) == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(codec="utf-8"), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_年", min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc年", min_size=1, max_size=4), json_values, max_size=4))
def test_whatever_is_json_is_a_literal_too(value: dict[str, object]) -> None:
    assert read_literal(json.dumps(value)) == value
    assert read_json("\ufeffcb(" + json.dumps(value) + ");") == value


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    read_literal(text)
    read_json(text)
    assigned(f"var x = {text}", "x")


def test_an_assigned_literal() -> None:
    assert assigned("var a = 1; window._CONFIG = {TREE:[{id:1}]}", "_CONFIG") == {"TREE": [{"id": 1}]}
    assert assigned("var other_CONFIG = {a:1}", "_CONFIG") is None


# --- answers of programs


def test_items_whatever_their_keys_are_called() -> None:
    page = listing()
    rows = item_rows(page, [
        {"infourl": "/x/1.html", "title": "<b>某局</b>2024", "realtitle": f"某局2024年{R}",
         "infodate": "2025-01-20 08:00"},
        {"URL": "2.html", "docTitle": f"某局2023年{R}", "create_time": 1705718400},
        {"title": "no address"}, "no object", {"url": "javascript:x()", "title": "x"},
    ])  # fmt: skip
    assert [(r.url, r.title, r.date) for r in rows] == [
        ("http://www.qinghe.example/x/1.html", f"某局2024年{R}", "2025-01-20"),
        (BASE + "2.html", f"某局2023年{R}", "2024-01-20"),
    ]


@pytest.mark.parametrize(
    ("value", "day"),
    [(1737331200, "2025-01-20"), (1737331200000, "2025-01-20"), ("2025/1/20", "2025/1/20"), (None, None)],
)
def test_days(value: object, day: str | None) -> None:
    assert day_of(value) == day


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ({"success": False}, True),
        ({"ok": False, "code": 500}, True),
        ({"code": 500, "data": None}, True),
        ({"status": "error"}, True),
        ({"success": True, "code": 200}, False),
        ({"status": {"code": 200}, "custom": {}}, False),
        ([], False),
    ],
)
def test_well_formed_refusals(value: object, refused: bool) -> None:
    assert is_refusal(value) is refused
    state = data_verdict(answer(listing(), value), FAMILIES["ucap"]).state.value
    assert state == ("unreachable" if refused else "ok_empty")


# --- the traps of each product


def test_hanweb_posts_again_by_page_where_startrecord_is_ignored() -> None:
    text = "<datastore><recordset><record><a href='/1.html'>x</a></record></recordset></datastore>"
    first = Page(
        BASE, f"{text}<script>new jPage({{totalCount:63, proxyUrl:'/d.jsp', unitid:'3', columnid:'2'}})</script>"
    )
    hanweb = FAMILIES["hanweb"]
    one = hanweb.next_request(first, read(first, seen=15, batch=15))
    assert one is not None
    assert parse_qs(urlsplit(one.url).query) == {
        "startrecord": ["16"], "endrecord": ["63"], "perpage": ["100"], "page": ["1"],
    }  # fmt: skip
    # The answer was the first six rows again: six rows make a page of this server, so the third follows.
    again = hanweb.next_request(first, read(first, (one, "repeat"), seen=15, batch=6))
    assert again is not None
    assert parse_qs(urlsplit(again.url).query)["page"] == ["3"]
    ended = read(first, (one, "repeat"), (again, "repeat"), seen=15, batch=6)
    assert hanweb.next_request(first, ended) is None
    assert (ended.whole, ended.stop) == (False, "no new rows")


def test_unitbuild_takes_the_list_among_the_units_and_copies_what_the_page_spells() -> None:
    query = "{{'parseType':'bulidstatic','tagId':'{}'}}"
    unit = "<div><script src=/unitbuild.js url='/build' queryData=\"" + query + '"></script></div>'
    first = Page(BASE, unit.format("网站导航") + unit.format("当前栏目_list") + unit.format("友情链接"))
    state = read(first)
    ask = FAMILIES["unitbuild"].next_request(first, state)
    assert ask is not None
    query = parse_qs(urlsplit(ask.url).query)
    assert (query["parseType"], query["tagId"], query["editType"]) == (["bulidstatic"], ["当前栏目_list"], ["null"])
    assert json.loads(query["paramJson"][0]) == {"pageNo": 1, "pageSize": 15}
    assert ask.referer == BASE
    state.steps.append((ask, "rows"))
    got = answer(first, {"data": {"html": f'<ul>{item(2024)}</ul><div count="63"></div>'}})
    following = FAMILIES["unitbuild"].next_request(got, state)
    assert state.announced == 63
    assert following is not None
    assert '"pageNo":2' in parse_qs(urlsplit(following.url).query)["paramJson"][0]


def test_truecms_asks_for_fewer_rows_where_many_bring_nothing() -> None:
    script = (
        "<script>p('/truecms/messageController/getMessage.do', {columnId: '3b8e1f52-90c4', totalCount: 63})</script>"
    )
    first = Page(BASE, script)
    truecms = FAMILIES["truecms"]
    many = truecms.next_request(first, read(first))
    assert many is not None
    assert "startrecord=1&endrecord=50&perpage=50&columnId=3b8e1f52-90c4&callback=cb" in many.url
    few = truecms.next_request(first, read(first, (many, "repeat")))
    assert few is not None
    assert "startrecord=1&endrecord=15&perpage=15" in few.url
    more = truecms.next_request(first, read(first, (many, "repeat"), (few, "rows"), seen=15))
    assert more is not None
    assert "startrecord=16&endrecord=30&perpage=15" in more.url


def test_ucap_reads_the_tax_offices_own_program() -> None:
    first = Page(BASE, "<script>post('/getFileListByCodeId', {channelId: '61eaab3127b040d4'})</script>")
    ask = FAMILIES["ucap"].next_request(first, read(first))
    assert ask is not None
    assert (ask.method, dict(ask.form)["channelId"], dict(ask.form)["page"]) == ("POST", "61eaab3127b040d4", "1")
    got = answer(first, {"results": {"data": {"total": 1, "results": [{"title": f"2024年{R}", "url": "/c/1.html"}]}}})
    assert [r.year for r in FAMILIES["ucap"].rows(got)] == [2024]


GKMLPT = """<script>window._CONFIG = {SID:'755011', TREE:[{id:1, name:'法定主动公开内容', children:[
 {id:1234, name:'政府信息公开年报', jump_url:'', post_count:18, children:[]},
 {id:1300, name:'信息公开年度报告（旧）', jump_url:'/old/nb/', post_count:2}]}]}</script>"""


def test_gkmlpt_finds_the_column_by_name_under_a_department_too() -> None:
    first = Page("http://www.qinghe.example/dept/gkmlpt/index", GKMLPT)
    ask = FAMILIES["gkmlpt"].next_request(first, read(first))
    assert ask is not None
    assert ask.url == "http://www.qinghe.example/dept/gkmlpt/api/all/1234?sid=755011&page=1"
    assert FAMILIES["gkmlpt"].columns(first) == [("http://www.qinghe.example/old/nb/", "信息公开年度报告（旧）")]
    assert list_verdict(first, HOSTS).state.value == "ok"


def test_gkmlpt_ends_at_the_total_and_not_at_the_count_of_posts() -> None:
    first = Page("http://www.qinghe.example/gkmlpt/index", GKMLPT)
    ask = Ask("http://www.qinghe.example/gkmlpt/api/all/1234?sid=755011&page=1", data=True)
    articles = [
        {"title": f"某局{y}年{R}", "url": f"/gkmlpt/content/4/4688/mpost_{y}.html?jump=true"} for y in (2024, 2023)
    ]
    got = answer(first, {"classify": {"id": 1234, "post_count": 18}, "total": 2, "articles": articles})
    assert [urlsplit(r.url).path for r in FAMILIES["gkmlpt"].rows(got)] == [
        "/gkmlpt/content/4/4688/post_2024.html",
        "/gkmlpt/content/4/4688/post_2023.html",
    ]
    state = read(first, (ask, "rows"))
    assert FAMILIES["gkmlpt"].next_request(got, state) is None
    assert (state.announced, state.whole, state.stop) == (2, True, "announced total reached")


def test_gkmlpt_that_stops_early_is_not_whole() -> None:
    first = Page("http://www.qinghe.example/gkmlpt/index", GKMLPT)
    ask = Ask("http://www.qinghe.example/gkmlpt/api/all/1234?sid=755011&page=1", data=True)
    got = answer(first, {"classify": {"id": 1234}, "total": 3, "articles": [{"title": "x", "url": "/1.html"}]})
    state = read(first, (ask, "rows"))
    following = FAMILIES["gkmlpt"].next_request(got, state)
    assert following is not None
    assert following.url.endswith("page=2")
    state.steps.append((following, "repeat"))  # an answer that is no JSON
    assert FAMILIES["gkmlpt"].next_request(got, state) is None
    assert (state.whole, state.stop) == (False, "announced total not reached")


def test_longsun_leads_from_any_column_of_an_organ_to_its_reports() -> None:
    roster = Page("http://www.qinghe.example/public/index.html",
                  "<a href='/public/column/6001?type=4&catId=9&action=list'>市审计局</a>"
                  "<a href='/public/column/6001?type=2&action=list'>市审计局指南</a>")  # fmt: skip
    assert FAMILIES["longsun"].columns(roster) == [
        ("http://www.qinghe.example/public/column/6001?type=3&action=list", "市审计局")
    ]
    reports = Page(
        "http://www.qinghe.example/public/column/6001?type=3&action=list",
        "<script>Ls.pagination('#p',{pageCount:3})</script>",
    )
    assert FAMILIES["longsun"].columns(reports) == []
    ask = FAMILIES["longsun"].next_request(reports, read(reports))
    assert ask is not None
    assert parse_qs(urlsplit(ask.url).query) == {"type": ["3"], "action": ["list"], "pageIndex": ["2"]}


def vsb_page(number: int, of: int, *years: int) -> Page:
    """Page `number` of a list of `of` pages; the further pages are files counted downwards."""
    url = (
        "http://www.qinghe.example/gknb.htm" if number == 1 else f"http://www.qinghe.example/gknb/{of - number + 1}.htm"
    )
    folder = "gknb/" if number == 1 else ""
    back = "" if number == 1 else f"<a href='{'../gknb.htm' if number == 2 else f'{of - number + 2}.htm'}'>上页</a>"
    on = f"<a href='{folder}{of - number}.htm'>下页</a>" if number < of else ""
    return Page(url, f"<script src=/system/resource/js/a.js></script>{''.join(map(item, years))}{back}{on}")


def test_vsb_reads_the_page_that_moved_in_between() -> None:
    """While page 1 was read, page 2 was `2.htm`; then a row came, a fourth page with it, and `2.htm` became page 3."""
    vsb, first = FAMILIES["vsb"], vsb_page(1, 3, 2024)
    state = read(first)
    ask = vsb.next_request(first, state)
    assert ask is not None
    assert ask.url.endswith("/gknb/2.htm")
    state.steps.append((ask, "rows"))
    third = vsb_page(3, 4, 2022)
    assert third.url == ask.url
    skipped = vsb.next_request(third, state)
    assert skipped is not None
    assert skipped.url.endswith("/gknb/3.htm")
    state.steps.append((skipped, "rows"))
    last = vsb.next_request(vsb_page(2, 4, 2023), state)
    assert last is not None
    assert last.url.endswith("/gknb/1.htm")
    state.steps.append((last, "rows"))
    assert vsb.next_request(vsb_page(4, 4, 2021), state) is None
    assert (state.whole, state.stop) == (True, "last page")


def test_vsb_page_without_a_new_row_is_no_end() -> None:
    """A row moved down: a page may hold only what was seen before, and the next one still what was not."""
    vsb, first = FAMILIES["vsb"], vsb_page(1, 3, 2024)
    second = Ask("http://www.qinghe.example/gknb/2.htm")
    state = read(first, (second, "repeat"))
    ask = vsb.next_request(first, state)
    assert ask is not None
    assert ask.url.endswith("/gknb/1.htm")


def test_openness_branches_are_columns_and_no_rows() -> None:
    branch = "/opennessAnnualReport/?branch_id=" + "5a" * 12
    page = Page("http://www.qinghe.example/opennessAnnualReport/", f"<a href='{branch}'>某局2024年{R}</a>{item(2024)}")
    family = FAMILIES["openness"]
    assert [r.url for r in family.rows(page)] == ["http://www.qinghe.example/a/2024.html"]
    assert family.columns(page) == [(f"http://www.qinghe.example{branch}", f"某局2024年{R}")]


@pytest.mark.parametrize(
    ("literal", "name", "fixed"),
    [
        ("/was5/web/search?channelid=278090&searchword=x", "page", "channelid=278090"),
        ("/igs/front/search/list.html?index=zf&siteId=7", "pageNumber", "siteId=7"),
        ("http://www.qinghe.example/govsearch/jsonp/zf_jd_list.jsp?lb=134657&callback=result", "page", "lb=134657"),
    ],
)
def test_trs_lists_that_are_search_results(literal: str, name: str, fixed: str) -> None:
    first = listing(f"<script>load('{literal}')</script>")
    found = detect(first)
    assert found is FAMILIES["trs"]
    ask = found.next_request(first, read(first, seen=2))
    assert ask is not None
    assert ask.data
    assert fixed in ask.url
    assert parse_qs(urlsplit(ask.url).query)[name] == ["1"]


def test_a_search_box_is_no_list() -> None:
    first = listing("<form action='/was5/web/search?channelid=1'></form>")
    assert trs_search.search_of(first) is None


def test_trs_search_answers_in_three_shapes() -> None:
    first = listing()
    row = {"docTitle": f"某局2022年{R}", "docPubUrl": "/x/1.html"}
    shapes = ["\ufeffresult(" + json.dumps({"docs": [row], "num": 9}) + ")", json.dumps({"page": {"content": [row]}}),
              f"<ul>{item(2022)}</ul>"]  # fmt: skip
    assert [[r.year for r in trs_search.rows(answer(first, text))] for text in shapes] == [[2022]] * 3


def test_rows_that_a_script_holds() -> None:
    page = Page(
        BASE, f"<script>var dataList = [{{title: '某局2024年{R}', url: '/1.html', date: '2025-01-20'}}];</script>"
    )
    assert [(r.year, r.date) for r in static.rows(page)] == [(2024, "2025-01-20")]


def test_one_page_with_618_rows() -> None:
    rows = "".join(f"<li><a href='/{n}.html'>第{n}局2024年{R}</a></li>" for n in range(618))
    page = Page(BASE + "?state=3", f"<html><ul>{rows}</ul></html>")
    family = detect(page)
    assert family is not None
    state = read(page, seen=len(family.rows(page)))
    assert (state.rows_seen, family.next_request(page, state), state.whole) == (618, None, True)


def test_tabs_are_lists_of_their_own() -> None:
    page = Page(BASE + "?gk=1", "<html><a href='?gk=4'>政府信息公开年报</a><a href='?gk=1'>指南</a></html>")
    assert [c.url for c in sub_columns(page, HOSTS, has_rows=False)] == [BASE + "?gk=4"]


# --- rows under addresses like columns


@pytest.mark.parametrize(
    ("url", "title", "date", "column"),
    [
        ("/x/2025n/", "2025年政府信息公开年报", None, True),
        ("/x/302249/2480148/index.html", f"某局2024年{R}", "2025-01-20", False),
        ("/x/302249/2480148/index.html", f"某局2024年{R}", None, True),
        ("/x/2025010809434322074/index.html", f"某局2024年{R}", None, False),
        ("/xxgk/gknb.htm", "政府信息公开年报", None, True),  # the navigation's link to the column itself
        ("/xxgk/1.htm", "政府信息公开年报", "2025-01-20", False),
        ("/xxgk/t20250122_6841200.html", "政府信息公开工作年度报告", None, False),  # the year stands in the body
    ],
)
def test_columns_and_documents(url: str, title: str, date: str | None, column: bool) -> None:
    assert is_column(make_row(f"http://www.qinghe.example{url}", title, date, BASE)) is column


def test_a_hub_leads_to_the_column_whatever_its_address() -> None:
    hub = Page(BASE, "<a href='/xxgk/gknb.htm'>政府信息公开年报</a><a href='/xxgk/88012.htm'>政府信息公开年报</a>")
    assert [c.url for c in sub_columns(hub, HOSTS, has_rows=False)] == ["http://www.qinghe.example/xxgk/gknb.htm"]


# --- articles


def files(page: Page) -> list[tuple[str, str]]:
    return [(link.url.removeprefix("http://www.qinghe.example"), link.title) for link in attachments(page)]


def test_files_of_each_product() -> None:
    url = "http://www.qinghe.example/info/1/2.htm"
    link = "<a href='/system/_content/download.jsp?wbfileid=7'>年报.doc</a>"
    vsb = Page(url, f"<div id=vsb_content>{TEXT}</div><ul><li>附件【{link}】</li></ul><script>"
                    "showVsbpdfIframe('/__local/a.pdf')</script>")  # fmt: skip
    assert files(vsb) == [("/system/_content/download.jsp?wbfileid=7", "年报.doc"), ("/__local/a.pdf", "")]
    sudy = Page(url, f"<div class=wp_articlecontent>{TEXT}<div class=wp_pdf_player pdfsrc='/_upload/a.pdf'></div>"
                     "<a sudyfile-attr=\"{'title':'x'}\" href='/_upload/article/files/1/b'>表</a></div>")  # fmt: skip
    assert sorted(files(sudy)) == [("/_upload/a.pdf", ""), ("/_upload/article/files/1/b", "表")]
    trs = Page(url, f"<div class=TRS_Editor>{TEXT}<p class=insertfileTag><a appendix=true OLDSRC='/protect/P1.pdf' "
                    "href='./P1.pdf'>年报</a></p></div>")  # fmt: skip
    assert files(trs) == [("/info/1/P1.pdf", "年报")]
    gkmlpt = Page(url, f"<div class=article-content>{TEXT}</div><script>window._CONFIG = {{SID:'1', TREE:[], DETAIL:"
                       "{attachment:[{name:'年报.pdf', url:'/attachment/0/88/1.pdf'}]}}</script>")  # fmt: skip
    assert files(gkmlpt) == [("/attachment/0/88/1.pdf", "年报.pdf")]
    hanweb = Page(
        url, f"<div id=zoom>{TEXT}<a href='/module/download/downfile.jsp?classid=0&filename=ab.pdf'>年报</a></div>"
    )
    assert files(hanweb) == [("/module/download/downfile.jsp?classid=0&filename=ab.pdf", "年报")]
    viewer = Page(url, f"<div id=zoom>{TEXT}<iframe src='/pdf/viewer.html?file=%2Fup%2Fa.pdf&x=1'></iframe></div>")
    assert files(viewer) == [("/up/a.pdf", "")]


def test_the_products_container_comes_before_everybodys() -> None:
    page = Page(
        BASE, f"<div class=article>{'栏目导航' * 200}</div><div id=zoom></div><div id='UCAP-CONTENT'>{TEXT}</div>"
    )
    found = container(page)
    assert found is not None
    assert found.text == TEXT


def test_breaks_within_a_page_are_no_further_pages() -> None:
    page = Page(BASE, f"<ucapcontent>{TEXT}#PAGE_BREAK#{TEXT}</ucapcontent>")
    assert FAMILIES["ucap"].parts(page) == []

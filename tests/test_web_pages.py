"""The explorer's pages, read as a reader without scripts does."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html

from model.forms import load_forms
from model.forms_printed import in_reading_order, value_labels
from storage.archive import Archive
from tests.exploring import CELL, FINANCE, LABOUR, PORTAL, TOTAL, Explorer, explored, explorer
from tests.storage_samples import NOON
from web.charts import Dot, Series, line_chart
from web.library import Library
from web.library.comparison import MOST_AGENCIES, MOST_FIGURES, Line, Point, figure_of
from web.words import _words, preferred, say


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return explored(tmp_path_factory.mktemp("explored") / "archive")


@pytest.fixture(scope="module")
def site(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    return explorer(archive, tmp_path_factory.mktemp("web"))


@pytest.fixture
def own(archive: Archive, tmp_path: Path) -> Explorer:
    """An explorer over the same archive, for tests that change its settings or what it holds."""
    return explorer(archive, tmp_path)


def tree(site: Explorer, path: str, status: int = 200, **params: object) -> html.HtmlElement:
    answer = site.client.get(path, params=params or None)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.text[:500]
    return html.fromstring(answer.text)


def words(element: html.HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def test_the_overview_counts_reports_by_region_and_year_and_tells_what_happened(site: Explorer) -> None:
    page = tree(site, "/", lang="zh")
    (line,) = page.cssselect(".heat tbody tr")
    assert [words(cell) for cell in line] == ["99", "2", "2", "2", "2", "2", "2", "2", "2", "14"]
    (cell,) = page.cssselect(".heat a[href*='year=2023']")
    assert "region=99" in cell.get("href")
    news = {words(s.cssselect("h2")[0]): words(s) for s in page.cssselect(".news > section")}
    assert FINANCE + " 2025" in news["新发布"]
    assert FINANCE + " 2023" in news["有改动"]
    assert "4321" in news["有改动"]
    assert LABOUR + " 2019" in news["消失与撤下"]
    assert "暂无逾期" in news["逾期未发布"]


def test_search_finds_words_of_two_characters_in_text_and_names_with_counts(site: Explorer) -> None:
    page = tree(site, "/search", q="财政 2023", lang="en")
    assert words(page.cssselect(".count")[0]).startswith("1 reports")
    assert [words(a) for a in page.cssselect(".rows .name")] == [f"{FINANCE} 2023"]
    everywhere = tree(site, "/search", q="主动", lang="en")
    assert words(everywhere.cssselect(".count")[0]) == "14 reports"
    assert {words(m) for m in everywhere.cssselect("mark")} == {"主动"}
    facets = {words(li.cssselect("a")[0]): words(li.cssselect(".num")[0]) for li in everywhere.cssselect(".facets li")}
    assert facets["2023"] == "2"
    assert facets["flagged"] == "1"


def test_facets_count_what_choosing_them_would_give(site: Explorer) -> None:
    page = tree(site, "/search", verdict="flagged", lang="en")
    counts = {words(li.cssselect("a")[0]): int(words(li.cssselect(".num")[0])) for li in page.cssselect(".facets li")}
    assert counts["verified"] == 13  # a second verdict would add them
    for link in page.cssselect(".facets li a"):
        found = tree(site, link.get("href"))
        total = int(words(found.cssselect(".count")[0]).split()[0])
        number = int(words(link.getparent().cssselect(".num")[0]))
        held = link.get("aria-current") == "true"
        assert held or total in (number, number + 1), words(link)


def test_a_search_is_paged_without_losing_or_doubling_a_report(site: Explorer) -> None:
    seen, cursor = [], None
    while True:
        told = site.client.get("/api/v1/reports", params={"limit": 4, **({"after": cursor} if cursor else {})}).json()
        seen += [item["report_id"] for item in told["items"]]
        if (cursor := told["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 14


def test_a_report_stands_as_the_official_form_with_what_each_cell_prints(site: Explorer) -> None:
    page = tree(site, f"/reports/{site.report_id(FINANCE, 2022)}", lang="zh")
    tables = page.cssselect("table.official")
    assert [len(t.cssselect("td a")) for t in tables] == [10, 175, 15]
    shown = site.library.report(site.report_id(FINANCE, 2022)).parsed
    assert shown is not None
    for link in page.cssselect(".official td a"):
        assert words(link).replace(",", "") == str(shown["values"][link.get("id")])
    assert words(tables[1].cssselect("th[scope=row]")[0]) == "一、本年新收政府信息公开申请数量"


def test_a_doubtful_value_has_a_sign_and_says_why(site: Explorer) -> None:
    name = site.report_id(LABOUR, 2025)
    page = tree(site, f"/reports/{name}", lang="en", cell=TOTAL)
    link = page.get_element_by_id(TOTAL)
    assert words(link).startswith("9,999?")
    assert "in doubt" in link.get("title")
    card = words(page.get_element_by_id("cell"))
    assert "APP-BALANCE" in card
    assert "table 2, row" in card
    assert "≠" in card


def test_a_value_is_cited_with_its_document_and_its_address(site: Explorer) -> None:
    name = site.report_id(FINANCE, 2023)
    cite = words(tree(site, f"/reports/{name}", cell=CELL, lang="zh").cssselect(".cite")[0])
    assert FINANCE in cite
    assert "4321件" in cite
    assert f"http://localhost/reports/{name}?v=2&cell={CELL}" in cite


def test_two_versions_are_compared_in_figures_and_in_words(site: Explorer) -> None:
    page = tree(site, f"/reports/{site.report_id(FINANCE, 2023)}/diff", lang="en")
    (row,) = page.cssselect(".list tbody tr")
    assert words(row.cssselect("ins")[0]) == "4,321"
    assert "二〇二三年" in [words(one) for one in page.cssselect(".change ins")]


def test_agencies_are_compared_and_the_address_is_the_question(site: Explorer) -> None:
    agencies = [site.report_id(name, 2023).split("-")[0] for name in (FINANCE, LABOUR)]
    asked = {"agency": agencies, "figure": "applications.new_received.total", "from": 2019, "to": 2025, "lang": "en"}
    page = tree(site, "/compare", **asked)
    (svg,) = page.cssselect("svg.chart")
    said = [words(t) for t in svg.cssselect("text")]
    assert {"applications received", "Unit: items", "report year", "form of 2021"} <= set(said)
    rows = [[words(td) for td in tr] for tr in page.cssselect(".compared tbody tr")]
    shown = site.library.report(site.report_id(FINANCE, 2020)).parsed
    assert shown is not None
    assert rows[0][3] == f"{shown['values']['applications.new_received.total']:,}"
    csv = site.client.get("/compare.csv", params=asked).text.splitlines()  # type: ignore[arg-type]
    assert len(csv) == 1 + 14
    assert site.client.get("/compare.svg", params=asked).text.startswith("<svg xmlns=")  # type: ignore[arg-type]


def test_portals_tell_what_the_last_run_saw(site: Explorer) -> None:
    assert "青禾市 年报 example" in words(tree(site, "/portals", lang="en"))
    assert "not asked" not in words(tree(site, "/portals/example", lang="en"))
    tree(site, "/portals/nobody", 404)


def test_portals_that_nobody_visited_are_listed_apart(site: Explorer) -> None:
    page = tree(site, "/portals", lang="en")
    (waiting,) = page.xpath("//h2[@id='waiting']/following-sibling::div[1]//tbody/tr")
    assert "白榆市 年报" in words(waiting)
    assert "No run has visited" in words(tree(site, "/portals/waiting", lang="en"))


def test_events_have_feeds_for_every_question(site: Explorer) -> None:
    page = tree(site, "/events", event="revised", lang="en")
    assert [words(tag) for tag in page.cssselect(".told .tag")] == ["revised"]
    (atom,) = [link.get("href") for link in page.cssselect(".strip a") if words(link) == "Atom"]
    assert atom == "/events.atom?event=revised&lang=en"
    feed = site.client.get(atom)
    assert feed.headers["content-type"] == "application/atom+xml"
    assert feed.text.count("<entry>") == 1
    items = json.loads(site.client.get("/events.json", params={"q": LABOUR}).text)["items"]
    assert [item["tags"][0] for item in items] == ["disappeared"]


def test_every_page_comes_in_both_languages_and_under_200_kb(site: Explorer) -> None:
    name = site.report_id(LABOUR, 2025)
    agency = name.split("-")[0]
    for path in ("/", "/search?q=公开", f"/reports/{name}?cell={TOTAL}", f"/compare?agency={agency}", "/portals",
                 "/portals/example", "/events?all=true", "/about", "/api/v1/"):  # fmt: skip
        for accepted, tag in (("zh-CN,zh;q=0.9,en;q=0.3", "zh-CN"), ("en-GB,en;q=0.9,zh;q=0.1", "en")):
            answer = site.client.get(path, headers={"accept-language": accepted})
            assert answer.status_code == 200, path
            assert html.fromstring(answer.text).get("lang") == tag
            assert len(answer.content) < 200_000, path
            assert "style=" not in re.sub(r"<svg.*?</svg>", "", answer.text), path  # our policy would not let it


def test_the_largest_comparison_is_under_200_kb(site: Explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    def longest(_: Library, _agencies: tuple[str, ...], figures: tuple[str, ...], first: int, last: int) -> list[Line]:
        """Every year has a value, each in a report of its own with a name as long as they get."""
        points = [
            [Point(y, 1_234_567 + y, None, True, f"{office:010d}-{y}-aggregate-2", 1, figure, "own")
             for y in range(first, last + 1)]
            for figure in figures for office in range(MOST_AGENCIES)
        ]  # fmt: skip
        told = [
            (figure, f"青禾自治州发展和改革委员会办公室第{n}分局") for figure in figures for n in range(MOST_AGENCIES)
        ]
        return [
            Line(figure_of(figure), name, name, tuple(line)) for (figure, name), line in zip(told, points, strict=True)
        ]

    monkeypatch.setattr("web.pages.compare.compare", longest)
    figures = sorted(value_labels(), key=len)[-MOST_FIGURES:]
    asked = {"agency": site.report_id(FINANCE, 2020).split("-")[0], "figure": figures, "from": 2008, "to": 2025}
    cells = 0
    for part in range(1, 4):
        answer = site.client.get("/compare", params={**asked, "part": part})  # type: ignore[arg-type]
        assert len(answer.content) < 200_000
        page = html.fromstring(answer.text)
        assert words(page.cssselect(".pages [aria-current]")[0]) == f"第 {part} 页，共 3 页"
        assert len(page.cssselect("svg.chart")) == 2
        cells += len(page.cssselect(".compared td a"))
    assert cells == 18 * MOST_AGENCIES * MOST_FIGURES


def test_portals_come_in_pages_and_can_be_looked_for(own: Explorer) -> None:
    known = {
        f"p{n:03d}": PORTAL.model_copy(update={"id": f"p{n:03d}", "title": f"白榆市{n} 年报", "region": "990200"})
        for n in range(120)
    }
    own.library.registry = {**own.library.registry, **known}
    shown: list[str] = []
    address: str | None = "/portals?lang=en"
    while address:
        page = tree(own, address)
        shown += [words(row) for row in page.xpath("//h2[@id='waiting']/following-sibling::div[1]//tbody/tr/th")]
        assert "Registered portals not visited yet: 121" in words(page)
        address = next((a.get("href") for a in page.cssselect("a[rel=next]")), None)
    assert shown == [*(f"白榆市{n} 年报" for n in range(120)), "白榆市 年报"]
    found = tree(own, "/portals", lang="en", q="白榆市17 p017")
    assert [words(a) for a in found.cssselect("tbody th a")] == ["白榆市17 年报"]
    assert "No such portal" in words(tree(own, "/portals", lang="en", q="nowhere"))
    api = own.client.get("/api/v1/portals", params={"limit": 100}).json()
    rest = own.client.get("/api/v1/portals", params={"limit": 100, "after": api["next"]}).json()
    assert [len(api["items"]), len(rest["items"]), rest["next"]] == [100, 22, None]


def test_a_language_that_was_chosen_goes_along(site: Explorer) -> None:
    page = tree(site, "/", lang="en")
    ours = [a.get("href") for a in page.cssselect("main a, nav a")]
    assert ours
    assert all("lang=en" in href for href in ours)


def test_words_of_both_languages_name_the_same_facts() -> None:
    for key, (zh, en) in _words().items():
        assert sorted(re.findall(r"{\w+}", zh)) == sorted(re.findall(r"{\w+}", en)), key
    assert say("en", "n_reports", n=3) == "3 reports"
    assert preferred(None, "fr;q=0.9, en;q=0.8, zh;q=0.2") == "en"
    assert preferred(None, "fr") == "zh"
    assert preferred("zh", "en") == "zh"
    assert preferred(None, "en;q=x, zh;q=0.1") == "zh"


def test_what_is_not_there_or_makes_no_sense_is_said_in_one_sentence(site: Explorer) -> None:
    name = site.report_id(FINANCE, 2022)
    for path, status in (
        ("/nothing", 404), ("/reports/none", 404), ("/reports/..%2f..", 404), (f"/reports/{name}?v=9", 404),
        (f"/reports/{name}?v=x", 400), (f"/reports/{name}?cell=no.such", 404), (f"/reports/{name}/diff", 400),
        ("/search?after=zzz", 400), ("/events?after=zzz", 400), ("/compare?agency=nobody", 400), ("/?region=ab", 400),
        ("/compare?from=2020&to=2010", 400), (f"/reports/{name}/versions/1/parts/9", 404),
    ):  # fmt: skip
        page = tree(site, path, status)
        assert str(status) in words(page.cssselect("h1")[0]), path
        assert "Traceback" not in words(page)
    assert site.client.post("/search").status_code == 405


def test_a_strange_host_is_not_answered(site: Explorer) -> None:
    assert site.client.get("/", headers={"host": "rebound.example"}).status_code == 400


def test_what_is_withheld_answers_451_everywhere(archive: Archive, own: Explorer) -> None:
    name, whole = own.report_id(FINANCE, 2023), own.report_id(LABOUR, 2019)
    facts = {"reason": "court order of 2 December", "by": "me", "at": NOON}
    archive.add_restriction(name, 1, restricted=True, **facts)  # type: ignore[arg-type]
    archive.add_restriction(whole, None, restricted=True, **facts)  # type: ignore[arg-type]
    own.library._heard = None
    try:
        for path in (f"/reports/{whole}", f"/reports/{whole}/report.json", f"/reports/{whole}/values.csv",
                     f"/reports/{whole}/versions/1/parts/0", f"/reports/{name}?v=1", f"/reports/{name}/diff?a=1&b=2",
                     f"/reports/{name}/versions/1/parts/0", f"/api/v1/reports/{whole}",
                     f"/api/v1/reports/{whole}/versions/1", f"/api/v1/reports/{name}/versions/1",
                     f"/api/v1/reports/{name}/diff?a=1&b=2"):  # fmt: skip
            answer = own.client.get(path)
            assert answer.status_code == 451, path
            assert "court order" in answer.text
        assert own.originals.get(f"/{whole}/1/0").status_code == 451
        assert own.originals.get(f"/{name}/1/0").status_code == 451
        assert own.client.post(f"/reports/{whole}/errata", data={"cell": CELL, "should_be": "1"}).status_code == 451
        assert own.client.get(f"/reports/{name}").status_code == 200
        for path in ("/", "/search", "/events", "/events?all=true", "/events.atom", "/events.json", "/api/v1/reports",
                     "/api/v1/events?baseline=true", f"/search?q={LABOUR}"):  # fmt: skip
            assert whole not in own.client.get(path).text, path
        assert own.client.get("/api/v1/reports").json()["total"] == 13
        years = own.client.get("/compare.csv", params={"agency": whole.split("-")[0]}).text
        assert "2019" not in years
    finally:
        archive.add_restriction(name, 1, restricted=False, **facts)  # type: ignore[arg-type]
        archive.add_restriction(whole, None, restricted=False, **facts)  # type: ignore[arg-type]


def test_downloads_are_the_bytes_as_received_and_never_shown_as_a_page(site: Explorer, archive: Archive) -> None:
    name = site.report_id(LABOUR, 2022)
    answer = site.client.get(f"/reports/{name}/versions/1/parts/0")
    (version,) = archive.versions(name)
    assert answer.content == archive.raw(version.manifest.parts[0].sha256)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_csv_gives_a_spreadsheet_no_formula(site: Explorer) -> None:
    from web.csv_files import csv_text

    assert csv_text("=1+1") == "'=1+1"
    assert csv_text("-") == "-"
    lines = site.client.get(f"/reports/{site.report_id(FINANCE, 2022)}/values.csv").text.splitlines()
    assert len(lines) == 201


def test_every_check_of_the_forms_has_words_for_readers() -> None:
    codes = {check.id for form in load_forms().values() for check in (*form.checks, *form.mentions)}
    assert [code for code in sorted(codes) if f"finding_{code}" not in _words()] == []


def test_a_report_s_sections_stand_in_the_order_of_the_form(site: Explorer) -> None:
    page = tree(site, f"/reports/{site.report_id(FINANCE, 2023)}")
    headings = [words(one) for one in page.cssselect("#h-text ~ details > summary")]
    assert headings[0] == "一、总体情况"
    assert headings[-1] == "六、其他需要报告的事项"
    assert list(in_reading_order({"x": 1, "fees": 2, "overview": 3})) == ["overview", "fees", "x"]


def test_years_of_another_scope_are_marked_and_joined_by_dashes_only() -> None:
    own, region = Dot(2021, 5, False, "own"), Dot(2022, 6, False, "region_aggregate")
    drawn = [
        line_chart([Series("a", dots)], [2021, 2022], ["2021", "2022"], title="t", y_title="", x_title="", breaks={},
                   source="")
        for dots in ([own, region], [own, region._replace(kind="own")])
    ]  # fmt: skip
    assert ["stroke-dasharray" in svg for svg in drawn] == [True, False]


def test_names_at_the_edge_of_a_chart_stand_apart_and_above_the_axis() -> None:
    lines = [Series(f"机关{n}", [Dot(2021, 0, False)]) for n in range(8)]
    svg = line_chart(lines, [2021], ["2021"], title="t", y_title="", x_title="", breaks={}, source="")
    heights = [float(y) for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)" stroke="none"', svg)]
    assert len(heights) == 8
    assert min(low - high for high, low in pairwise(sorted(heights))) >= 15
    assert max(heights) <= 380 - 66 + 4


def test_an_original_that_can_t_be_shown_says_so_in_plain_words(site: Explorer) -> None:
    name = site.report_id(FINANCE, 2022)
    for path, status in (("/nobody/1/0", 404), (f"/{name}/1/9", 404), (f"/{name}/x/0", 400),
                         (f"/{name}/1/0?page=0", 400), ("/nothing", 404)):  # fmt: skip
        answer = site.originals.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), path
        assert str(status) in answer.text
        assert "sandbox" in answer.headers["content-security-policy"]


def test_a_line_is_broken_where_a_year_is_missing_and_dashed_over_a_break() -> None:
    dots = [Dot(year, year - 2017, year == 2020) for year in (2018, 2019, 2020, 2022, 2023, 2024)]
    svg = line_chart([Series("机关", dots)], list(range(2018, 2025)), [""] * 7, title="t", y_title="", x_title="",
                     breaks={2018.5: "new form"}, source="")  # fmt: skip
    paths = [(path.get("d") or "", path.get("stroke-dasharray")) for path in html.fromstring(svg).iter("path")]
    assert [(d.count("L"), dash) for d, dash in paths if "L" in d] == [(1, "3 4"), (1, None), (2, None)]
    assert svg.count('class="hollow"') == 1
    assert svg.count("<circle") == 6 + 1  # the values and the name

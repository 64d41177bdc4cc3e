"""Hanweb's module for open information: rows from `search.jsp`, which answers beyond the column that asks.

`xxgkAnnualReport.jsp?fbtime=2017&area=…` is a report itself; year and agency are its parameters, and only those that
the site's own selectors list are asked for.
"""

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from bs4 import Tag

from model.capture import Row
from spiders.families import static
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "hanweb_xxgk"

ADDRESS = re.compile(r"/module/xxgk/")
# A literal of the page: '/module/xxgk/search.jsp?divid=div20551&infotypeId=A0101&currpage=1'
SEARCH = re.compile(r"""["']([^"']*/module/xxgk/search\w*\.jsp(?:\?[^"']*)?)["']""")
YEARLY = re.compile(r"/module/xxgk/xxgkAnnualReport\.jsp", re.IGNORECASE)
COLUMN = re.compile(r"\bdiv(?:id)?=div(\d+)|/col/col(\d+)/")
ARTICLE = re.compile(r"/art_(\d+)_\d+\.html")
TOTAL = re.compile(r"共\s*(?:<[^<>]*>\s*)*(\d+)\s*(?:<[^<>]*>\s*)*条|totalrecord\W{0,4}(\d+)", re.IGNORECASE)


def marked(page: Page) -> bool:
    return page.holds(
        "/module/xxgk/search",
        "/module/xxgk/subjectinfo.jsp",
        "/module/xxgk/xxgkannualreport.jsp",
        sharing="/module/xxgk/",
    ) or page.holds("tr_main_value_odd", "tr_main_value_even", sharing="tr_main_value_")


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url))


def rows(page: Page) -> list[Row]:
    """Rows of the table, without those of other columns that the search mixes in."""
    shell = page.shell or page
    found: dict[str, Row] = {}
    for element in page.soup.select(".tr_main_value_odd, .tr_main_value_even") or [page.soup]:
        for row in linked_rows(page, element):
            found.setdefault(row.url, row)
    own = _column(shell.url) or _column(shell.text)
    of_column = [r for r in found.values() if own is None or _column_of(r) in {own, None}]
    return [*of_column, *_yearly_reports(page)]


def next_request(page: Page, reading: Reading) -> Ask | None:
    if found := TOTAL.search(page.text):
        reading.announced = int(found[1] or found[2])
    address = _search(reading.first)
    if address is None:
        return static.next_request(page, reading)
    if reading.last in {"repeat", "gone"}:
        # The total counts the rows of other columns too, so the end is where the search repeats itself or is empty.
        reading.announced = None
        reading.end("no new rows", whole=reading.last == "repeat")
        return None
    # What stands in the page already is what the search would give first.
    number = (2 if reading.rows_seen and not reading.steps else 1) + len(reading.steps)
    ask = Ask(_with(address, currpage=str(number)), referer=reading.first.url, data=True)
    if reading.asked(ask):
        reading.end("no new rows", whole=True)
        return None
    return ask


def _search(page: Page) -> str | None:
    """The address of the search with the page's own parameters, from a script, a frame or a form."""
    if found := SEARCH.search(page.text):
        address = page.resolve(found[1].replace("&amp;", "&"))
        form = page.soup.find("form", action=re.compile(r"/module/xxgk/search\w*\.jsp"))
        if address and isinstance(form, Tag):
            fields = {str(i["name"]): str(i.get("value", "")) for i in form.find_all("input", attrs={"name": True})}
            return _with(address, **fields)
        return address
    return None


def _with(address: str, **parameters: str) -> str:
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | parameters
    return urlunsplit(parts._replace(query=urlencode(query)))


def _column(text: str) -> str | None:
    found = COLUMN.search(text)
    return (found[1] or found[2]) if found else None


def _column_of(row: Row) -> str | None:
    found = ARTICLE.search(urlsplit(row.url).path)
    return found[1] if found else None


def _yearly_reports(page: Page) -> list[Row]:
    """The report page of each year and unit that the page offers, in links or in its two selectors."""
    found: dict[str, Row] = {}
    for anchor in page.soup.find_all("a", href=YEARLY):
        if url := page.resolve(str(anchor["href"])):
            _add_yearly(found, page, url, anchor.get_text(strip=True))
    years = _options(page, "fbtime")
    if years:
        here = _with(page.url, fbtime="")
        own_area = parse_qs(urlsplit(page.url).query).get("area", [""])[0]
        units = _options(page, "area") or {own_area: ""}
        address = here if YEARLY.search(page.url) else page.resolve("/module/xxgk/xxgkAnnualReport.jsp")
        for area, unit in units.items():
            for year in years:
                if address and area:
                    _add_yearly(found, page, _with(address, fbtime=year, area=area), unit)
    return list(found.values())


def _add_yearly(found: dict[str, Row], page: Page, url: str, name: str) -> None:
    query = parse_qs(urlsplit(url).query)
    year = query.get("fbtime", [""])[0]
    if not re.fullmatch(r"20\d\d", year):
        return
    agency = name if name and not re.search(r"\d{4}", name) else None
    title = f"{agency or ''}{year}年政府信息公开工作年度报告"
    found[url] = Row(url=url, title=title, kind="report", year=int(year), agency=agency, list_url=page.url)


def _options(page: Page, name: str) -> dict[str, str]:
    """Value to text of a selector's options."""
    select = page.soup.find("select", attrs={"name": name})
    if not isinstance(select, Tag):
        return {}
    options = ((str(o.get("value", "")).strip(), o.get_text(strip=True)) for o in select.find_all("option"))
    return {value: text for value, text in options if value}


FAMILY = Family(
    NAME,
    marked,
    hinted,
    rows,
    next_request,
    containers=("#zoom", ".main-txt", ".bt_content", ".xxgk_content"),
)

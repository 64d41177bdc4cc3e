"""Which report is it: title, year, agency, scope, date of publication."""

import itertools
import re

from model.normal_text import squeeze
from model.report import AgencyReading
from model.titles import TitleReading, classify_title
from parsers.page import Page

# 统计期限为2022年1月1日至2022年12月31日
PERIOD = re.compile(r"(?:统计期限|期限|时限|数据统计)[^。]{0,16}?(20\d\d)年0?1月0?1日")
DATE = re.compile(r"(20\d\d)[-年/.](\d{1,2})[-月/.](\d{1,2})")
PUBLISHED = re.compile(r"(?:发布|公开|发文|更新)(?:日期|时间)[:：]?\s*(20\d\d)[-年/.](\d{1,2})[-月/.](\d{1,2})")
AGGREGATE = re.compile(r"全[市省区县州]各级|全[市省区县]行政机关|各级行政机关|汇总|综合各[^。]{0,20}编制")
LEVELS = (
    ("township", "township", re.compile(r"(?:乡|镇|街道)(?:人民政府|办事处)?$")),
    ("province", "government", re.compile(r"(?:省|自治区|天津市|北京市|上海市|重庆市)(?:人民政府)?$")),
    ("county", "government", re.compile(r"(?:县|区|旗)人民政府$")),
    ("prefecture", "government", re.compile(r"(?:市|州|盟)人民政府$")),
)
MUNICIPALITY = re.compile(r"^(?:天津市|北京市|上海市|重庆市)(?![^区县]{1,6}[区县])")
CORE = re.compile(r"^(?:.{2,10}?(?:自治区|省))?(?:.{2,8}?(?:市|州|盟))?(?:.{1,8}?(?:县|区|旗))?(?=.{2})")


def identify(page: Page, extra_titles: tuple[str, ...] = ()) -> tuple[str | None, TitleReading, AgencyReading]:
    """Title, its reading and the agency; the year falls back on the period sentence of the text."""
    lines = page.lines[:25]
    pairs = [a + b for a, b in itertools.pairwise(lines) if len(a) + len(b) < 80]
    best: tuple[str | None, TitleReading] = (None, TitleReading("not_report"))
    rank = -1
    candidates = [*page.titles, *(line for line in lines if len(line) < 80), *pairs, *extra_titles]
    for title in candidates:
        reading = classify_title(title)
        score = (reading.kind == "report") * 4 + (reading.year is not None) * 2 + (reading.agency is not None)
        if reading.kind != "not_report" and score > rank:
            best, rank = (title, reading), score
    chosen, reading = best
    text = squeeze("".join(page.lines[:60]))[:20_000]
    year = reading.year
    if year is None and (period := PERIOD.search(text)):
        year = int(period[1])
    name = reading.agency or page.source
    agency = AgencyReading(name=name)
    if name:
        agency.core_name = CORE.sub("", name) or name
        for level, kind, pattern in LEVELS:
            if pattern.search(name):
                agency.level, agency.kind = level, kind  # type: ignore[assignment]
                break
        else:
            agency.kind = "department"
            agency.level = "province" if MUNICIPALITY.match(name) or "省" in name[:8] else None
        agency.scope = "region_aggregate" if AGGREGATE.search(text[:3000]) else "own"
    return (chosen or (page.titles[0] if page.titles else None)), reading._replace(year=year), agency


def published_on(page: Page) -> str | None:
    """The date of publication that the page prints, as ISO; never that of an address."""
    found = DATE.search(page.published) if page.published else None
    if found is None:
        found = next((m for line in page.lines[:40] if (m := PUBLISHED.search(line))), None)
    if found is None:
        return None
    year, month, day = (int(g) for g in found.groups()[-3:])
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None

"""Which report is it: title, year, agency, scope, date of publication.

Title over preamble over column; the address of a page tells nothing of its own (report-format 5.4, portals 3.4). What
contradicts the title becomes a finding.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from model.agency_names import NameReading, Surroundings, read_name
from model.divisions import above, division, short_name
from model.normal_text import squeeze
from model.report import AgencyReading, Finding
from model.titles import TitleReading, classify_title
from model.vocabulary import Fault, Severity
from parsers.page import Page
from parsers.scope import scope_of
from parsers.surroundings import surroundings

# 统计期限为2022年1月1日至2022年12月31日; 自2016年1月1日起至; real pages lose some of the words
PERIOD = re.compile(
    r"(?:期限|时限|期间|周期|统计时间|起止|时间范围|数据|自|从)[^。;]{0,16}?(20\d\d)年0?1月0?1日[^。;]{0,6}(?:至|到|—|-|~)[^。;]{0,3}?(20\d\d)?年?12月31"
)
DATE = re.compile(r"(20\d\d)[-年/.](\d{1,2})[-月/.](\d{1,2})|\b(20\d\d)(\d\d)(\d\d)\b")
PUBLISHED = re.compile(
    r"(?:发布|公开|发文|更新|生成|成文)?(?:日期|时间|日)[:：]?\s*(20\d\d)[-年/.](\d{1,2})[-月/.](\d{1,2})"
)
# 本报告由某市财政局编制; 某局现公布2022年度…; 由某镇人民政府办公室编制完成
BY = re.compile(
    r"(?:报告|年报)由([^,。;:()]{3,30}?)(?:负责)?(?:根据|按照|依据|汇总|编制|组织编制|综合)"
    r"|(?:根据|按照)[^。]{2,160}?(?:要求|规定|精神),(?:结合[^。,]{2,30},)?(?:现?由|现将)?([^,。;:()年]{3,30}?)(?:编制|公布|向社会公布|发布)"
)
AGENCY_END = re.compile(
    r"(?:局|委|委员会|厅|办|办公室|政府|乡|镇|街道|街|办事处|中心|省|市|区|县|州|盟|旗|管委会|队|行|海关|部|署|院|苏木)$"
)
NO_NAME = re.compile(r"[,。;:?!|<>=&]|^(?:关于|根据|首页)|政府信息公开|^\d+$")
CRUMB = re.compile(r"[>»/|·]+")

FIRST_HEADING = re.compile(r"^\s*一[、.,]")


@dataclass
class Identity:
    """What the document says of itself. `findings`: where it contradicts itself, or says less than it should."""

    title: str | None
    reading: TitleReading
    agency: AgencyReading
    published_on: str | None
    findings: list[Finding] = field(default_factory=list)

    def note(self, code: str, place: str, message: str, severity: Severity = Severity.WARNING) -> None:
        fault = Fault.SOURCE if severity is Severity.WARNING else Fault.UNKNOWN
        self.findings.append(Finding(code=code, place=place, severity=severity, fault=fault, message=message))


def identity_of(page: Page, extra_titles: tuple[str, ...] = (), url: str | None = None) -> Identity:
    """The identity of a document; `url` is a hint for names that fit several regions, and no more."""
    title, reading = _title(page, extra_titles)
    preamble = _preamble(page)
    found = Identity(title, reading, AgencyReading(), published_on(page))
    if title in page.unseen:
        _prefer_what_is_seen(found, page, preamble)
        title, reading = found.title, found.reading
    _settle_year(found, preamble)
    year = found.reading.year
    around = surroundings(page, url, year)
    named = _clean(reading.agency)
    maker = _maker(preamble)
    printed = named or maker or _clean(page.source, strict=True)
    if printed:
        read = read_name(printed, around, year)
        # 市科委 in the preamble is the office of the region that the title names.
        inside = Surroundings(read.region or around.site, around.within)
        other = read_name(maker, inside, year) if maker and named else None
        read = _by_own_words(read, other, page, year)
        found.agency = AgencyReading(name=printed, core_name=read.core, division_code=read.region, level=read.level,
                                     kind=read.kind)  # fmt: skip
        found.agency.scope = scope_of(read.kind, title or "", preamble, page)
        if other is not None and _contradict(read, other):
            found.note("IDENTITY-AGENCY", "agency", f"the title names {printed}, the preamble {maker}")
    return found


def _title(page: Page, extra: tuple[str, ...]) -> tuple[str | None, TitleReading]:
    """The candidate that tells most; of equals the first."""
    lines = page.lines[:25]
    best: tuple[str | None, TitleReading] = (page.titles[0] if page.titles else None, TitleReading("not_report"))
    rank = -1
    for title in (*page.titles, *(line for line in lines if len(line) < 80), *_joined(lines), *extra):
        reading = classify_title(title[:300])
        if reading.kind == "not_report":
            continue
        score = (reading.kind == "report") * 4 + (reading.year is not None) * 2 + (_clean(reading.agency) is not None)
        if score > rank:
            best, rank = (title, reading), score
    return best


def _prefer_what_is_seen(found: Identity, page: Page, preamble: str) -> None:
    """A title in a tag may be left over from another report: the heading in the text outweighs it, and it is told.

    A heading of its own (h1) speaks for the text, else the last line above it that names a report; unless the preamble
    agrees with the tag.
    """
    own = [t for t in page.titles if t not in page.unseen]
    seen = ((t, classify_title(t[:300])) for t in own or _lines_above(page.lines))
    headings = [(t, r) for t, r in seen if r.kind == "report" and (r.year or _clean(r.agency, strict=True))]
    tag = found.reading
    if not headings or any(not _differ(tag, reading) for _, reading in headings):
        return
    title, reading = headings[-1]
    listed = not own and any(_differ(reading, other) for _, other in headings)
    period, maker = PERIOD.search(preamble), _maker(preamble)
    by_year = period is not None and tag.year == int(period[1]) != reading.year
    by_maker = maker is not None and not _other_name(tag.agency, maker) and _other_name(reading.agency, maker)
    found.note("IDENTITY-TITLE", "title", f"the page's tag and its heading name two reports: {found.title}; {title}")
    if by_year or by_maker or listed:  # several reports are named above the text: links to others
        return
    if reading.agency is None and not _other_name(tag.agency, maker):
        reading = reading._replace(agency=tag.agency)  # only the year is another
    found.title, found.reading = title, reading


def _lines_above(lines: list[str]) -> list[str]:
    """The lines above section 一 that may be headings, also where one goes on in the next."""
    end = next((n for n, line in enumerate(lines[:60]) if FIRST_HEADING.match(line) and len(line) < 40), 25)
    above = lines[:end]
    return [line for line in [*_joined(above), *above] if len(line) < 80]


def _differ(one: TitleReading, other: TitleReading) -> bool:
    """Do two titles name different reports, as far as both tell?"""
    if one.year is not None and other.year is not None and one.year != other.year:
        return True
    return _other_name(one.agency, other.agency)


def _other_name(one: str | None, other: str | None) -> bool:
    first, second = _clean(one), _clean(other)
    if first is None or second is None or first in second or second in first:
        return False
    a, b = read_name(first), read_name(second)
    if a.core and b.core and a.core not in b.core and b.core not in a.core:
        return True
    if a.region and b.region:
        return a.region != b.region
    return not (a.core and b.core)


def _joined(lines: list[str]) -> Iterator[str]:
    """Titles over two lines, or three: an agency's line joins the next, a broken phrase its end."""
    for first, second in itertools.pairwise(lines):
        if (
            len(first) + len(second) < 80
            and "。" not in first + second
            and (AGENCY_END.search(first) or not classify_title(second).year)
        ):
            yield first + second


def _preamble(page: Page) -> str:
    """The words before section 一, squeezed; the first 3,000 characters where no heading is found."""
    text = []
    for line in page.lines[:60]:
        if FIRST_HEADING.match(line) and len(line) < 40:
            break
        text.append(line[:3000])
    joined = squeeze("".join(text)[:4000])
    end = joined.find("一、总体情况") if "一、总体情况" in joined else joined.find("一、概述")
    return joined[: end if end > 0 else 3000]


def _settle_year(found: Identity, preamble: str) -> None:
    """Title over the period sentence over the year before the publication."""
    period = PERIOD.search(preamble)
    printed = int(period[1]) if period else None
    year = found.reading.year
    if year is None and printed is not None:
        found.reading = found.reading._replace(year=printed)
    elif year is not None and printed is not None and printed != year:
        found.note("IDENTITY-YEAR", "report_year", f"the title says {year}, the period of the figures {printed}")
    elif year is None and found.reading.kind == "report" and found.published_on:
        guessed = int(found.published_on[:4]) - 1
        found.reading = found.reading._replace(year=guessed)
        found.note("IDENTITY-YEAR", "report_year", f"no year is printed; {guessed} is the year before the publication",
                   Severity.INFO)  # fmt: skip
    year = found.reading.year
    if year is not None and found.published_on and found.published_on <= f"{year}-12-31":
        found.note("IDENTITY-EARLY", "published_on", f"published on {found.published_on}, before {year} had ended")


def _clean(name: str | None, *, strict: bool = False) -> str | None:
    """A name as printed, without the crumbs of a path in front; None for what is no name."""
    if not name:
        return None
    last = CRUMB.split(name)[-1].strip(" -_")
    plain = squeeze(last)
    if not 2 <= len(plain) <= 45 or NO_NAME.search(plain) or (strict and not AGENCY_END.search(plain)):
        return None
    if re.fullmatch(r"(?:我|本)(?:机关|单位|局|委|厅|办|镇|乡|街道|县|区|市|省|部门)", plain):
        return None
    return last


def _maker(preamble: str) -> str | None:
    """Who made the report, by the preamble; 本机关 and 我局 name nobody."""
    for match in itertools.islice(BY.finditer(preamble[:1500]), 3):
        name = _clean(match[1] or match[2], strict=True)
        if name and not re.match(r"(?:我|本|现|并|特)", name):
            return name
    return None


def _by_own_words(read: NameReading, other: NameReading | None, page: Page, year: int | None) -> NameReading:
    """A region for a name that has none, where the document itself leaves one choice: 南京市鼓楼区 in its text."""
    if read.region is not None:
        return read
    if other is not None and other.region and other.core == read.core:
        return read._replace(region=other.region, level=other.level, full=other.full)
    text = squeeze("".join(page.lines[:60])[:20_000])
    fitting = [code for code in read.candidates if any(name in text for name in _long_names(code, year))]
    if len(fitting) != 1:
        return read
    own = division(fitting[0], year) or division(fitting[0])
    again = read_name(f"{_long_names(fitting[0], year)[0]}{read.core}", year=year) if own else read
    return again._replace(printed=read.printed) if again.region == fitting[0] else read


def _long_names(code: str, year: int | None) -> list[str]:
    """A county with its city or province in front, in full and as people shorten it."""
    steps = [division(step, year) or division(step) for step in above(code)]
    own, *outer = [step.name for step in steps if step is not None]
    return [f"{way}{own}" for name in outer for way in (name, short_name(name)) if way]


def _contradict(read: NameReading, other: NameReading) -> bool:
    """A government's report is made by its office; any other pair of names should be one agency."""
    if not read.core or not other.core or read.kind in ("government", "zone", "township", "street"):
        return False
    if read.region and other.region and read.region != other.region:
        return True
    return read.core not in other.core and other.core not in read.core


def published_on(page: Page) -> str | None:
    """The date of publication that the page prints, as ISO; never that of an address."""
    found = DATE.search(page.published) if page.published else None
    if found is None:
        found = next((m for line in page.lines[:40] if (m := PUBLISHED.search(line[:2000]))), None)
    if found is None:
        return None
    year, month, day = (int(g) for g in found.groups() if g)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None

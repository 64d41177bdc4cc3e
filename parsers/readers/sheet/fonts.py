"""Fonts of XLSX that make figures doubtful: struck out, raised or lowered, white on white (ECMA-376, 18.8.22)."""

from lxml import etree

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
WHITE = frozenset({"FFFFFFFF", "00FFFFFF", "FFFFFF"})
WHITE_INDEX = frozenset({"1", "9"})  # of the palette that every workbook has
PAPER = "0"  # the first colour of a theme is that of the paper
OFF = frozenset({"0", "false", "off"})


def is_doubtful(font: "etree._Element") -> bool:
    """Struck out or raised: such digits are none of the figure that the others make."""
    strike, raised = font.find(f"{S}strike"), font.find(f"{S}vertAlign")
    struck = strike is not None and strike.get("val", "1") not in OFF
    return struck or (raised is not None and raised.get("val") in ("superscript", "subscript"))


def is_white(font: "etree._Element") -> bool:
    return _is_white(font.find(f"{S}color"))


def is_filled(fill: "etree._Element") -> bool:
    """Does it give cells another ground than white?"""
    pattern = fill.find(f"{S}patternFill")
    if pattern is None:
        return len(fill) > 0
    if pattern.get("patternType", "none") == "none":
        return False
    return pattern.get("patternType") != "solid" or not _is_white(pattern.find(f"{S}fgColor"))


def has_doubtful_runs(words: "etree._Element") -> bool:
    """Do some letters of a text look so that their digits are doubtful?"""
    looks = list(words.iterfind(f"{S}r/{S}rPr"))
    return any(is_doubtful(look) or is_white(look) for look in looks)


def _is_white(color: "etree._Element | None") -> bool:
    if color is None:
        return False
    if color.get("rgb"):
        return (color.get("rgb") or "").upper() in WHITE
    return (color.get("theme") == PAPER and not color.get("tint")) or color.get("indexed") in WHITE_INDEX

"""What a page does not show is no figure, and what it shows without letters is no blank: done on the tree, before cells
are read."""

import re
from typing import Any

from lxml import etree

# display: none; visibility:hidden; mso-hide:all; font-size:0px; opacity: 0
HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|(?:font-size|opacity)\s*:\s*0+(?:\.0+)?\s*(?:px|pt|r?em|%|!|;|$)",
    re.IGNORECASE,
)
STRIKES = re.compile(r"text-decoration[^;]*:[^;]*line-through", re.IGNORECASE)
RAISES = re.compile(r"vertical-align\s*:\s*(?:super|sub)\b", re.IGNORECASE)
# Looking for elements by style takes longer than reading the page: only for words that the page's styles have.
HIDING = ("none", "hidden", "mso-hide", "font-size:0", "font-size: 0", "opacity:0", "opacity: 0")
STRIKING = ("line-through",)
RAISING = ("super", "align:sub", "align: sub")
STYLES: Any = etree.XPath("//@style", smart_strings=False)
STYLED: Any = etree.XPath(
    "//*[contains(translate(@style, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'), $needle)]"
)
FLAGGED: Any = etree.XPath("//*[@hidden]")
CELLS = ("td", "th")
RAISED_BY = ("sup", "sub")
STRUCK_BY = ("s", "strike", "del")
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
PROSE = 300  # an article that only a script shows is longer than what is hidden in cells
FILLED = frozenset({"text", "number", "tel", "", "search", "button", "submit"})
UNSEEN = frozenset({"hidden"})
PICTURE = "\ufffc"


def _remove(element: "etree._Element") -> None:
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _in_table(element: "etree._Element") -> bool:
    return element.tag in (*CELLS, "tr") or next(element.iterancestors(*CELLS), None) is not None


def styles_of(root: "etree._Element") -> str:
    """All that the page's styles say, each once, in small letters."""
    return "\n".join(set(STYLES(root))).lower()


def leave_out_hidden(root: "etree._Element", styles: str, *, tables: bool) -> bool:
    """Takes hidden rows, cells and parts of cells out. True when hidden tables went, too (only if `tables`)."""
    suspected: list[etree._Element] = list(FLAGGED(root)) + _styled(root, styles, HIDING)
    left_out = False
    for element in suspected:
        if element.get("hidden") is None and not HIDES.search(element.get("style") or ""):
            continue
        if element.tag == "table" or next(element.iterdescendants("table"), None) is not None:
            left_out = left_out or tables
            if tables:
                _remove(element)
        elif _in_table(element) and len("".join(map(str, element.itertext()))) < PROSE:
            _remove(element)
    return left_out


def _styled(root: "etree._Element", styles: str, needles: tuple[str, ...]) -> "list[etree._Element]":
    """The elements whose style has one of these words."""
    return [found for needle in needles if needle in styles for found in STYLED(root, needle=needle)]


def _in_cell(element: "etree._Element") -> bool:
    return next(element.iterancestors(*CELLS), None) is not None


def spell_out(root: "etree._Element", styles: str) -> None:
    """Raised figures stay raised (12¹ is not 121), struck-out ones go, and fields of a form print what fills them."""
    marked = list(root.iter(*RAISED_BY, *STRUCK_BY, "input"))
    styled = [e for e in _styled(root, styles, RAISING) if RAISES.search(e.get("style") or "") and _in_cell(e)]
    for raised in [*(e for e in marked if e.tag in RAISED_BY), *styled]:
        for piece in raised.iter():
            piece.text = piece.text and piece.text.translate(RAISED)
            if piece is not raised:
                piece.tail = piece.tail and piece.tail.translate(RAISED)
    styled = [e for e in _styled(root, styles, STRIKING) if STRIKES.search(e.get("style") or "")]
    for struck in [*(e for e in marked if e.tag in STRUCK_BY), *styled]:
        if _in_cell(struck):
            _remove(struck)
    for entry in (e for e in marked if e.tag == "input"):
        kind = (entry.get("type") or "").lower()
        if kind not in UNSEEN and _in_cell(entry):
            entry.tail = ((entry.get("value") or "") if kind in FILLED else PICTURE) + (entry.tail or "")

"""What a page does not show is no figure, and what it shows without letters is no blank: done on the tree, before cells
are read."""

import re
from itertools import islice
from typing import Any

from lxml import etree

from parsers.readers.html_styles import GROUND, HIDES, LOWERED, MOVES, PALE, RAISES, STRIKES, TURNS, Styles

FLAGGED: Any = etree.XPath("//*[@hidden]")
CELLS = ("td", "th")
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
PROSE = 300  # an article that only a script shows is longer than what is hidden in cells
FILLED = frozenset({"text", "number", "tel", "", "search", "button", "submit"})
UNSEEN = frozenset({"hidden"})
PICTURE = "\ufffc"
WHITE = frozenset({"white", "#fff", "#ffffff", "ffffff", "transparent"})
# What frameworks call parts that are not seen; their sheets are linked, and nobody loads them.
NAMED_UNSEEN = frozenset({"sr-only", "visually-hidden", "d-none", "hidden", "hide", "invisible", "display-none"})
CLASS_UNSEEN = re.compile(
    rb"class=[\"']?(?:[^\"'>]{0,80} )?(?:%s)[\"' >]" % b"|".join(n.encode() for n in NAMED_UNSEEN)
)
NAMED: Any = etree.XPath("//td//*[@class]|//th//*[@class]")
DIGIT = re.compile(r"\d")
LETTER = re.compile(r"[^\W\d_]")
MOST_DEPTH = 30
LONGEST = 60


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


def leave_out_hidden(root: "etree._Element", content: bytes, styles: Styles, *, tables: bool) -> bool:
    """Takes hidden rows, cells and parts of cells out. True when hidden tables went, too (only if `tables`).

    `content`: the page in small letters.
    """
    suspected: list[etree._Element] = list(FLAGGED(root)) if b" hidden" in content else []
    suspected += [e for e, style in styles.inline if HIDES.search(style)]
    suspected += [e for e, effects in styles.ruled if effects == {"hides"}]
    left_out = False
    for element in suspected:
        if element.tag == "table" or next(element.iterdescendants("table"), None) is not None:
            left_out = left_out or tables
            if tables:
                _remove(element)
        elif _in_table(element) and len("".join(map(str, element.itertext()))) < PROSE:
            _remove(element)
    return left_out


def _in_cell(element: "etree._Element") -> bool:
    return next(element.iterancestors(*CELLS), None) is not None


def spell_out(root: "etree._Element", content: bytes, styles: Styles) -> None:
    """Raised figures stay raised (12¹ is not 121), struck-out ones go, and fields of a form print what fills them.

    What only a browser knows to draw is marked as unclear. `content`: the page in small letters.
    """
    styled = [e for e, style in styles.inline if RAISES.search(style) or LOWERED.search(style)]
    styled += [e for e, effects in styles.ruled if "raises" in effects]
    for raised in [*root.iter("sup", "sub"), *(e for e in styled if _in_cell(e) and _behind_a_digit(e))]:
        _raise(raised)
    for link in dict.fromkeys(link for table in root.iter("table") for link in table.iter("a", "small")):
        if _in_cell(link) and DIGIT.search(_text(link)) and _behind_a_digit(link):
            if "#" in (link.get("href") or ""):
                _raise(link)
            else:
                _blur(link)
    styled = [e for e, style in styles.inline if STRIKES.search(style)]
    for struck in [*root.iter("s", "strike", "del"), *styled]:
        if _in_cell(struck):
            _remove(struck)
    for entry in list(root.iter("input")):
        kind = (entry.get("type") or "").lower()
        if kind not in UNSEEN and _in_cell(entry):
            entry.tail = ((entry.get("value") or "") if kind in FILLED else PICTURE) + (entry.tail or "")
    _mark_unclear(root, content, styles)


def _raise(element: "etree._Element") -> None:
    for piece in element.iter():
        piece.text = piece.text and piece.text.translate(RAISED)
        if piece is not element:
            piece.tail = piece.tail and piece.tail.translate(RAISED)


def _behind_a_digit(element: "etree._Element") -> bool:
    """Does the cell print a digit right before this element?"""
    at = element
    for _ in range(MOST_DEPTH):
        before, parent = at.getprevious(), at.getparent()
        if parent is None or at.tag in CELLS:
            return False
        text = ((before.tail or "".join(map(str, before.itertext()))) if before is not None else parent.text) or ""
        if text.strip():
            return text.rstrip()[-1].isdecimal()
        at = parent if before is None else before
    return False


def _mark_unclear(root: "etree._Element", content: bytes, styles: Styles) -> None:
    """Figures that a reader of the page may see in another order, or not at all."""
    for element, effects in styles.ruled:
        if "writes" in effects and _in_table(element):
            _blur(element, empty=True)
    found = [e for e, effects in styles.ruled if effects & {"unclear", "hides"} and _in_table(e)]
    for element, style in styles.inline:
        pale = PALE.search(style) and _in_table(element) and not _on_a_ground(element)
        if pale or TURNS.search(style) or (MOVES.search(style) and _in_cell(element)):
            found.append(element)
    if CLASS_UNSEEN.search(content):
        ruled = {e for e, _ in styles.ruled}
        found += [e for e in NAMED(root) if e not in ruled and not NAMED_UNSEEN.isdisjoint(e.get("class", "").split())]
    if b"<bdo" in content:
        found += root.iter("bdo")
    if b"<font" in content:
        found += [e for e in root.iter("font") if (e.get("color") or "").lower() in WHITE and not _on_a_ground(e)]
    for element in found:
        _blur(element)


def _on_a_ground(element: "etree._Element") -> bool:
    """Has something between the element and its table a colour of its own?"""
    for at in (element, *islice(element.iterancestors(), MOST_DEPTH)):
        if at.tag == "body":
            return False
        if at.get("bgcolor") or GROUND.search(at.get("style") or ""):
            return True
    return False


def _blur(element: "etree._Element", *, empty: bool = False) -> None:
    """Marks the figures of the element's cell, or of the cells in it, as drawn. `empty`: even where there is none."""
    above = element if element.tag in CELLS else next(element.iterancestors(*CELLS), None)
    for cell in [above] if above is not None else element.iter(*CELLS):
        drawn = empty or DIGIT.search(_text(element if above is not None else cell))
        if drawn and not LETTER.search(_text(cell)) and PICTURE not in (cell.text or ""):
            cell.text = (cell.text or "") + PICTURE


def _text(element: "etree._Element") -> str:
    """How the words of an element begin."""
    return "".join(map(str, islice(element.itertext(), MOST_DEPTH)))[:LONGEST]

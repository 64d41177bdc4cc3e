"""What a page does not show is no figure, and what it shows without letters is no blank: done on the tree, before cells
are read."""

import re
from typing import Any

from lxml import etree

# display: none; visibility:hidden; mso-hide:all
HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all", re.IGNORECASE)
# display:none, visibility:hidden, mso-hide:all, as they are spelled
NEEDLES = ("none", "hidden", "mso-hide", "NONE", "HIDDEN")
STYLED: Any = etree.XPath("//*[contains(@style, $needle)]")
FLAGGED: Any = etree.XPath("//*[@hidden]")
CELLS = ("td", "th")
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
PROSE = 300  # an article that only a script shows is longer than what is hidden in cells
FILLED = frozenset({"text", "number", "tel", ""})


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


def leave_out_hidden(root: "etree._Element", content: bytes, *, tables: bool) -> bool:
    """Takes hidden rows, cells and parts of cells out. True when hidden tables went, too (only if `tables`)."""
    # Looking through all styles takes longer than reading the page: only for words that it has.
    suspected: list[etree._Element] = list(FLAGGED(root)) if b" hidden" in content else []
    for needle in NEEDLES:
        if needle.encode() in content:
            suspected += STYLED(root, needle=needle)
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


def spell_out(root: "etree._Element") -> None:
    """Raised figures stay raised (12¹ is not 121), struck-out ones go, and fields of a form print what fills them."""
    for raised in list(root.iter("sup")):
        if not len(raised) and raised.text:
            raised.text = raised.text.translate(RAISED)
    for struck in list(root.iter("s", "strike", "del")):
        if next(struck.iterancestors(*CELLS), None) is not None:
            _remove(struck)
    for entry in list(root.iter("input")):
        if (entry.get("type") or "").lower() in FILLED and next(entry.iterancestors(*CELLS), None) is not None:
            entry.tail = (entry.get("value") or "") + (entry.tail or "")

"""What the page's own style sheets do to the figures of a table: only class, id and tag names, and what stands above.

No cascade is worked out. Where two rules that fit say different things, or a rule holds under conditions, it cannot be
told what a reader sees: the figure is unclear, and never taken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

Effect = Literal["hides", "shows", "unclear", "raises", "writes"]

# Of no size, outside of the screen or cut away. Also used for a style in the element itself.
HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*(?:0*\.\d+|0+(?:\.\d+)?|1(?:\.\d+)?)\s*(?:px|pt)"
    r"|(?:font-size|opacity)\s*:\s*0+(?:\.0+)?\s*(?:px|pt|r?em|%|!|;|$)"
    r"|(?<![\w-])(?:left|top|right|bottom|text-indent|margin-left)\s*:\s*-\d{3,}|(?<![\w-])font\s*:\s*0\D"
    r"|clip\s*:\s*rect\s*\(\s*[01](?:px)?[\s,]+[01]|transform\s*:\s*scale[xy]?\(\s*0\s*[,)]",
    re.IGNORECASE,
)
SHOWS = re.compile(r"(?:display|visibility)\s*:\s*(?!none|hidden|collapse)\w", re.IGNORECASE)
PALE = re.compile(
    r"(?<![\w-])color\s*:\s*(?:#f{3}(?![0-9a-f])|#f{6}|white\b|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255|rgba\([^)]*,\s*0\))",
    re.IGNORECASE,
)
GROUND = re.compile(r"background", re.IGNORECASE)
TURNS = re.compile(r"unicode-bidi\s*:\s*(?:bidi|isolate)-override", re.IGNORECASE)
# Digits in another order than that of the text, turned round, over one another or of no size: in a part of a cell
MOVES = re.compile(
    r"flex-direction\s*:\s*row-reverse|(?<![\w-])float\s*:\s*right|(?<![\w-])order\s*:\s*-?\d"
    r"|letter-spacing\s*:\s*-|clip-path\s*:|transform\s*:[^;]*(?:\(\s*-|rotate|matrix)|filter\s*:[^;]*opacity"
    r"|(?<![\w-])zoom\s*:\s*0*\.?0*\d?\s*(?:;|$)|opacity\s*:\s*0*\.0"
    r"|(?:width|height)\s*:\s*0+(?:px|pt)?\s*(?:;|$|!)|writing-mode\s*:\s*sideways",
    re.IGNORECASE,
)
# Two of them stand on two lines
BREAKS = re.compile(r"display\s*:\s*(?:block|table|flex|grid|list-item)", re.IGNORECASE)
STRIKES = re.compile(r"text-decoration[^;]*:[^;]*line-through", re.IGNORECASE)
LOWERED = re.compile(r"position\s*:\s*relative\s*;.*?(?<![\w-])top\s*:\s*-?\d", re.IGNORECASE)
RAISES = re.compile(
    r"vertical-align\s*:\s*(?:super|sub\b|-?\d*\.?\d+(?:px|pt|r?em|%))|mso-text-raise\s*:\s*-?\d", re.IGNORECASE
)
TELLING = re.compile(
    "|".join(p.pattern for p in (HIDES, PALE, TURNS, MOVES, BREAKS, RAISES, STRIKES, LOWERED)), re.IGNORECASE
)
WRITES = re.compile(r"(?<![\w-])content\s*:\s*(?:[^;]*\d|[^;]*attr\s*\(|[^;]*counter)", re.IGNORECASE)
COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
PIECE = re.compile(r"([^{}]*)([{}])")
PRINTED = re.compile(r"@media[^{]*(?:print|max-width|max-device-width|handheld)|@(?:font-face|page|keyframes)", re.I)
PSEUDO = re.compile(r"::?(?:before|after)$", re.IGNORECASE)
COMPOUND = re.compile(r"^([a-z][\w:-]*|\*)?((?:[.#][\w-]+)*)$", re.IGNORECASE)
NAME = re.compile(r"([.#])([\w-]+)")
STYLES: Any = etree.XPath("//@style", smart_strings=False)
MOST_RULES, MOST_ABOVE = 300, 100


@dataclass(frozen=True)
class _Names:
    """What one element has to be called."""

    tag: str
    names: frozenset[tuple[str, str]]

    def fit(self, element: "etree._Element") -> bool:
        if self.tag and element.tag != self.tag:
            return False
        return all(
            name in ((element.get("class") or "").split() if sign == "." else [element.get("id")])
            for sign, name in self.names
        )


@dataclass(frozen=True)
class _Rule:
    own: _Names
    above: tuple[_Names, ...]
    effect: Effect


def effect_of(declarations: str) -> Effect | None:
    """What declarations do to the words of an element."""
    if HIDES.search(declarations):
        return "hides"
    if TURNS.search(declarations) or (PALE.search(declarations) and not GROUND.search(declarations)):
        return "unclear"
    if RAISES.search(declarations):
        return "raises"
    return "shows" if SHOWS.search(declarations) else None


class Styles:
    """What styles do to the elements of a page; `content`: the page in small letters.

    `inline`: elements with the style that they carry. `ruled`: elements with the effects of the page's style sheets.
    """

    def __init__(self, root: "etree._Element", content: bytes) -> None:
        sheets = _StyleSheets(root) if b"<style" in content else None
        # A page from Word has ten thousand styles, of ten kinds; most pages have none that tells anything.
        telling = {style for style in set(STYLES(root)) if TELLING.search(style)}
        self.inline = [(e, style) for e in root.iter() if (style := e.get("style") or "") in telling] if telling else []
        self.ruled = [(e, effects) for e in root.iter() if (effects := sheets.effects(e))] if sheets else []


class _StyleSheets:
    """The rules of a page's style sheets that hide, move or raise something, by the names that they ask for."""

    def __init__(self, root: "etree._Element") -> None:
        self.rules: dict[tuple[str, str], list[_Rule]] = {}
        self.count = 0
        for sheet in root.iter("style"):
            if (sheet.get("media") or "screen").lower() not in ("print", "handheld"):
                for selectors, declarations, sure in _rules("".join(map(str, sheet.itertext()))):
                    self._note(selectors, declarations, sure)
        if not any(r.effect != "shows" for rules in self.rules.values() for r in rules):
            self.rules = {}

    def __bool__(self) -> bool:
        return bool(self.rules)

    def _note(self, selectors: str, declarations: str, sure: bool) -> None:
        effect = effect_of(declarations)
        writes = WRITES.search(declarations) is not None
        if effect is None and not writes:
            return
        for selector in selectors.split(","):
            plain = PSEUDO.sub("", selector.strip())
            made = plain != selector.strip()
            if made != writes or self.count >= MOST_RULES:
                continue  # what stands before or behind an element is not the element
            compounds = [COMPOUND.match(c) for c in re.split(r"[\s>+~]+", plain)]
            known = [_Names("" if m[1] in (None, "*") else m[1].lower(), frozenset(NAME.findall(m[2])))
                     for m in compounds if m]  # fmt: skip
            if len(known) != len(compounds) or not (known[-1].tag or known[-1].names):
                continue
            kind: Effect = "writes" if made else (effect or "shows")
            if kind == "hides" and not sure:
                kind = "unclear"
            key = next(((s, n) for s, n in sorted(known[-1].names)), ("", known[-1].tag))
            self.rules.setdefault(key, []).append(_Rule(known[-1], tuple(known[:-1]), kind))
            self.count += 1

    def effects(self, element: "etree._Element") -> set[Effect]:
        """What the rules that fit an element do to it."""
        if not isinstance(element.tag, str):
            return set()
        keys = [
            ("", element.tag),
            ("#", element.get("id") or ""),
            *((".", c) for c in (element.get("class") or "").split()),
        ]
        return {
            rule.effect
            for key in keys
            for rule in self.rules.get(key, ())
            if rule.own.fit(element) and _stands_below(element, rule.above)
        }


def _stands_below(element: "etree._Element", above: tuple[_Names, ...]) -> bool:
    wanted = list(above)
    parent = element.getparent()
    for _ in range(MOST_ABOVE):
        if not wanted or parent is None:
            break
        if wanted[-1].fit(parent):
            wanted.pop()
        parent = parent.getparent()
    return not wanted


def _rules(text: str) -> Iterator[tuple[str, str, bool]]:
    """Selectors and declarations of each rule, and whether it holds without a condition; none for print or phones."""
    above: list[str] = []
    for piece in PIECE.finditer(COMMENT.sub("", text)):
        if piece[2] == "{":
            above.append(piece[1].strip())
            continue
        selectors = above.pop() if above else ""
        if selectors and not selectors.startswith("@") and not any(PRINTED.match(a) for a in above):
            yield selectors.rpartition(";")[2], piece[1], not above

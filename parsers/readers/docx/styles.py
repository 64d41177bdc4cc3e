"""What the styles of a document hide, strike out or raise; and which list a paragraph's style belongs to."""

from typing import NamedTuple

from lxml import etree

from parsers.readers.docx.package import W

OFF = frozenset({"0", "false", "off", "none"})
WHITE = "FFFFFF"
# In half points: a letter that nobody can read; a shift that takes it off its line
TINY, RAISED_BY = 5, 6


class Look(NamedTuple):
    """How a run looks, as far as it changes what is read. None: not said."""

    hidden: bool | None = None
    struck: bool | None = None
    raised: bool | None = None
    white: bool | None = None
    tiny: bool | None = None

    def over(self, below: "Look") -> "Look":
        """This look, and where it says nothing, the one below."""
        return Look(*(b if a is None else a for a, b in zip(self, below, strict=True)))


PLAIN = Look()


def look_of(properties: "etree._Element | None") -> Look:
    """The look that an rPr element gives."""
    if properties is None:
        return PLAIN
    hidden = struck = raised = white = tiny = None
    for mark in properties:
        if mark.tag == f"{W}vanish":
            hidden = is_on(mark)
        elif mark.tag in (f"{W}strike", f"{W}dstrike"):
            struck = bool(struck) or is_on(mark)
        elif mark.tag == f"{W}vertAlign":
            raised = mark.get(f"{W}val") in ("superscript", "subscript")
        elif mark.tag == f"{W}position":
            raised = raised or abs(_half_points(mark)) >= RAISED_BY
        elif mark.tag == f"{W}color":
            white = (mark.get(f"{W}val") or "").upper() == WHITE
        elif mark.tag == f"{W}sz":
            tiny = _half_points(mark) <= TINY
    return Look(hidden, struck, raised, white, tiny)


def is_shaded(properties: "etree._Element | None") -> bool:
    """Do these properties (of a run, a paragraph, a cell) give another ground than white?"""
    shade = properties.find(f"{W}shd") if properties is not None else None
    if shade is None:
        return False
    fill = (shade.get(f"{W}fill") or "auto").upper()
    return fill not in ("AUTO", WHITE) or (shade.get(f"{W}val") or "clear") not in ("clear", "nil")


def _half_points(mark: "etree._Element") -> int:
    text = (mark.get(f"{W}val") or "").lstrip("-")
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def is_on(mark: "etree._Element") -> bool:
    return (mark.get(f"{W}val") or "1").lower() not in OFF


class Styles:
    """The styles by their id, what they are based on included."""

    def __init__(self, root: "etree._Element | None") -> None:
        self._styles = {s.get(f"{W}styleId") or "": s for s in root.iterfind(f"{W}style")} if root is not None else {}
        self._looks: dict[str, Look] = {}
        self.default = next(
            (i for i, s in self._styles.items() if s.get(f"{W}type") == "paragraph" and s.get(f"{W}default") == "1"), ""
        )

    def look(self, style_id: str) -> Look:
        """How runs of a style look."""
        if style_id not in self._looks:
            look = PLAIN
            for style in self._chain(style_id):
                look = look.over(look_of(style.find(f"{W}rPr")))
            self._looks[style_id] = look
        return self._looks[style_id]

    def numbering(self, style_id: str) -> "etree._Element | None":
        """The numPr element that a paragraph's style gives."""
        return next((n for s in self._chain(style_id) if (n := s.find(f"{W}pPr/{W}numPr")) is not None), None)

    def _chain(self, style_id: str) -> "list[etree._Element]":
        chain: list[etree._Element] = []
        while (style := self._styles.get(style_id)) is not None and style not in chain:
            chain.append(style)
            based = style.find(f"{W}basedOn")
            style_id = based.get(f"{W}val") or "" if based is not None else ""
        return chain

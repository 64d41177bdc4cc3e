"""The words of a paragraph as Word shows them: inserted, not deleted, not hidden; results of fields; raised notes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from parsers.readers.docx.package import W
from parsers.readers.docx.styles import PLAIN, Look, Styles, is_shaded, look_of

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
DELETED = frozenset({f"{W}del", f"{W}moveFrom"})
BREAKS = frozenset({f"{W}br", f"{W}cr"})
DRAWN = frozenset({f"{W}drawing", f"{W}pict", f"{W}object"})
BOX = f"{W}txbxContent"
# Fields that show something without a result in the file: circled figures, numbers of paragraphs, a choice, a sum
SHOWN_WITHOUT_RESULT = ("EQ", "AUTONUM", "SYMBOL", "FORMDROPDOWN", "=")
# Formulas of plain letters; in all others these stand above or beside one another
PLAIN_FORMULA = frozenset({"oMath", "oMathPara", "r", "t"})
# A list, which no report needs, that shows a figure in another letter: w:sym
SHOWN_OTHERWISE = frozenset({f"{W}sym"})
LEFT_OUT = frozenset({f"{W}rPr", f"{W}pPr", f"{W}rt", f"{W}delText", f"{W}instrText", f"{W}delInstrText"})


@dataclass
class Words:
    """What a paragraph shows. `boxes`: text boxes that hang on it; `drawn`: it shows something that is not in `text`,
    or `text` has figures that it may not show."""

    text: str = ""
    boxes: "list[etree._Element]" = field(default_factory=list)
    drawn: bool = False


class Runs:
    """Reads paragraphs. Fields may run on from one paragraph into the next, so it remembers where it is in them."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._fields: list[bool] = []  # of each open field: is its result reached?
        self._instruction = ""  # of the field that was opened last
        self._has_result = False

    def words(self, paragraph: "etree._Element") -> Words:
        """The words of one paragraph."""
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        below = self._styles.look((style.get(f"{W}val") if style is not None else None) or self._styles.default)
        words = Words()
        words.text = "".join(self._text(paragraph, below, words))
        return words

    def _text(self, parent: "etree._Element", below: Look, words: Words) -> Iterator[str]:
        for child in parent:
            tag = child.tag
            if tag == f"{W}r":
                yield from self._run(child, below, words)
            elif tag in DELETED or tag in LEFT_OUT or not isinstance(tag, str):
                continue
            elif tag == f"{MC}AlternateContent":
                yield from self._text(chosen(child), below, words)
            elif tag == f"{M}t":
                yield child.text or ""
            elif tag.startswith(M) and not tag.endswith("Pr"):
                words.drawn = words.drawn or etree.QName(child).localname not in PLAIN_FORMULA
                yield from self._text(child, below, words)
            elif tag == f"{W}bdo":
                words.drawn = True  # its letters run the other way
                yield from self._text(child, below, words)
            else:  # links, insertions, content controls, smart tags, formulas: what is in them is shown
                yield from self._text(child, below, words)

    def _run(self, run: "etree._Element", below: Look, words: Words) -> Iterator[str]:
        properties = run.find(f"{W}rPr")
        look = look_of(properties)
        if properties is not None and (style := properties.find(f"{W}rStyle")) is not None:
            look = look.over(self._styles.look(style.get(f"{W}val") or ""))
        look = look.over(below)
        pieces = list(self._pieces(run, look, words))
        if (look.tiny or (look.white and _is_on_paper(run))) and any(c.isdigit() for text in pieces for c in text):
            words.drawn = True
        yield from pieces

    def _pieces(self, parent: "etree._Element", look: Look, words: Words) -> Iterator[str]:
        shown = not look.hidden and not look.struck
        for piece in parent:
            tag = piece.tag
            if tag == f"{W}fldChar":
                self._field(piece.get(f"{W}fldCharType"), words)
            elif tag == f"{W}instrText":
                self._instruction += piece.text or ""
            elif tag == f"{MC}AlternateContent":
                yield from self._pieces(chosen(piece), look, words)
            elif not shown or not all(self._fields) or tag in LEFT_OUT:
                continue
            elif tag == f"{W}t":
                text = piece.text or ""
                self._has_result = self._has_result or bool(text.strip())
                yield text.translate(RAISED) if look.raised else text
            elif tag in BREAKS:
                yield "\n"
            elif tag in (f"{W}tab", f"{W}ptab"):
                yield " "
            elif tag == f"{W}noBreakHyphen":
                yield "-"
            elif tag in SHOWN_OTHERWISE:
                words.drawn = True
            elif tag in DRAWN:
                self._drawn(piece, words)
            elif tag == f"{W}ruby":
                base = piece.find(f"{W}rubyBase")
                yield from self._text(base, PLAIN, words) if base is not None else ()

    def _field(self, kind: str | None, words: Words) -> None:
        if kind == "begin":
            self._fields.append(False)
            self._instruction, self._has_result = "", False
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()
            if not self._has_result and self._instruction.strip().upper().startswith(SHOWN_WITHOUT_RESULT):
                words.drawn = True
            self._has_result = True  # the field around it, if there is one, shows this one

    def _drawn(self, drawing: "etree._Element", words: Words) -> None:
        """A drawing is a picture, unless it is nothing but boxes with text."""
        boxes = [box for box in drawing.iter(BOX) if next(box.iterancestors(BOX), None) is None]
        words.boxes += _each_once(boxes)
        words.drawn = words.drawn or not boxes


def _is_on_paper(run: "etree._Element") -> bool:
    """Has a run a white ground, as far as the file says? What a table's style paints is not known."""
    if is_shaded(run.find(f"{W}rPr")):
        return False
    for around in run.iterancestors(f"{W}p", f"{W}tc"):
        if is_shaded(around.find(f"{W}pPr" if around.tag == f"{W}p" else f"{W}tcPr")):
            return False
    return True


def chosen(alternates: "etree._Element") -> "etree._Element":
    """One of the renderings of the same thing: the newer one, which Word shows."""
    choice = alternates.find(f"{MC}Choice")
    return choice if choice is not None else next(iter(alternates.iterfind(f"{MC}Fallback")), alternates)


def _each_once(boxes: "list[etree._Element]") -> "list[etree._Element]":
    """Without those that an older rendering repeats."""
    return [box for box in boxes if not any(a.tag == f"{MC}Fallback" for a in box.iterancestors())]

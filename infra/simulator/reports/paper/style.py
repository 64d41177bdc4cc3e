"""How a report is put on paper: the habits of Word, WPS, print shops and browsers, each under a name."""

from dataclasses import dataclass
from typing import Literal

Lines = Literal["all", "hairline", "filled", "dashed", "double", "open_sides", "across", "none"]
Numbering = Literal["dashes", "bare", "words", "none"]


@dataclass(frozen=True)
class Style:
    """One way to lay a report out. Sizes are in points.

    `lines`: what divides cells; `repeat_header`: at the top of each page; `split_labels`: rows and tall labels are cut
    by the page break; `vertical`: the label beside the results runs downward, one character a line; `notes_last`: the
    note in the corner is written into the file behind the figures; `boxed`: prose stands in frames; `radicals`: the
    text layer has Kangxi radicals for some characters; `rotate`: /Rotate of the pages, whose content is turned against
    it; `sideways`: content turned on pages that are not; `landscape`: Table 3 on pages of its own, laid on their side;
    `bold`: headers are drawn twice; `blanks`: zeros are not printed; `stretched`: no two lines of a cell stand apart.
    """

    lines: Lines = "all"
    repeat_header: bool = False
    split_labels: bool = False
    vertical: bool = False
    notes_last: bool = False
    boxed: bool = False
    radicals: bool = False
    rotate: int = 0
    sideways: bool = False
    landscape: bool = False
    bold: bool = False
    blanks: bool = False
    shaded: bool = False
    numbering: Numbering = "dashes"
    align: Literal["left", "center", "right"] = "center"
    upright: Literal["top", "middle"] = "middle"
    digits: str = "Times-Roman"
    size: float = 10.0
    first_gap: float = 0.0


STYLES: dict[str, Style] = {
    "plain": Style(),
    "split_tables": Style(repeat_header=True, numbering="words", first_gap=90),
    "split_labels": Style(split_labels=True, upright="top", vertical=True),
    "vertical_labels": Style(vertical=True, size=9, digits="Helvetica"),
    "notes_last": Style(notes_last=True, vertical=True, numbering="bare"),
    "boxed": Style(boxed=True, shaded=True),
    "radicals": Style(radicals=True, lines="filled", digits="Helvetica", align="right"),
    "rotated": Style(rotate=90, size=9),
    "upside_down": Style(rotate=180, repeat_header=True),
    "sideways": Style(sideways=True, size=9),
    "landscape": Style(landscape=True, repeat_header=True, numbering="bare"),
    "hairlines": Style(lines="hairline", size=8, align="right"),
    "filled_lines": Style(lines="filled", shaded=True, bold=True),
    "dashed": Style(lines="dashed", align="left"),
    "double_borders": Style(lines="double"),
    "open_sides": Style(lines="open_sides", repeat_header=True),
    "lines_across": Style(lines="across", size=9),
    "borderless": Style(lines="none", size=9),
    "bold": Style(bold=True, shaded=True, numbering="none"),
    "blanks": Style(blanks=True),
}

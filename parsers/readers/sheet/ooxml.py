"""A scan of XLSX: hidden rows and columns, number formats, errors, formulas without a result (ECMA-376, 18.3)."""

import posixpath
import re

from lxml import etree

from parsers.readers.containers import Container, xml_of
from parsers.readers.limits import TooHostile
from parsers.readers.sheet.fonts import has_doubtful_runs, is_doubtful, is_filled, is_white
from parsers.readers.sheet.scanned import MOST_CELLS, Extent, Scanned, Style

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)
PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
ON = frozenset({"1", "true", "on"})
LAST_COLUMN = 16_384
# The formats that need no declaration (18.8.30), as far as they show numbers
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);[Red](#,##0.00)",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', 42: '_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', 44: '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ',
    48: "##0.0E+0",
}  # fmt: skip


def scan_xlsx(content: bytes) -> dict[str, Scanned]:
    """Sheet name to what the scan tells. Raises TooHostile and CannotRead."""
    container = Container(content)
    book = _tree(container, "xl/workbook.xml")
    targets = {r.get("Id"): r.get("Target") or "" for r in _tree(container, "xl/_rels/workbook.xml.rels")}
    styles = _styles(container)
    strings = _tree(container, "xl/sharedStrings.xml").iterfind(f"{S}si")
    rich = {number for number, words in enumerate(strings) if has_doubtful_runs(words)}
    extent = Extent()
    found = {}
    for sheet in book.iter(f"{S}sheet"):
        target = targets.get(sheet.get(R), "")
        name = posixpath.normpath(target if target.startswith("/") else posixpath.join("/xl", target)).lstrip("/")
        if name in container:
            found[sheet.get("name") or ""] = _scan(_tree(container, name), styles, rich, extent)
    return found


def _tree(container: Container, name: str) -> "etree._Element":
    content = container.read(name) if name in container else b"<none/>"
    for strict, usual in STRICT:
        content = content.replace(strict, usual)
    # Each cell opens and most close; rows and values stand between them.
    if name.startswith("xl/worksheets/") and content.count(b"<") > 10 * MOST_CELLS:
        raise TooHostile(f"workbook has a sheet of {content.count(b'<')} tags")
    return xml_of(content, name)


def _styles(container: Container) -> list[Style]:
    """The styles of cells in their order."""
    root = _tree(container, "xl/styles.xml")
    own = {f.get("numFmtId"): f.get("formatCode") or "" for f in root.iter(f"{S}numFmt")}
    borders = root.find(f"{S}borders")
    framed = (
        [any(side.get("style", "none") != "none" for side in border) for border in borders]
        if borders is not None
        else []
    )
    bad_fonts = [is_doubtful(font) for font in root.iterfind(f"{S}fonts/{S}font")]
    white_fonts = [is_white(font) for font in root.iterfind(f"{S}fonts/{S}font")]
    filled = [is_filled(fill) for fill in root.iterfind(f"{S}fills/{S}fill")]
    styles = root.find(f"{S}cellXfs")
    found = []
    for style in styles if styles is not None else ():
        number, border = style.get("numFmtId") or "0", _int(style.get("borderId"))
        form = own.get(number) or BUILT_IN.get(_int(number), "")
        font, fill = _int(style.get("fontId")), _int(style.get("fillId"))
        unseen = _at(white_fonts, font) and not _at(filled, fill)
        found.append(Style(form, _at(framed, border), _at(bad_fonts, font) or unseen))
    return found


def _scan(root: "etree._Element", styles: list[Style], rich: set[int], extent: Extent) -> Scanned:
    """`rich`: the shared strings in which some letters look so that their digits are doubtful."""
    view = next(root.iter(f"{S}sheetView"), None)
    found = Scanned(noughts=view is None or view.get("showZeros", "1") in ON)
    for hidden in root.iter(f"{S}col"):
        if hidden.get("hidden") in ON or _is_nothing(hidden.get("width")):
            first, last = _int(hidden.get("min")), min(_int(hidden.get("max")), LAST_COLUMN)
            found.hidden_columns.update(range(first - 1, last))
    at = -1
    extent.rows = extent.columns = 0
    for row in root.iter(f"{S}row"):
        at = _int(row.get("r")) - 1 if row.get("r") else at + 1
        if row.get("hidden") in ON or _is_nothing(row.get("ht")):
            found.hidden_rows.add(at)
        column = -1
        for cell in row.iterchildren(f"{S}c"):
            place = PLACE.fullmatch(cell.get("r") or "")
            column = column_number(place[1]) if place else column + 1
            extent.note(at, column)
            _cell(cell, (at, column), styles, rich, found)
    return found


def _cell(cell: "etree._Element", place: tuple[int, int], styles: list[Style], rich: set[int], found: Scanned) -> None:
    number = _int(cell.get("s"))
    if number < len(styles):
        found.note(place, styles[number])
    value = cell.find(f"{S}v")
    words = cell.find(f"{S}is")
    is_rich = cell.get("t") == "s" and value is not None and _int(value.text) in rich
    if is_rich or (words is not None and has_doubtful_runs(words)):
        found.doubtful.add(place)
    empty = value is None or not (value.text or "")
    no_result = empty and cell.find(f"{S}f") is not None and cell.get("t") not in ("str", "inlineStr")
    if cell.get("t") == "e" or no_result:
        found.unknown.add(place)


def _at(flags: list[bool], number: int) -> bool:
    return number < len(flags) and flags[number]


def column_number(letters: str) -> int:
    """A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _is_nothing(size: str | None) -> bool:
    """A height or width of nought hides as well."""
    return size is not None and re.fullmatch(r"0+(\.0*)?", size) is not None


def _int(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0

"""A scan of XLS: hidden rows and columns, number formats, errors. The records are those of [MS-XLS] (BIFF8)."""

import struct
from collections.abc import Iterator

from olefile import OleFileIO

from parsers.readers.cannot_read import CannotRead
from parsers.readers.sheet.biff_strings import fonts_of_strings
from parsers.readers.sheet.ooxml import BUILT_IN
from parsers.readers.sheet.scanned import Extent, Scanned, Style

BOF, BOUND_SHEET, FORMAT, XF, FILE_PASS = 0x0809, 0x0085, 0x041E, 0x00E0, 0x002F
ROW, COLUMNS, MANY_RK, ERROR_OR_BOOL = 0x0208, 0x007D, 0x00BD, 0x0205
MANY_BLANKS, FONT, WINDOW = 0x00BE, 0x0031, 0x023E
STRINGS, CONTINUED, SHARED = 0x00FC, 0x003C, 0x00FD
STRUCK_OUT, SHOWS_NOUGHTS = 0x8, 0x10
WHITE = frozenset({1, 9})  # of the palette that every workbook has
NO_FIFTH = 4  # the records of fonts are counted without a number 4
# NUMBER, RK, FORMULA, cells of text, BLANK: row, column, style
CELLS = frozenset({0x0203, 0x027E, 0x0006, 0x0204, 0x00FD, 0x0201, ERROR_OR_BOOL})
HIDDEN_ROW, HIDDEN_COLUMN = 0x20, 0x1
LAST_COLUMN = 256
FORMULA, FORMULA_ERROR = 0x0006, b"\x02"


class _Book:
    """What the records tell, one after the other."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.formats: dict[int, str] = dict(BUILT_IN)
        self.styles: list[tuple[int, bool, int, bool]] = []  # format, lines around, font, painted ground
        self.fonts: list[tuple[bool, bool]] = []  # struck out or raised; white
        self.sheets: dict[str, Scanned] = {}
        self.styled: list[tuple[Scanned, tuple[int, int], int]] = []
        self.strings: list[bytes] = []  # the record of shared strings, and those that continue it
        self.labels: list[tuple[Scanned, tuple[int, int], int]] = []
        self.sheet = Scanned()
        self.extent = Extent()
        self._last = 0

    def note(self, at: int, kind: int, body: bytes) -> None:
        if kind == STRINGS or (kind == CONTINUED and self._last == STRINGS):
            self.strings.append(body)
            self._last = STRINGS
            return
        self._last = kind
        if kind == FILE_PASS:
            raise CannotRead("encrypted", "the workbook is locked with a password")
        if kind == BOF:
            self.sheet, self.extent = Scanned(), Extent(cells=self.extent.cells)
            if at in self.names:
                self.sheets[self.names[at]] = self.sheet
        elif kind == BOUND_SHEET:
            self.names[struct.unpack_from("<I", body)[0]] = _text(body[7:], body[6])
        elif kind == FORMAT:
            self.formats[struct.unpack_from("<H", body)[0]] = _text(body[4:], struct.unpack_from("<H", body, 2)[0])
        elif kind == XF:
            # The lines to the left, right, top and bottom, in four bits each
            font, form = struct.unpack_from("<HH", body)
            self.styles.append((form, body[10:12] != b"\0\0", font, bool(body[17] >> 2)))
        elif kind == FONT:
            _, options, color, _, raised = struct.unpack_from("<HHHHH", body)
            self.fonts.append((bool(options & STRUCK_OUT or raised), color in WHITE))
        elif kind == WINDOW:
            self.sheet.noughts = bool(struct.unpack_from("<H", body)[0] & SHOWS_NOUGHTS)
        elif kind == ROW:
            if body[12] & HIDDEN_ROW or body[6:8] == b"\0\0":
                self.sheet.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == COLUMNS:
            first, last, width, _, options = struct.unpack_from("<HHHHH", body)
            if options & HIDDEN_COLUMN or not width:
                self.sheet.hidden_columns.update(range(first, min(last + 1, LAST_COLUMN)))
        elif kind in (MANY_RK, MANY_BLANKS):
            row, first = struct.unpack_from("<HH", body)
            step = 6 if kind == MANY_RK else 2
            for number in range((len(body) - 6) // step):
                self._cell(row, first + number, struct.unpack_from("<H", body, 4 + step * number)[0])
        elif kind in CELLS:
            row, column, style = struct.unpack_from("<HHH", body)
            self._cell(row, column, style)
            if kind == SHARED:
                self.labels.append((self.sheet, (row, column), struct.unpack_from("<I", body, 6)[0]))
            is_error = kind == ERROR_OR_BOOL and body[7:8] == b"\x01"
            if is_error or (kind == FORMULA and body[6:7] == FORMULA_ERROR and body[12:14] == b"\xff\xff"):
                self.sheet.unknown.add((row, column))

    def _cell(self, row: int, column: int, style: int) -> None:
        self.extent.note(row, column)
        self.styled.append((self.sheet, (row, column), style))

    def finish(self) -> dict[str, Scanned]:
        styles = [
            Style(self.formats.get(number, ""), framed, self._is_doubtful(font, painted))
            for number, framed, font, painted in self.styles
        ]
        for sheet, place, number in self.styled:
            if number < len(styles):
                sheet.note(place, styles[number])
        rich = {
            number
            for number, fonts in fonts_of_strings(self.strings)
            if any(self._is_doubtful(font, painted=False) for font in fonts)
        }
        for sheet, place, number in self.labels:
            if number in rich:
                sheet.doubtful.add(place)
        return self.sheets

    def _is_doubtful(self, font: int, painted: bool) -> bool:
        at = font if font < NO_FIFTH else font - 1
        bad, white = self.fonts[at] if at < len(self.fonts) else (False, False)
        return bad or (white and not painted)


def scan_xls(content: bytes) -> dict[str, Scanned]:
    """Sheet name to what the scan tells. Raises TooHostile and CannotRead."""
    book = _Book()
    try:
        for at, kind, body in _records(_stream(content)):
            book.note(at, kind, body)
        return book.finish()
    except (struct.error, IndexError) as error:
        raise CannotRead("damaged", f"the workbook has a record that breaks off ({error})") from None


def _stream(content: bytes) -> bytes:
    try:
        with OleFileIO(content) as ole:
            name = next(name for name in ("Workbook", "Book") if ole.exists(name))
            stream: bytes = ole.openstream(name).read()
            return stream
    except (OSError, ValueError, IndexError, StopIteration) as error:
        raise CannotRead("damaged", f"the workbook is damaged or was cut off ({error})") from None


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Place, kind and body of each record."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _text(body: bytes, length: int) -> str:
    """So many characters behind a byte that says whether they take one byte or two."""
    if body[:1] and body[0] & 1:
        return body[1 : 1 + 2 * length].decode("utf-16-le", "replace")
    return body[1 : 1 + length].decode("latin-1")

"""What a scan beside calamine tells of a sheet, and how numbers are shown."""

import datetime
import re
from dataclasses import dataclass, field

from parsers.readers.limits import TooHostile

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta
MOST_CELLS = 200_000
MOST_AREA = 4_000_000
UNKNOWN = "\ufffc"
# 0, 0.00, #,##0.00, 0.0_ ; the part for positive numbers, without colours and padding
PLAIN = re.compile(r"^[#,]*0?(?:(?:\.)(0*#*))?$")
DRESS = re.compile(r"\[[^\]]*\]|_.|\*.|\\.|\"[^\"]*\"|[¥￥$]")


@dataclass(frozen=True)
class Style:
    """How cells of a style show numbers, and whether they have a line around."""

    form: str = ""
    framed: bool = False


@dataclass
class Scanned:
    """Rows and columns from 0. `formats`: number formats, of cells that have one; `unknown`: cells that show an error,
    or something that is not in the file; `framed`: cells with a line around, which a table has, blank or not."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    unknown: set[tuple[int, int]] = field(default_factory=set)
    framed: set[tuple[int, int]] = field(default_factory=set)

    def note(self, place: tuple[int, int], style: Style) -> None:
        """A cell of a style."""
        if style.form:
            self.formats[place] = style.form
        if style.framed:
            self.framed.add(place)


@dataclass
class Extent:
    """Counts cells and the area that they span, which calamine fills with blanks."""

    cells: int = 0
    rows: int = 0
    columns: int = 0

    def note(self, row: int, column: int) -> None:
        """Raises TooHostile for more than any report has."""
        self.cells += 1
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.cells > MOST_CELLS:
            raise TooHostile(f"workbook has more than {MOST_CELLS} cells")
        if self.rows * self.columns > MOST_AREA:
            raise TooHostile(f"a sheet spans {self.rows} rows and {self.columns} columns")


def shown(value: Value, form: str | None) -> str:
    """The words of a cell as the program shows them: 12.0 is 12, 0.5 may be 50%, a date is a date."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number(value, form or "General")
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "minutes") if value.time() != datetime.time() else value.date().isoformat()
    return value if isinstance(value, str) else str(value)


def _number(value: int | float, form: str) -> str:
    form = DRESS.sub("", form.split(";")[0]).strip()
    percent = form.endswith("%")
    if percent:
        value, form = value * 100, form[:-1]
    match = PLAIN.match(form) if form else None
    text = _fixed(value, match[1] or "") if match else _general(value)
    return text + "%" if percent else text


def _fixed(value: int | float, places: str) -> str:
    text = f"{value:.{len(places)}f}"
    if "." in text:
        kept = len(text) - places.count("#")
        text = text[:kept] + text[kept:].rstrip("0")
        text = text.rstrip(".")
    return text


def _general(value: int | float) -> str:
    """Fifteen digits, as spreadsheets have them: 0.1 + 0.2 is 0.3."""
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}"

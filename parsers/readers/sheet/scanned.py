"""What a scan beside calamine tells of a sheet, and how numbers are shown."""

import datetime
from dataclasses import dataclass, field

from parsers.readers.limits import TooHostile
from parsers.readers.sheet.number_formats import UNKNOWN, shown_number, shown_words

__all__ = ["UNKNOWN", "Extent", "Scanned", "Style", "Value", "shown"]

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta
MOST_CELLS = 200_000
MOST_AREA = 4_000_000


@dataclass(frozen=True)
class Style:
    """How cells of a style show numbers, whether they have a line around, and whether their figures are struck out,
    raised or white on white."""

    form: str = ""
    framed: bool = False
    doubtful: bool = False


@dataclass
class Scanned:
    """Rows and columns from 0. `formats`: number formats, of cells that have one; `unknown`: cells that show an error,
    or something that is not in the file; `framed`: cells with a line around, which a table has, blank or not;
    `doubtful`: cells whose figures, or some of whose digits, are struck out, raised or white on white; `noughts`: does
    the sheet show them?"""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    unknown: set[tuple[int, int]] = field(default_factory=set)
    framed: set[tuple[int, int]] = field(default_factory=set)
    doubtful: set[tuple[int, int]] = field(default_factory=set)
    noughts: bool = True

    def note(self, place: tuple[int, int], style: Style) -> None:
        """A cell of a style."""
        if style.form:
            self.formats[place] = style.form
        if style.framed:
            self.framed.add(place)
        if style.doubtful:
            self.doubtful.add(place)


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
        return shown_number(value, form or "")
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "minutes") if value.time() != datetime.time() else value.date().isoformat()
    return shown_words(value, form or "") if isinstance(value, str) else str(value)

"""The reader of spreadsheets, on python-calamine: visible sheets, shown rows and columns, figures as they are shown.

calamine gives values and merged cells. What it does not tell is scanned beside it: what is hidden, how numbers are
shown, and which cells show an error or a formula without a result, which must not pass for blanks.
"""

import io

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from parsers.page import Page
from parsers.readers.cannot_read import CannotRead
from parsers.readers.sheet.biff import scan_xls
from parsers.readers.sheet.laid_out import items_of
from parsers.readers.sheet.ooxml import scan_xlsx
from parsers.readers.sheet.scanned import Scanned


def read_xlsx(content: bytes) -> Page:
    """The page of an XLSX workbook. Raises TooHostile and CannotRead."""
    return _read(content, scan_xlsx(content))


def read_xls(content: bytes) -> Page:
    """The page of an XLS or ET workbook. Raises TooHostile and CannotRead."""
    return _read(content, scan_xls(content))


def _read(content: bytes, scanned: dict[str, Scanned]) -> Page:
    page = Page(reader="sheet")
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            for number, meta in enumerate(book.sheets_metadata):
                if meta.visible is SheetVisibleEnum.Visible and meta.typ is SheetTypeEnum.WorkSheet:
                    sheet = book.get_sheet_by_index(number)
                    page.items += items_of(sheet, scanned.get(meta.name, Scanned()), number + 1)
    except PasswordError:
        raise CannotRead("encrypted", "the workbook is locked with a password") from None
    except CalamineError as error:
        raise CannotRead("damaged", f"the workbook is damaged ({error})") from None
    return page

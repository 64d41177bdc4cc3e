"""The reader of DOCX, on lxml: what Word shows of the body, with tracked changes taken as done.

python-docx was tried first: it gives covered cells again and again, knows neither text boxes nor tracked changes, and
shows what is hidden. The element names are those of ECMA-376, part 1, chapter 17.
"""

from parsers.page import Page
from parsers.readers.containers import Container
from parsers.readers.docx.body import Body
from parsers.readers.docx.package import Package
from parsers.readers.limits import MOST_CELLS, TooHostile


def read_docx(content: bytes) -> Page:
    """The page of a Word document. Raises TooHostile and CannotRead."""
    package = Package(Container(content))
    document = package.document()
    cells = document.count(b":tc>") + document.count(b":tc ")
    # Each cell opens and closes.
    if cells > 2 * MOST_CELLS:
        raise TooHostile(f"document has {cells // 2} table cells, more than {MOST_CELLS}")
    return Body(package).page()

"""The reader of OFD (GB/T 33190-2016): characters and lines with their places, put together to cells as in PDF.

The one maintained package, easyofd, needs PyMuPDF, which is under the AGPL; the XML is read with lxml.
"""

from parsers.page import Page
from parsers.readers.cannot_read import CannotRead, NeedsOcr
from parsers.readers.containers import Container
from parsers.readers.limits import TooHostile
from parsers.readers.ofd.canvas import Canvas
from parsers.readers.ofd.package import Package
from parsers.readers.pdf.characters import placed, sides
from parsers.readers.pdf.document import FEWEST, Leaf, put_together
from parsers.readers.pdf.frame import Frame
from parsers.readers.pdf.rulings import drawings_in
from parsers.readers.pdf.sheets import sheet_of

MOST_PAGES = 300


def read_ofd(content: bytes) -> Page:
    """The page of an OFD file. Raises TooHostile, CannotRead (`damaged`, `empty`) and NeedsOcr."""
    package = Package(Container(content))
    pages = package.pages()
    if len(pages) > MOST_PAGES:
        raise TooHostile(f"document has {len(pages)} pages, more than {MOST_PAGES}")
    leaves: list[Leaf] = []
    letters = pictures = 0
    for number, page in enumerate(pages, 1):
        canvas = Canvas(page)
        width, height = canvas.size
        shown = Frame(0.0, 0.0, width, height)
        for quarter, chars in sides(canvas.chars):
            frame = shown.turned(quarter)
            images = [frame.box(*image) for image in canvas.images]
            sheet = sheet_of(placed(chars, frame), drawings_in(canvas.lines, frame), images)
            leaves.append(Leaf(number, sheet, frame, shown))
        letters += len(canvas.chars)
        pictures += bool(canvas.images) and len(canvas.chars) < FEWEST
    if letters < FEWEST:
        if pictures:
            raise NeedsOcr("image", f"the {len(pages)} pages of the OFD file are pictures without text")
        raise CannotRead("empty", f"the {len(pages)} pages of the OFD file show no text")
    found = put_together(leaves)
    found.reader = "ofd"
    found.truncated, found.scans = found.truncated or pictures > 0, pictures
    return found

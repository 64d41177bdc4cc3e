"""A page as a picture, with a frame around one of its cells. Run as a program: it draws bytes from the network.

Page, longest side in pixels and, for a frame, left, top, right and bottom are its arguments; the document its input.
Its output is a line of JSON (`pages`, `width` and `height` in the unit of places), then a PNG.
"""

import io
import json
import sys
from typing import TYPE_CHECKING, NamedTuple

from parsers.readers.cannot_read import CannotRead
from parsers.readers.child import limit_memory
from parsers.readers.decode import kind_of
from parsers.readers.limits import TooHostile
from parsers.readers.pdf.frame import Box
from parsers.readers.pdf.opening import opened, opened_page

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY = 3_000_000_000
SCALE = 2.0  # pixels for each point
MOST_SIDE = 4_000  # pixels
MOST_DECODED = 40_000_000
RED = (214, 39, 40)
AROUND = 2.0  # points between the cell and its frame
COLOURS = 48  # of a page without a frame: words, lines and a red seal need no more


class Drawn(NamedTuple):
    """A page as PNG; of how many; its size as the places of its cells count: points, pixels of a picture file."""

    png: bytes
    pages: int
    width: float
    height: float


def page_as_png(content: bytes, number: int, box: Box | None = None, longest: int = MOST_SIDE) -> Drawn:
    """A page of a PDF, or a picture file, by its number from 1; `box` from its upper left corner.

    Raises CannotRead and TooHostile as the readers do, IndexError where there is no such page.
    """
    image, pages, width, height = _picture(content, number, longest) if kind_of(content) == "image" else _page(
        content, number, longest
    )  # fmt: skip
    if box is None:
        image = image.quantize(COLOURS)
    else:
        from PIL import ImageDraw

        scale = image.width / width
        edges = [
            (box.x0 - AROUND) * scale,
            (box.y0 - AROUND) * scale,
            (box.x1 + AROUND) * scale,
            (box.y1 + AROUND) * scale,
        ]
        ImageDraw.Draw(image).rectangle(edges, outline=RED, width=max(2, round(1.5 * scale)))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return Drawn(out.getvalue(), pages, width, height)


def _page(content: bytes, number: int, longest: int) -> tuple["Image", int, float, float]:
    with opened(content) as document:
        pages = len(document)
        if not 1 <= number <= pages:
            raise IndexError(f"the PDF has {pages} pages, there is no page {number}")
        with opened_page(document, number - 1) as page:
            width, height = page.get_size()
            scale = min(SCALE, longest / max(width, height, 1.0))
            return page.render(scale=scale).to_pil().convert("RGB"), pages, width, height


def _picture(content: bytes, number: int, longest: int) -> tuple["Image", int, float, float]:
    from PIL import Image, UnidentifiedImageError

    if number != 1:
        raise IndexError(f"a picture has one page, there is no page {number}")
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            if width * height > MOST_DECODED:
                raise TooHostile(f"picture has {width} × {height} pixels, more than {MOST_DECODED}")
            shown = image.convert("RGB")
            shown.thumbnail((longest, longest))
            return shown, 1, float(width), float(height)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise CannotRead("damaged", f"the picture is damaged or was cut off ({error})") from None


def main(arguments: list[str]) -> None:
    """Draw the page that standard input holds."""
    limit_memory(MEMORY)
    number, longest, *edges = map(int, arguments)
    content = sys.stdin.buffer.read()
    drawn = page_as_png(content, number, Box(*map(float, edges)) if edges else None, longest)
    head = json.dumps({"pages": drawn.pages, "width": drawn.width, "height": drawn.height})
    sys.stdout.buffer.write(head.encode() + b"\n" + drawn.png)


if __name__ == "__main__":
    main(sys.argv[1:])

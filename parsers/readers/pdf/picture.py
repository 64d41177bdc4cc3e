"""A page as a picture, with a frame around one of its cells. Run as a program: it draws bytes from the network.

Page, left, top, right and bottom are its arguments, the PDF its input, a PNG its output.
"""

import io
import sys

from parsers.readers.child import limit_memory
from parsers.readers.pdf.frame import Box
from parsers.readers.pdf.opening import opened, opened_page

MEMORY = 3_000_000_000
SCALE = 2.0  # pixels for each point
MOST_PIXELS = 4_000.0  # on a side
RED = (214, 39, 40)
AROUND = 2.0  # points between the cell and its frame


def page_as_png(content: bytes, number: int, box: Box | None = None) -> bytes:
    """A page by its number from 1; `box` in points from its upper left corner.

    Raises CannotRead and TooHostile as the reader does, IndexError where there is no such page.
    """
    from PIL import ImageDraw

    with opened(content) as document:
        if not 1 <= number <= len(document):
            raise IndexError(f"the PDF has {len(document)} pages, there is no page {number}")
        with opened_page(document, number - 1) as page:
            scale = min(SCALE, MOST_PIXELS / max(*page.get_size(), 1.0))
            image = page.render(scale=scale).to_pil().convert("RGB")
    if box is not None:
        edges = [
            (box.x0 - AROUND) * scale,
            (box.y0 - AROUND) * scale,
            (box.x1 + AROUND) * scale,
            (box.y1 + AROUND) * scale,
        ]
        ImageDraw.Draw(image).rectangle(edges, outline=RED, width=max(2, round(1.5 * scale)))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def main(arguments: list[str]) -> None:
    """Draw the page that standard input holds."""
    limit_memory(MEMORY)
    number, *edges = map(int, arguments)
    content = sys.stdin.buffer.read()
    sys.stdout.buffer.write(page_as_png(content, number, Box(*map(float, edges)) if edges else None))


if __name__ == "__main__":
    main(sys.argv[1:])

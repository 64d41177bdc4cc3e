"""Files of an archive to look at, drawn in child processes: pages of PDFs, pictures, tables as they were read."""

from itertools import groupby

from model.errors import NeedsReview
from parsers import Part
from parsers.page import Row
from parsers.parts import member_of, open_parts
from parsers.readers.decode import kind_of
from parsers.readers.limits import MOST_BYTES, TooHostile
from web.drawing import Cannot, Laid, LaidCell, Parts, Picture, Shown

from .cell_picture import drawn_page

LONGEST = 1_500  # pixels of a page beside the form
SECONDS = 20
PAGED = ("pdf", "image")


class ChildDrawing:
    """What `gongkai serve` lends to the explorer, which itself reads nothing from the network."""

    def show(self, parts: Parts, place: int, within: str, page: int) -> Shown:
        """`web.drawing.Drawing`. Never raises for what a file holds."""
        whole = [Part(role, content) for role, content in parts]
        content = (member_of(whole, within) if within else None) or whole[place].content
        if len(content) > MOST_BYTES:
            return Cannot(f"{len(content):,} bytes")
        try:
            if kind_of(content) in PAGED:
                return Picture(*drawn_page(content, page, longest=LONGEST, seconds=SECONDS))
            return self._laid(whole, place, within)
        except (NeedsReview, TooHostile) as problem:
            return Cannot(str(problem))

    def _laid(self, parts: list[Part], place: int, within: str) -> Laid | Cannot:
        """All documents of the part, or the one that `within` means; numbered as the whole version is read."""
        others = [part if at == place else Part(part.role, b"") for at, part in enumerate(parts)]
        laid: Laid = []
        problems = []
        for opened in open_parts(others):
            if within and opened.within != within:
                continue
            if opened.piece.problem is not None:
                problems.append(str(opened.piece.problem))
                continue
            page = opened.read()
            if page is None:
                continue
            for table, items in groupby(page.items, key=lambda item: item.table if isinstance(item, Row) else 0):
                found = list(items)
                if not table:
                    laid += [item for item in found if isinstance(item, str)]
                    continue
                rows = [item for item in found if isinstance(item, Row)]
                laid.append([[LaidCell(c.text, row.where(c.column)) for c in row.cells] for row in rows])
        return laid or Cannot("; ".join(problems) or "no words")

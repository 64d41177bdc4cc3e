"""Tables in columns under a line of dashes, as pandoc writes them."""

import re
from collections.abc import Sequence

from parsers.readers.text.boxes import spread
from parsers.readers.text.marks import joined, plain

# ------- ------ ------
RULER = re.compile(r"^ *-{2,}(?: +-{2,})+$")
BORDER = re.compile(r"^ *-{5,}$")
MOST_LINES = 5_000
MOST_HEADER = 12


def is_ruler(line: str) -> bool:
    """`line` may be indented; its end is stripped."""
    return "--" in line and RULER.match(line) is not None


def read_columns(lines: Sequence[str], start: int) -> tuple[list[list[str] | str], int] | None:
    """The rows below a ruler and the number of the line after the table; None where no line ends it.

    A line with words across an edge, whose characters were taken for wider or narrower, is given as it is.
    """
    ruler = lines[start].rstrip()
    edges = [m.start() for m in re.finditer(r"-+", ruler)]
    end = _end(lines, start, ruler)
    if end is None:
        return None
    body = [line.rstrip() for line in lines[start + 1 : end]]
    spaced = any(not line for line in body[:-1])
    rows: list[list[str] | str] = []
    group: list[list[str]] = []
    for line in [*body, ""]:
        cells = _cut(line, edges) if line else None
        if line and cells is None:
            rows.append(line.strip())
            continue
        if cells is not None:
            group.append(cells)
        if group and not (line and spaced):
            rows.append([plain(joined(pieces)) for pieces in zip(*group, strict=True)])
            group = []
    return rows, end + 1


def _end(lines: Sequence[str], start: int, ruler: str) -> int | None:
    """The number of the line that ends a table: one of dashes, or the first blank one where the table has a header."""
    last = min(len(lines), start + MOST_LINES)
    headed = start > 0 and bool(lines[start - 1].strip())
    framed = any(_ends(lines[n].rstrip(), ruler) for n in range(start - 1, max(start - MOST_HEADER, -1), -1))
    if headed and not framed:
        return next((n for n in range(start + 1, last) if not lines[n].strip()), last - 1)
    return next((n for n in range(start + 1, last) if _ends(lines[n].rstrip(), ruler)), None)


def _cut(line: str, edges: list[int]) -> list[str] | None:
    """The cells of a line; None where something stands in the blank column before an edge."""
    for invisible in (0, 1):
        columns = spread(line, invisible)
        if all(columns[edge - 1] == " " for edge in edges[1:] if edge <= len(columns)):
            ends = [*edges[1:], len(columns)]
            return ["".join(columns[a:b]).strip() for a, b in zip(edges, ends, strict=True)]
    return None


def _ends(line: str, ruler: str) -> bool:
    return line == ruler or (len(line) == len(ruler) and BORDER.match(line) is not None)

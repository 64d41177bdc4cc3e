"""Tables in columns under a line of dashes, as pandoc writes them."""

import re
from collections.abc import Sequence

from parsers.readers.text.boxes import spread
from parsers.readers.text.marks import joined, plain

# ------- ------ ------
RULER = re.compile(r"^ *-{2,}(?: +-{2,})+$")
BORDER = re.compile(r"^ *-{5,}$")
MOST_LINES = 5_000


def is_ruler(line: str) -> bool:
    """`line` may be indented; its end is stripped."""
    return "--" in line and RULER.match(line) is not None


def read_columns(lines: Sequence[str], start: int) -> tuple[list[list[str]], int] | None:
    """The rows below a ruler and the number of the line after the table; None where no line ends it."""
    ruler = lines[start].rstrip()
    edges = [m.start() for m in re.finditer(r"-+", ruler)]
    end = next(
        (n for n in range(start + 1, min(len(lines), start + MOST_LINES)) if _ends(lines[n].rstrip(), ruler)), None
    )
    if end is None:
        return None
    body = [spread(line.rstrip()) for line in lines[start + 1 : end]]
    spaced = any(not line for line in body[:-1])
    rows: list[list[list[str]]] = [[]]
    for line in body:
        if line:
            rows[-1].append([_between(line, a, b) for a, b in zip(edges, [*edges[1:], len(line)], strict=True)])
        if rows[-1] and (not spaced or not line):
            rows.append([])
    return [[plain(joined(pieces)) for pieces in zip(*row, strict=True)] for row in rows if row], end + 1


def _ends(line: str, ruler: str) -> bool:
    return line == ruler or (len(line) == len(ruler) and BORDER.match(line) is not None)


def _between(line: list[str], left: int, right: int) -> str:
    return "".join(line[left:right]).strip()

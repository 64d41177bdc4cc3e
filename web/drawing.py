"""Originals that are no pages of HTML, as pictures or tables: what the explorer asks of whoever can read them.

Reading bytes from the network is not done here: `gongkai serve` hands in a `Drawing` that does it in child processes
with limits on time and memory.
"""

import threading
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from web.refusals import Refused
from web.remembered import Remembered

AT_ONCE = 2
PATIENCE = 20  # seconds that a reader waits for others' originals
REMEMBERED = 24
Parts = Sequence[tuple[str, bytes]]
"""Role and payload of each part of a version, content coding undone."""


class Picture(NamedTuple):
    """A page as PNG; of how many; its size as the places of its cells count."""

    png: bytes
    pages: int
    width: float
    height: float


class LaidCell(NamedTuple):
    """One cell with the place by which a report's JSON names it."""

    text: str
    where: str


Laid = list[str | list[list[LaidCell]]]
"""Lines of prose and tables in reading order."""


class Cannot(NamedTuple):
    """Why there is nothing to show, for people."""

    why: str


Shown = Picture | Laid | Cannot


class Drawing(Protocol):
    """Reads documents apart."""

    def show(self, parts: Parts, place: int, within: str, page: int) -> Shown:
        """One file of a part. `within`: as the places of its cells begin, `attachment 2, 年报.pdf, `."""
        ...


class Sparing:
    """A drawing that works for two readers at once and remembers what it drew."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._known = Remembered[Shown](REMEMBERED)
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def show(self, known_as: str, parts: Parts, place: int, within: str, page: int) -> Shown:
        """`known_as`: the digest of the manifest. Refused (503) where too many ask."""
        return self._known.get((known_as, place, within, page), lambda: self._draw(parts, place, within, page))

    def _draw(self, parts: Parts, place: int, within: str, page: int) -> Shown:
        if not self._turns.acquire(timeout=PATIENCE):
            raise Refused(503, "Too many originals are being drawn; try again in a moment", 5)
        try:
            return self._drawing.show(parts, place, within, page)
        finally:
            self._turns.release()
